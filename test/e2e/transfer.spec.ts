/** Everything as one file, from one browser to another. */
import { chromium, type Page } from '@playwright/test';
import {
  checkpointed,
  digestsOf,
  expect,
  expectWhole,
  finished,
  get,
  logOf,
  open,
  outputSums,
  statesOf,
  submitLongChecksum,
  submitLongTable,
  test,
  watchFaults,
} from './app.ts';

async function exported(page: Page): Promise<string> {
  const download = page.waitForEvent('download');
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: globalThis.holdfast.exportUrl });
    link.click();
  });
  return (await download).path();
}

async function imported(page: Page, path: string): Promise<number> {
  const input = await page.evaluateHandle(() => Object.assign(document.createElement('input'), { type: 'file' }));
  await input.setInputFiles(path);
  return input.evaluate(({ files }) => globalThis.holdfast.importAll(files?.[0] ?? new Blob()));
}

test('a checksum that was begun in one browser is finished in another, with the right digests and no number twice', async ({
  page,
  site,
  random,
  profile,
  launchOptions,
}) => {
  await open(page, site.url);
  const { task, digests } = await submitLongChecksum(page, random);
  const done = await checkpointed(page, task.task_id);
  await page.evaluate((task_id) => globalThis.holdfast.pause(task_id), task.task_id);
  const before = await logOf(page, task.task_id);
  const path = await exported(page);

  const context = await chromium.launchPersistentContext(profile, launchOptions);
  const faults = watchFaults(context);
  const there = await open(await context.newPage(), site.url);
  expect(await imported(there, path)).toBe(1);
  expect(await logOf(there, task.task_id)).toEqual(before);
  expect(await get(there, task.task_id)).toMatchObject({ status: 'paused' });

  await there.evaluate((task_id) => globalThis.holdfast.resume(task_id), task.task_id);
  const end = await finished(there, task.task_id);
  expect(end).toMatchObject({ status: 'completed', attempt: 2 });
  expect(digestsOf(end)).toEqual(digests);
  const log = await logOf(there, task.task_id);
  expectWhole(log);
  expect(log.slice(0, before.length)).toEqual(before);
  // The second attempt begins where the checkpoint was, and not at the start.
  const begun = log.flatMap(({ event, data }) => (event === 'message' && data.attempt === 2 ? [data.done] : []));
  expect(Math.min(...begun)).toBeGreaterThanOrEqual(done);
  await context.close();
  expect(faults).toEqual([]);
});

test('a database that is being written while it is exported is written on elsewhere, to the same bytes', async ({
  page,
  site,
  profile,
  launchOptions,
}) => {
  await open(page, site.url);
  const { task_id } = await submitLongTable(page);
  const done = await checkpointed(page, task_id);
  const path = await exported(page);
  expect(await get(page, task_id)).toMatchObject({ status: 'running', attempt: 1 });

  const context = await chromium.launchPersistentContext(profile, launchOptions);
  const faults = watchFaults(context);
  const there = await open(await context.newPage(), site.url);
  expect(await imported(there, path)).toBe(1);
  const end = await finished(there, task_id);
  expect(end).toMatchObject({ status: 'completed', attempt: 2 });
  const log = await logOf(there, task_id);
  expectWhole(log);
  expect(Math.min(...statesOf(log, 2).map((state) => state.done))).toBeGreaterThanOrEqual(done);

  expect(await finished(page, task_id)).toMatchObject({ status: 'completed', attempt: 1 });
  expect(await outputSums(there, task_id)).toEqual(await outputSums(page, task_id));
  await context.close();
  expect(faults).toEqual([]);
});
