import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { expect, expectWhole, finished, logOf, open, ready, submit } from './app.ts';
import { test as base } from './hostile/site.ts';
import type { Way } from './hostile/specs.ts';

const test = base.extend<{ hostile: Page }>({
  hostile: async ({ hostileSite, context }, use) => use(await open(await context.newPage(), hostileSite.url)),
});

/** The task fails with the reason, its log is whole, and the next task runs. */
async function expectFailed(page: Page, type: string, input: unknown, name: string, detail: RegExp) {
  const { task_id } = await submit(page, type, input);
  const next = await submit(page, 'countdown', { steps: 1, step_ms: 0 });
  const task = await finished(page, task_id);
  expect(task).toMatchObject({ status: 'failed', error: { type: `urn:holdfast:problem:${name}` } });
  expect(task.error?.detail).toMatch(detail);
  expectWhole(await logOf(page, task_id));
  expect(await finished(page, next.task_id)).toMatchObject({ status: 'completed' });
}

const reasons: [Way, string, RegExp][] = [
  ['throws an error', 'job-failed', /^the reason$/],
  ['throws a string', 'job-failed', /^the reason$/],
  ['throws nothing', 'job-failed', /undefined|threw/],
  ['throws what cannot be shown', 'job-failed', /cannot be shown/],
  ['results in a bigint', 'job-failed', /result is not JSON/],
  ['results in a circle', 'job-failed', /result is not JSON/],
  ['has a checkpoint that cannot be cloned', 'job-failed', /clone/],
  ['has a checkpoint that cannot be stored', 'job-failed', /serialized for storage/],
  ['has words that cannot be cloned', 'job-failed', /Symbol/],
  ['throws where nobody catches', 'job-failed', /the reason/],
  ['rejects where nobody waits', 'job-failed', /the reason/],
  ['sends garbage', 'job-failed', /no batch of events/],
  ['misses a part of its code', 'job-failed', /no-such-part/],
  ['closes its worker', 'crashed', /worker died.*3 times/],
];
for (const [way, name, detail] of reasons) {
  test(`a job that ${way} is a failed task with the reason, and the next one runs`, async ({ hostile }) => {
    await expectFailed(hostile, 'hostile', { way }, name, detail);
  });
}

test('a job whose module throws is a failed task with the reason, and the next one runs', async ({ hostile }) => {
  await expectFailed(hostile, 'broken-module', {}, 'job-failed', /cannot be loaded/);
});

test('a job whose module is not there is a failed task with the reason, and the next one runs', async ({ hostile }) => {
  await expectFailed(hostile, 'missing-module', {}, 'job-failed', /module/i);
});

test('a part of a job’s code that was lost on its way costs an attempt, and no task', async ({ hostile }) => {
  const { task_id } = await submit(hostile, 'hostile', { way: 'loses a part of its code once' });
  const task = await finished(hostile, task_id);
  expect(task).toMatchObject({ status: 'completed', result: 'whole', attempt: 2, failures: 0 });
  expectWhole(await logOf(hostile, task_id));
});

