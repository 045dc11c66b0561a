import { type BrowserContext, chromium, type Page } from '@playwright/test';
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import {
  CHUNK,
  checkpointed,
  digestsOf,
  expect,
  expectWhole,
  finished,
  get,
  logOf,
  open,
  ready,
  statesOf,
  submit,
  submitLongChecksum,
  test,
  upTo,
  watchFaults,
} from './app.ts';

/** The second attempt starts where the checkpoint stands, and reads nothing before it again. */
async function expectResumed(page: Page, task_id: string, checkpoint: number, digests: string[]) {
  const task = await finished(page, task_id);
  expect(task).toMatchObject({ status: 'completed', attempt: 2, failures: 0 });
  expect(digestsOf(task)).toEqual(digests);
  const log = await logOf(page, task_id);
  expectWhole(log);
  const [start, first] = statesOf(log, 2);
  expect(start?.done).toBeGreaterThanOrEqual(checkpoint);
  // A job's first progress is never thinned out: it is the first chunk after the checkpoint.
  expect(first?.done).toBe((start?.done ?? 0) + CHUNK);
  const list = await page.evaluate(
    async (task_id) => (await globalThis.holdfast.output(task_id, 'SHA256SUMS')).text(),
    task_id,
  );
  expect(list.match(/^[\da-f]{64}/gm)).toEqual(digests);
}

test('a page that is reloaded in the middle goes on from the checkpoint', async ({ page, site, random }) => {
  await open(page, site.url);
  const { task, digests } = await submitLongChecksum(page, random);
  const done = await checkpointed(page, task.task_id);
  await page.reload();
  await ready(page);
  await expectResumed(page, task.task_id, done, digests);
});

test('a browser that is killed in the middle goes on from the checkpoint', async ({
  site,
  profile,
  random,
  launchOptions,
}) => {
  const launch = async () => {
    const context = await chromium.launchPersistentContext(profile, launchOptions);
    return { context, faults: watchFaults(context), page: await open(await context.newPage(), site.url) };
  };
  const first = await launch();
  const { task, digests } = await submitLongChecksum(first.page, random);
  const done = await checkpointed(first.page, task.task_id);
  await kill(first.context);

  const second = await launch();
  await expectResumed(second.page, task.task_id, done, digests);
  await second.context.close();
  expect([...first.faults, ...second.faults]).toEqual([]);
});

/** SIGKILL to the browser's own process. */
async function kill(context: BrowserContext): Promise<void> {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? {};
  const main = processInfo?.find(({ type }) => type === 'browser');
  if (!main) throw new Error('The browser does not tell its process.');
  const closed = new Promise((resolve) => context.once('close', resolve));
  process.kill(main.id, 'SIGKILL');
  await closed;
}

test('a stream shows every event once, however often the service worker is stopped', async ({ page, site }) => {
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100, step_ms: 50 });
  const seen = await page.evaluateHandle((task_id) => {
    const seen = { frames: '', events: [] as string[], breaks: 0, connected: false, over: false };
    const onFrame = (text: string) => {
      seen.frames += text;
    };
    const onConnection = (connected: boolean) => {
      seen.connected = connected;
      if (!connected) seen.breaks += 1;
    };
    (async () => {
      for await (const { event } of globalThis.holdfast.watch(task_id, { onFrame, onConnection }))
        seen.events.push(event);
      seen.over = true;
    })();
    return seen;
  }, task_id);
  const stops = 4;
  for (let breaks = 0; breaks < stops; breaks += 1) {
    await page.waitForFunction(([seen, breaks]) => seen.connected && seen.breaks === breaks, [seen, breaks] as const);
    const before = await seen.evaluate(({ events }) => events.length);
    await page.waitForFunction(([seen, before]) => seen.events.length > before + 5, [seen, before] as const);
    await stopServiceWorker(page);
  }
  await page.waitForFunction(({ over }) => over, seen);
  const { frames, events, breaks } = await seen.jsonValue();
  const task = await get(page, task_id);
  expect(task).toMatchObject({ status: 'completed', attempt: 1, result: { steps: 100 } });
  expect(Number(task.last_event_id)).toBeGreaterThan(100);
  expect(frames.match(/(?<=^id: )\d+$/gm)).toEqual(upTo(Number(task.last_event_id)));
  expect(events.filter((event) => event === 'complete')).toHaveLength(1);
  expect(events.at(-1)).toBe('complete');
  expect(new Set(events)).toEqual(new Set(['message', 'log', 'complete']));
  expect(breaks).toBe(stops);
});

test('a service worker that is stopped while the workers load takes no task with it', async ({ page, site }) => {
  await open(page, site.url);
  // A job that fails leaves its worker behind, so each of these has one of its own, whose code the service worker hands out.
  const ids = await page.evaluate(async () => {
    const draft = { type: 'countdown', input: { steps: 1, step_ms: 0, fail_at: 1 } };
    const tasks = await globalThis.holdfast.submitAll(Array.from({ length: 20 }, () => draft));
    return tasks.map(({ task_id }) => task_id);
  });
  const unfinished = () =>
    page.evaluate(async () => {
      const { counts } = await globalThis.holdfast.list();
      return counts.pending + counts.running;
    });
  while ((await unfinished()) > 0) await stopServiceWorker(page);
  for (const task_id of ids) {
    const detail = 'Failed at step 1 of 1, as the input asks.';
    expect(await get(page, task_id)).toMatchObject({ status: 'failed', attempt: 1, error: { detail } });
  }
});
