/** Everything as one file, from one browser to another. */
import { chromium } from '@playwright/test';
import {
  checkpointed,
  digestsOf,
  expect,
  expectWhole,
  finished,
  get,
  logOf,
  open,
  submitLongChecksum,
  test,
  watchFaults,
} from './app.ts';

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
  const download = page.waitForEvent('download');
  await page.evaluate(() => {
    const link = Object.assign(document.createElement('a'), { href: globalThis.holdfast.exportUrl });
    link.click();
  });
  const path = await (await download).path();

  const context = await chromium.launchPersistentContext(profile, launchOptions);
  const faults = watchFaults(context);
  const there = await open(await context.newPage(), site.url);
  const input = await there.evaluateHandle(() => Object.assign(document.createElement('input'), { type: 'file' }));
  await input.setInputFiles(path);
  const count = await input.evaluate(({ files }) => globalThis.holdfast.importAll(files?.[0] ?? new Blob()));
  expect(count).toBe(1);
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
