import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import {
  checkpointed,
  expect,
  expectWhole,
  finished,
  get,
  keptOf,
  limitOf,
  linesOf,
  logOf,
  open,
  reached,
  submit,
  submitLongChecksum,
  test,
} from './app.ts';

const GRACE_MS = 2_000;

test('a canceled job runs its finally and is over', { tag: '@alone' }, async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 1_000, step_ms: 20 });
  await reached(page, task_id, 'running', 1, 5);
  const answer = await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(answer).toMatchObject({ status: 'canceled', stopped: { rung: 'return' }, result: null, error: null });
  expect(answer.stopped?.ms).toBeLessThan(GRACE_MS);
  const log = await logOf(page, task_id);
  expectWhole(log);
  expect(linesOf(log)).toEqual([expect.stringMatching(/^cleaned up after step \d+$/)]);
  expect(log.at(-1)?.data).toMatchObject({ status: 'canceled' });
  const task = await get(page, task_id);
  expect(task).toEqual(answer);
  expect(task.done).toBeLessThan(1_000);
});

test('a canceled task leaves no output and no checkpoint', async ({ page, site, random }) => {
  await open(page, site.url);
  const { task } = await submitLongChecksum(page, random);
  await checkpointed(page, task.task_id);
  expect(await keptOf(page, site.url, task.task_id)).toMatchObject({ checkpoint: true, folder: true });
  const answer = await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task.task_id);
  expect(answer).toMatchObject({ status: 'canceled', files: [], checkpoint_at: null });
  expect(await keptOf(page, site.url, task.task_id)).toEqual({ checkpoint: false, rows: 0, folder: false });
  const status = await page.evaluate(
    async (address) => (await fetch(address)).status,
    `${site.url}tasks/${task.task_id}/files/SHA256SUMS`,
  );
  expect(status).toBe(404);
});

test('a job that never listens is terminated after its grace, and the next in line starts at once', {
  tag: '@alone',
}, async ({ page, site }) => {
  await open(page, site.url);
  const limit = await limitOf(page);
  const spins = await page.evaluate(
    (limit) =>
      globalThis.holdfast.submitAll(Array.from({ length: limit }, () => ({ type: 'spin', input: { ms: 3_600_000 } }))),
    limit,
  );
  // The loop begins after the job's only progress.
  for (const { task_id } of spins) {
    await expect.poll(async () => (await get(page, task_id)).message).toBe('busy for 3600 s');
  }
  const next = await submit(page, 'countdown', { steps: 3, step_ms: 10 });
  expect((await get(page, next.task_id)).status).toBe('pending');

  const [first, ...rest] = spins;
  const { task, ms } = await page.evaluate(async (task_id) => {
    const asked = performance.now();
    const task = await globalThis.holdfast.cancel(task_id);
    return { task, ms: performance.now() - asked };
  }, first?.task_id ?? '');
  expect(task).toMatchObject({ status: 'canceled', stopped: { rung: 'terminate' } });
  expect(task.stopped?.ms).toBeGreaterThanOrEqual(GRACE_MS - 5);
  expect(task.stopped?.ms).toBeLessThanOrEqual(GRACE_MS + 100);
  // As the API has it.
  expect(ms).toBeLessThanOrEqual(GRACE_MS + 1_000);

  const after = await finished(page, next.task_id);
  expect(after).toMatchObject({ status: 'completed', attempt: 1, result: { steps: 3 } });
  // The browser takes two more seconds to stop the thread.
  expect(Date.parse(after.started_at ?? '') - Date.parse(task.finished_at ?? '')).toBeLessThan(1_000);

  const others = await page.evaluate(
    (ids) => Promise.all(ids.map((task_id) => globalThis.holdfast.cancel(task_id))),
    rest.map(({ task_id }) => task_id),
  );
  for (const other of others) expect(other.status).toBe('canceled');
});

test('a job that never listens is ended when its time is up, and when it is paused', async ({ page, site }) => {
  await open(page, site.url);
  const spin = { type: 'spin', input: { ms: 3_600_000 } };
  const late = await page.evaluate((draft) => globalThis.holdfast.submit(draft), { ...spin, timeout_ms: 1_000 });
  const ended = await finished(page, late.task_id);
  expect(ended).toMatchObject({ status: 'failed', stopped: { rung: 'terminate' } });
  expect(ended.error?.type).toMatch(/:timeout$/);

  const held = await page.evaluate((draft) => globalThis.holdfast.submit(draft), spin);
  await expect.poll(async () => (await get(page, held.task_id)).message).toBe('busy for 3600 s');
  const paused = await page.evaluate((task_id) => globalThis.holdfast.pause(task_id), held.task_id);
  expect(paused).toMatchObject({ status: 'paused', paused: { reason: 'user' }, stopped: { rung: 'terminate' } });
  expect(await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), held.task_id)).toMatchObject({
    status: 'canceled',
  });
});

test('a cancel goes through although the service worker dies meanwhile', { tag: '@alone' }, async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'spin', { ms: 3_600_000 });
  await expect.poll(async () => (await get(page, task_id)).message).toBe('busy for 3600 s');
  const canceling = page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  await expect.poll(async () => (await get(page, task_id)).cancel_requested_at).not.toBeNull();
  await stopServiceWorker(page);
  const task = await canceling;
  // Ended by the executor, on time: whoever asked for it is not needed.
  expect(task).toMatchObject({ status: 'canceled', stopped: { rung: 'terminate' } });
  expect(task.stopped?.ms).toBeLessThan(GRACE_MS + 1_000);
  expectWhole(await logOf(page, task_id));
});

test('a cancel does not wait for an executor that is frozen, which changes nothing when it wakes', {
  tag: '@alone',
}, async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 10 });
  await reached(page, task_id, 'running', 1, 5);
  const executor = page.workers().find((worker) => worker.url().includes('/main'));
  if (!executor) throw new Error('The page has no executor.');
  await page.evaluate(() => {
    const channel = new BroadcastChannel('frozen');
    Object.assign(globalThis, {
      told: new Promise((resolve) => channel.addEventListener('message', () => resolve(null))),
    });
  });
  const frozen = executor.evaluate((ms) => {
    new BroadcastChannel('frozen').postMessage(null);
    for (const end = Date.now() + ms; Date.now() < end; );
  }, 3 * GRACE_MS);
  // On a busy machine it would hear of the cancel before.
  await page.evaluate(() => Reflect.get(globalThis, 'told'));
  const { task, ms } = await page.evaluate(async (task_id) => {
    const asked = performance.now();
    const task = await globalThis.holdfast.cancel(task_id);
    return { task, ms: performance.now() - asked };
  }, task_id);
  expect(task).toMatchObject({ status: 'canceled', stopped: { rung: 'fenced' } });
  expect(ms).toBeGreaterThan(GRACE_MS);
  // As the API has it: the grace and a second; and what the answer itself takes.
  expect(ms).toBeLessThanOrEqual(GRACE_MS + 2_500);

  await frozen;
  const next = await submit(page, 'countdown', { steps: 3, step_ms: 10 });
  expect(await finished(page, next.task_id)).toMatchObject({ status: 'completed', attempt: 1 });
  expect(await get(page, task_id)).toEqual(task);
  expectWhole(await logOf(page, task_id));
});