test('a worker that could not be loaded while nobody needed it is no reason for a task to fail', async ({
  built,
  context,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-absent-'));
  await cp(built, folder, { recursive: true });
  const site = await serve({ root: folder });
  const script = await scriptThatSays(folder, 'run before prepare');
  await rename(script, `${script}.away`);
  let refused = 0;
  const givenUp = new Promise<void>((resolve) => {
    context.on('response', (response) => {
      if (!response.url().endsWith(basename(script)) || response.status() !== 404) return;
      refused += 1;
      if (refused === 4) resolve();
    });
  });
  const page = await open(await context.newPage(), site.url);
  await givenUp;

  await rename(`${script}.away`, script);
  const { task_id } = await submit(page, 'countdown', { steps: 1, step_ms: 0 });
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed', attempt: 1 });
  await page.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

/** The script of a build that holds these words. */
async function scriptThatSays(folder: string, words: string): Promise<string> {
  const assets = join(folder, 'assets');
  for (const name of await readdir(assets)) {
    const path = join(assets, name);
    if (name.endsWith('.js') && (await readFile(path, 'utf8')).includes(words)) return path;
  }
  throw new Error(`No script in ${assets} says "${words}".`);
}

test('a job that logs without end is slowed, can be canceled, and its log is whole', async ({ hostile }) => {
  // A quick machine logs more than is kept before the cancel is there.
  await hostile.evaluate(() => globalThis.holdfast.configure({ log_events: 10_000_000, log_bytes: 1024 ** 3 }));
  const { task_id } = await submit(hostile, 'hostile', { way: 'logs without end' });
  const lines = await hostile.evaluate(async (task_id) => {
    let seen = 0;
    for await (const { event } of globalThis.holdfast.watch(task_id)) {
      if (event === 'log') seen += 1;
      if (seen === 20_000) break;
    }
    return seen;
  }, task_id);
  expect(lines).toBe(20_000);
  const canceled = await hostile.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(canceled).toMatchObject({ status: 'canceled', stopped: { rung: 'return' } });
  const ids = await hostile.evaluate(async (task_id) => {
    const seen = [];
    for await (const { event, id } of globalThis.holdfast.watch(task_id))
      if (event !== 'complete') seen.push(Number(id));
    return { length: seen.length, first: seen[0], last: seen.at(-1) };
  }, task_id);
  expect(ids).toEqual({ length: ids.last, first: 1, last: ids.last });
});

test('a job that reports progress without end tells of some of it, is heard in between, and can be canceled', async ({
  hostile,
}) => {
  const { task_id } = await submit(hostile, 'hostile', { way: 'reports progress without end' });
  const seen = await hostile.evaluate(async (task_id) => {
    const seen = [];
    for await (const { event, id, data } of globalThis.holdfast.watch(task_id)) {
      if (event !== 'message') continue;
      seen.push({ id: Number(id), done: data.done });
      if (data.done > 100_000) break;
    }
    return seen;
  }, task_id);
  expect(seen.map(({ id }) => id)).toEqual(seen.map((_, i) => i + 1));
  // Of a thousand steps one is told, at most.
  expect(seen.length).toBeLessThan((seen.at(-1)?.done ?? 0) / 1_000);
  const canceled = await hostile.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(canceled).toMatchObject({ status: 'canceled', stopped: { rung: 'return' } });
});

test('a log that outgrows its limit while its job runs is trimmed, and the gap is told', async ({ hostile }) => {
  const log_events = 1_000;
  await hostile.evaluate((log_events) => globalThis.holdfast.configure({ log_events }), log_events);
  const { task_id } = await submit(hostile, 'hostile', { way: 'logs without end' });
  await hostile.evaluate(async (task_id) => {
    for await (const { id } of globalThis.holdfast.watch(task_id)) if (Number(id) >= 20_000) break;
    await globalThis.holdfast.cancel(task_id);
  }, task_id);
  // What is too much at the end goes right after it; a gap, the state at the cut and the `complete` are told beside what is kept.
  await expect.poll(async () => (await logOf(hostile, task_id)).length).toBeLessThanOrEqual(log_events + 3);
  const { events, task } = await hostile.evaluate(async (task_id) => {
    const events = [];
    for await (const { event, id, data } of globalThis.holdfast.watch(task_id)) {
      events.push({ event, id: Number(id), from: event === 'gap' ? data.from : 0 });
    }
    return { events, task: await globalThis.holdfast.get(task_id) };
  }, task_id);
  const [gap, state, ...rest] = events;
  expect(gap).toMatchObject({ event: 'gap', from: 1 });
  expect(state).toMatchObject({ event: 'message' });
  const kept = rest.filter(({ event }) => event !== 'complete').map(({ id }) => id);
  expect(kept).toEqual(Array.from(kept, (_, i) => (gap?.id ?? 0) + 1 + i));
  expect(kept.at(-1)).toBe(Number(task.last_event_id));
  // Whole segments go, of at most 256 events.
  expect(kept.length).toBeLessThanOrEqual(log_events);
  expect(kept.length).toBeGreaterThan(log_events - 256);
  expect(task).toMatchObject({ status: 'canceled' });
});

test('a job that asks for more buffers than there is memory is a failed task with the reason', async ({ hostile }) => {
  await expectFailed(hostile, 'hostile', { way: 'fills its memory with buffers' }, 'job-failed', /allocation failed/);
});

test('a job that kills its tab with objects without end does so three times and no more', async ({
  hostileSite,
  profile,
  launchOptions,
}) => {
  // A small heap, or each death would take half a minute.
  const small = { ...launchOptions, args: [...(launchOptions.args ?? []), '--js-flags=--max-old-space-size=128'] };
  const context = await chromium.launchPersistentContext(profile, small);
  let task_id = '';
  for (let visit = 1; visit <= 3; visit += 1) {
    const page = await context.newPage();
    const crashed = page.waitForEvent('crash');
    await page.goto(hostileSite.url);
    if (visit === 1) {
      await ready(page);
      ({ task_id } = await submit(page, 'hostile', { way: 'fills its memory with objects' }));
    }
    await crashed;
    await page.close();
  }
  const page = await open(await context.newPage(), hostileSite.url);
  const task = await finished(page, task_id);
  expect(task).toMatchObject({ status: 'failed', attempt: 3, error: { type: 'urn:holdfast:problem:crashed' } });
  const next = await submit(page, 'countdown', { steps: 1, step_ms: 0 });
  expect(await finished(page, next.task_id)).toMatchObject({ status: 'completed' });
  await context.close();
});
