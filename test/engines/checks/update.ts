import type { Task } from '../../../src/client/index.ts';
import { at, client, finished, reached, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';
import { openSource } from '../source.ts';

const { serviceWorker } = navigator;
const isChromium = navigator.userAgent.includes('Chrome/');

/** Registers the same service worker under another address, as a new version would be, and lets it take over. */
async function update(version: number): Promise<void> {
  const taken = new Promise((resolve) => serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  const registration = await serviceWorker.register(at(`sw.js?${version}`));
  const next = registration.installing ?? registration.waiting;
  if (!next) throw new Error('There is no new service worker.');
  await new Promise<void>((resolve) => {
    const look = () => next.state === 'installed' && resolve();
    next.addEventListener('statechange', look);
    look();
  });
  next.postMessage({ kind: 'skip-waiting' });
  await taken;
}

/** Updates in the middle of a countdown, lets that go on for a while, and ends it. Resolves with the task as it is then. */
async function updateMeanwhile(version: number, task_id: string): Promise<Task> {
  await reached(task_id, ({ done }) => done >= 5);
  await update(version);
  const { done: before } = await client.get(task_id);
  await reached(task_id, ({ done }) => done >= before + 5);
  return client.cancel(task_id);
}

const countdown = () => submit('countdown', { steps: 10_000, step_ms: 50 });

test('an update of the service worker interrupts no watch: each event once, and the task runs on', async () => {
  const { task_id } = await countdown();
  const connections: boolean[] = [];
  const ids: string[] = [];
  const watching = (async () => {
    const onConnection = (connected: boolean) => void connections.push(connected);
    for await (const { event, id } of client.watch(task_id, { onConnection })) if (event !== 'complete') ids.push(id);
  })();
  const task = await updateMeanwhile(2, task_id);
  expect(serviceWorker.controller?.scriptURL).toBe(at('sw.js?2'));
  await watching;
  expect(task.attempt, 'the attempt').toBe(1);
  expect(ids).toEqual(upTo(Number(task.last_event_id)));
  expect(connections.slice(0, 3), 'the connections').toEqual([true, false, true]);
});

test('a service worker that is active and asked to take over all the same interrupts nothing', async () => {
  const { task_id } = await countdown();
  const connections: boolean[] = [];
  await reached(task_id, ({ done }) => done >= 5);
  const watching = (async () => {
    const onConnection = (connected: boolean) => void connections.push(connected);
    for await (const { event, data } of client.watch(task_id, { onConnection })) {
      if (event !== 'message') continue;
      // As a second tab does, whose person presses the button a moment later.
      if (data.done === 8) serviceWorker.controller?.postMessage({ kind: 'skip-waiting' });
      if (data.done >= 20) return;
    }
  })();
  await watching;
  await client.cancel(task_id);
  expect(connections, 'the connections').toEqual([true]);
});

test('an update of the service worker interrupts no watchAll', async (check) => {
  const { cursor } = await client.list();
  const { task_id } = await countdown();
  const ids: string[] = [];
  const watching = (async () => {
    for await (const { event, id, data } of client.watchAll({ after: cursor, signal: check.signal })) {
      if (event !== 'complete') ids.push(id);
      if (event === 'complete' && data.task_id === task_id) return;
    }
  })();
  const { last_event_id } = await updateMeanwhile(3, task_id);
  await watching;
  const numbers = ids.map((id) => Number(id.slice(37)));
  expect(numbers, 'the numbers').toEqual(numbers.toSorted((a, b) => a - b));
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.length).toBe(Number(last_event_id));
});

test('a native EventSource comes back after an update by itself', async (check) => {
  const { task_id } = await countdown();
  const source = openSource(check, `tasks/${task_id}/stream`, ['message', 'log', 'complete']);
  await source.until(() => source.events.length >= 5);
  const { last_event_id } = await updateMeanwhile(4, task_id);
  await source.until(() => source.events.some(({ type }) => type === 'complete'));
  const ids = source.events.filter(({ type }) => type !== 'complete').map(({ id }) => Number(id));
  const again = ids.lastIndexOf(1);
  // Chromium's has no Last-Event-ID, and begins again; from there on each event is there once.
  expect(again > 0, 'whether it began again').toBe(isChromium);
  // The message of the end has no id of its own: an EventSource gives it the one before.
  const before = Number(last_event_id) - 1;
  expect(ids.slice(again)).toEqual([...upTo(before).map(Number), before]);
});

test('after an update files are taken, tasks run and streams open as before', async () => {
  const { file_id } = await client.addFile(new File(['abc'], 'abc.txt'));
  const task = await finished(await submit('checksum', { files: [{ file_id }] }));
  expect(task.status).toBe('completed');
});
