/** Everything as one file, from one browser to another. */
import { chromium, type Page } from '@playwright/test';
import { namesFor } from '../../src/core/names.ts';
import {
  addText,
  checkpointed,
  digestsOf,
  expect,
  expectWhole,
  finished,
  get,
  keptOf,
  list,
  logOf,
  MiB,
  open,
  outputSums,
  statesOf,
  submit,
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

test('an export of a file that is begun anew under it breaks, and is never a shorter one', async ({ page, site }) => {
  await open(page, site.url);
  const { file_id } = await addText(page, 'a.txt', 'a'.repeat(24 * MiB));
  const { task_id } = await submit(page, 'archive', { files: [{ file_id }], compression: 'none' });
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed' });
  const end = await page.evaluate(
    async ([task_id, folder]) => {
      const reader = (await fetch(globalThis.holdfast.exportUrl)).body?.getReader();
      // Into the output file.
      for (let come = 0; come < 100_000; ) come += (await reader?.read())?.value?.length ?? 0;
      const root = await navigator.storage.getDirectory();
      const outputs = await (await root.getDirectoryHandle(folder)).getDirectoryHandle(task_id);
      for await (const name of outputs.keys()) {
        const writable = await (await outputs.getFileHandle(name)).createWritable();
        await writable.close();
      }
      try {
        for (;;) if ((await reader?.read())?.done) return 'whole';
      } catch {
        return 'broken';
      }
    },
    [task_id, namesFor(site.url).folder] as const,
  );
  expect(end).toBe('broken');
});

test('an import that is refused in the middle of an output file is refused with the place, and leaves nothing', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const { file_id } = await addText(page, 'a.txt', 'a'.repeat(9 * MiB));
  const { task_id } = await submit(page, 'archive', { files: [{ file_id }], compression: 'none' });
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed' });
  const answer = await page.evaluate(async (task_id) => {
    const whole = await (await fetch(globalThis.holdfast.exportUrl)).arrayBuffer();
    await globalThis.holdfast.remove(task_id);
    const [text, bytes] = [new TextDecoder('latin1').decode(whole), new Uint8Array(whole)];
    // In the second part of the output file, of which the first is written by then.
    const place = text.indexOf('\n', text.indexOf('"offset":4194304')) + 1_000;
    bytes[place] = 0;
    const headers = { 'Content-Type': 'application/octet-stream' };
    const response = await fetch('tasks/import', { method: 'POST', headers, body: bytes });
    return { status: response.status, problem: await response.json() };
  }, task_id);
  expect(answer).toMatchObject({ status: 422, problem: { record: 4, position: expect.any(Number) } });
  expect(await keptOf(page, site.url, task_id)).toEqual({ checkpoint: false, rows: 0, folder: false });
  expect((await list(page)).tasks).toEqual([]);
});
