import { connect, Unavailable } from '../../../src/client/index.ts';
import { at, client, eventually, openFrame, pending } from '../app.ts';
import type { Found } from '../connect.worker.ts';
import { expect } from '../expect.ts';
import { type Check, test } from '../harness.ts';

test('a page that connected is under the control of its folder’s service worker', () => {
  expect(navigator.serviceWorker.controller?.scriptURL).toBe(at('sw.js'));
  expect(client.base).toBe(new URL('./', location.href).href);
});

test('connecting again finds the same service worker', async () => {
  const before = navigator.serviceWorker.controller;
  const again = await connect();
  expect(again.base).toBe(client.base);
  expect(navigator.serviceWorker.controller === before, 'whether the controller stayed').toBe(true);
});

test('a script that is not there is an Unavailable that says so', async () => {
  const error = await connect({ script: 'missing.js' }).catch((thrown: unknown) => thrown);
  expect(error instanceof Unavailable, 'whether it is Unavailable').toBe(true);
  expect(error, 'the error').toHave({ name: 'Unavailable', reason: 'no-service-worker' });
});

test('a page that has its service worker does not wait for `register`', async (check) => {
  // As Chromium does it for up to a minute.
  const { register } = ServiceWorkerContainer.prototype;
  check.after(() => Object.assign(ServiceWorkerContainer.prototype, { register }));
  Object.assign(ServiceWorkerContainer.prototype, { register: () => new Promise(() => {}) });
  expect((await connect()).base).toBe(client.base);
});

test('a page that the browser lets store nothing is told so, however the browser says it', async (check) => {
  const { open } = IDBFactory.prototype;
  check.after(() => Object.assign(IDBFactory.prototype, { open }));
  const refuse = (opens: unknown) => {
    Object.assign(IDBFactory.prototype, { open: opens });
    return connect().catch((thrown: unknown) => thrown);
  };
  const throws = await refuse(() => {
    throw new DOMException('not in this window', 'SecurityError');
  });
  const told = { name: 'Unavailable', reason: 'no-storage' };
  expect(throws).toHave(told);
  expect((throws as Error).message).toMatch(/\(not in this window\).*private window/i);
  // A version that is older than the one that is there is an error that comes later, as private windows had it.
  await new Promise((resolve, reject) => {
    const request = open.call(indexedDB, 'holdfast:older', 2);
    request.onsuccess = () => resolve(request.result.close());
    request.onerror = () => reject(request.error);
  });
  check.after(() => indexedDB.deleteDatabase('holdfast:older'));
  expect(await refuse(() => open.call(indexedDB, 'holdfast:older', 1))).toHave(told);
});

test('a page that its service worker does not take control of is told so, in time', async (check) => {
  // Another folder's: it never will.
  const other = at('elsewhere/');
  check.after(async () => (await navigator.serviceWorker.getRegistration(other))?.unregister());
  const error = await connect({ script: `${other}sw.js`, timeout_ms: 500 }).catch((thrown: unknown) => thrown);
  expect(error).toHave({ name: 'Unavailable', reason: 'not-controlled' });
});

/** What `connect` gives in a worker of this page. */
function inWorker(check: Check, base: string): Promise<Found> {
  const worker = new Worker(new URL('../connect.worker.ts', import.meta.url), { type: 'module' });
  check.after(() => worker.terminate());
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(base);
  });
}

test('in a worker it asks for the health, and then everything but running tasks works', async (check) => {
  expect(await inWorker(check, client.base)).toEqual({
    base: client.base,
    events: ['message', 'message', 'complete'],
    file: { name: 'a.txt', size: 3, type: 'text/plain' },
    executor: 'Unavailable',
  });
});

test('a worker of a folder that has no tasks is told so', async (check) => {
  const found = await inWorker(check, at('nobody/'));
  expect(found).toHave({ name: 'Unavailable', reason: 'no-service-worker' });
});

test('the storage probe leaves no database behind', async (check) => {
  await connect();
  await eventually(check, async () => {
    // Firefox before 126 cannot list databases.
    const databases = (await indexedDB.databases?.()) ?? [];
    return !databases.some(({ name }) => name === 'holdfast:probe');
  });
});

test('a frame of the same app sees the same tasks', async (check) => {
  const frame = await openFrame(check);
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  expect((await frame.client.get(task_id)).task_id).toBe(task_id);
});

test('an app in a folder below has a service worker, tasks and files of its own', async (check) => {
  const frame = await openFrame(check, 'elsewhere/');
  expect(frame.client.base).toBe(at('elsewhere/'));
  expect(frame.window.navigator.serviceWorker.controller?.scriptURL).toBe(at('elsewhere/sw.js'));
  const ours = await pending();
  check.after(() => client.cancel(ours.task_id));
  const theirs = await frame.client.submit({ type: 'countdown', input: { steps: 1, step_ms: 0 } });
  const { counts } = await frame.client.list();
  expect(
    Object.values(counts).reduce((sum, n) => sum + n, 0),
    'how many tasks there are elsewhere',
  ).toBe(1);
  for await (const _ of frame.client.watch(theirs.task_id));
  expect((await frame.client.get(theirs.task_id)).status).toBe('completed');
  await frame.client.remove(theirs.task_id);
});

test('an app whose service worker was unregistered has its tasks when it is opened again', async (check) => {
  const before = await openFrame(check, 'elsewhere/');
  const { task_id } = await before.client.submit({ type: 'countdown', run_at: '2199-01-01T00:00:00Z' });
  const registration = await navigator.serviceWorker.getRegistration(at('elsewhere/'));
  await registration?.unregister();
  before.remove();
  const after = await openFrame(check, 'elsewhere/');
  expect((await after.client.get(task_id)).status).toBe('pending');
  await after.client.cancel(task_id);
  await after.client.remove(task_id);
});
