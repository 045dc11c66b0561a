import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { namesFor } from '../../src/core/names.ts';
import {
  test as base,
  expect,
  expectWhole,
  get,
  logOf,
  open,
  reached,
  statesOf,
  submit,
  upTo,
  watchFaults,
} from './app.ts';

/** A context with a profile on disk: where everything is kept in memory, no quota is enforced (measured, Chromium 156). */
const test = base.extend<{ persistent: BrowserContext }>({
  persistent: async ({ profile, launchOptions }, use) => {
    const context = await chromium.launchPersistentContext(profile, launchOptions);
    await use(context);
    await context.close();
  },
});

/** Closes every handle as the browser does when its storage has a fault: transactions are aborted, the data stays. */
async function forceClose(internals: Page): Promise<void> {
  await internals.goto('chrome://indexeddb-internals');
  await internals.locator('.force-close').click();
}

test('database handles that are lost in the middle of everything cost no event, no attempt and no request', {
  tag: '@long',
}, async ({ persistent, site }) => {
  const faults = watchFaults(persistent);
  const page = await open(await persistent.newPage(), site.url);
  const internals = await persistent.newPage();
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 1 });
  const flood = await page.evaluateHandle(() => {
    const flood = { ids: [] as string[], over: false };
    const run = async () => {
      while (!flood.over) {
        const { task_id } = await globalThis.holdfast.submit({ type: 'countdown', input: { steps: 1, step_ms: 0 } });
        flood.ids.push(task_id);
      }
    };
    return Object.assign(flood, { submitted: Promise.all([run(), run()]) });
  });
  for (let closed = 0; closed < 5; closed += 1) {
    const { done } = await get(page, task_id);
    await forceClose(internals);
    await reached(page, task_id, 'running', 1, done + 20);
  }
  const ids = await flood.evaluate(async (flood) => {
    flood.over = true;
    await flood.submitted;
    return flood.ids;
  });
  const task = await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(task).toMatchObject({ status: 'canceled', attempt: 1, stopped: { rung: 'return' } });
  const log = await logOf(page, task_id);
  expectWhole(log);
  const steps = statesOf(log, 1).map(({ done }) => done);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));

  const counts = () => page.evaluate(async () => (await globalThis.holdfast.list()).counts);
  await expect.poll(counts).toMatchObject({ pending: 0, running: 0, canceled: 1, completed: ids.length });
  expect(new Set(ids).size).toBe(ids.length);
  const last = ids.at(-1) ?? '';
  expect(await get(page, last)).toMatchObject({ status: 'completed', attempt: 1 });
  expectWhole(await logOf(page, last));
  expect(faults).toEqual([]);
});

/** Writes into a database of its own until the origin has no room for another byte. */
const fillStorage = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('filler', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('bytes', { autoIncrement: true });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (let size = 65_536; size >= 1; ) {
      const full = await new Promise<boolean>((resolve, reject) => {
        const tx = db.transaction('bytes', 'readwrite');
        tx.objectStore('bytes').add(crypto.getRandomValues(new Uint8Array(size)));
        tx.oncomplete = () => resolve(false);
        tx.onabort = () => (tx.error?.name === 'QuotaExceededError' ? resolve(true) : reject(tx.error));
      });
      if (full) size = Math.floor(size / 2);
    }
    db.close();
  });

test('a task that finds the storage full is paused, loses nothing, and goes on once there is room', async ({
  persistent,
  site,
}) => {
  const page = await persistent.newPage();
  const session = await persistent.newCDPSession(page);
  // Room for what the service worker keeps for offline use, and some more. Before the database is first opened: Chromium looks again only
  // when what it knew to be free is used up.
  await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin, quotaSize: 16_000_000 });
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 5 });
  await reached(page, task_id, 'running', 1, 50);
  // An executor that cannot write cannot tell of it in the store either.
  const noticed = page.waitForEvent('console', (message) => /holdfast executor.*Quota/s.test(message.text()));
  await fillStorage(page);

  const refused = await page.evaluate(async (base) => {
    const body = JSON.stringify({ type: 'countdown' });
    const answer = await fetch(`${base}tasks`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body,
    });
    return [answer.status, (await answer.json()).detail];
  }, site.url);
  expect(refused).toEqual([507, expect.stringMatching(/storage is full/)]);
  await noticed;
  const before = await logOf(page, task_id);

  await session.send('Storage.overrideQuotaForOrigin', { origin: site.origin });
  await expect.poll(async () => (await get(page, task_id)).status).toBe('paused');
  const paused = await get(page, task_id);
  expect(paused).toMatchObject({
    paused: { reason: 'quota-exceeded' },
    message: expect.stringMatching(/storage is full/),
    attempt: 1,
    failures: 0,
  });
  await page.evaluate((task_id) => globalThis.holdfast.resume(task_id), task_id);
  await reached(page, task_id, 'running', 2, (paused.done ?? 0) + 50);
  const task = await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(task).toMatchObject({ status: 'canceled', attempt: 2, failures: 0 });
  const log = await logOf(page, task_id);
  expectWhole(log);
  expect(log.slice(0, before.length)).toEqual(before);
  // From a checkpoint, and not from the start.
  expect(statesOf(log, 2)[0]?.done).toBeGreaterThan(0);
});

test('a page of a newer version takes the database over at once; the older one stops, asks for a reload, and has lost nothing', {
  tag: '@alone',
}, async ({ context, site }) => {
  const page = await open(await context.newPage(), site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 1 });
  await reached(page, task_id, 'running', 1, 50);
  const newer = await context.newPage();
  await newer.goto(`${site.url}icon.svg`);
  const { database, executorLock, taskLock } = namesFor(site.url);
  const upgrade = await newer.evaluate(async (name) => {
    const asked = performance.now();
    let blocked = false;
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name, 1_000);
      request.onblocked = () => {
        blocked = true;
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const ms = performance.now() - asked;
    Object.assign(globalThis, { db });
    return { blocked, ms };
  }, database);
  expect(upgrade.blocked).toBe(false);
  expect(upgrade.ms).toBeLessThan(1_000);

  await expect(page.getByRole('button', { name: 'Update now' })).toBeVisible();
  const held = () =>
    newer.evaluate(async () => (await navigator.locks.query()).held?.map(({ name }) => name ?? '') ?? []);
  const ours = [executorLock, taskLock(task_id, 1)];
  await expect.poll(async () => (await held()).filter((name) => ours.includes(name))).toEqual([]);
  const answer = await newer.evaluate(async (base) => {
    const response = await fetch(`${base}tasks`);
    return [response.status, (await response.json()).detail];
  }, site.url);
  expect(answer).toEqual([503, expect.stringMatching(/newer version/)]);
  const { task, numbers } = await newer.evaluate(async (task_id) => {
    const { db } = globalThis as typeof globalThis & { db: IDBDatabase };
    const tx = db.transaction(['tasks', 'log']);
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const row = await result(tx.objectStore('tasks').get(task_id));
    const segments = await result(tx.objectStore('log').getAll(IDBKeyRange.bound([task_id, 1], [task_id, []])));
    const numbers = segments.flatMap(({ events }: { events: { n: number }[] }) => events.map(({ n }) => String(n)));
    return { task: row.task, numbers };
  }, task_id);
  expect(task).toMatchObject({ status: 'running', attempt: 1 });
  expect(numbers).toEqual(upTo(Number(task.last_event_id)));
});
