/** An export and an import of two gibibytes, as a person makes them: no more of it is in memory at once than a few parts. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chromium, type Page } from '@playwright/test';
import { browserMemory, peakMemory } from '../../scripts/memory.mjs';
import { noiseFile } from '../gate/gate.ts';
import { expect, finished, MiB, open, submit, test, watchFaults } from './app.ts';

/** Of an output, and once more of the input that it was made from. */
const BYTES = 1024 * MiB;
const BOUND = 256 * MiB;
const LIMIT_MS = 10 * 60_000;

/** The most that a page or the browser had beyond what they had before. */
async function memoryOf(profile: string, work: () => Promise<void>) {
  const looks = [peakMemory, browserMemory] as const;
  for (const look of looks) look(profile);
  const before = looks.map((look) => look(profile) ?? 0);
  await work();
  const [page, browser] = looks.map(
    (look, i) => ((look(profile) ?? Number.POSITIVE_INFINITY) - (before[i] ?? 0)) * MiB,
  );
  return { page: page ?? Number.POSITIVE_INFINITY, browser: browser ?? Number.POSITIVE_INFINITY };
}

const transferOf = (page: Page) => page.getByRole('region', { name: 'Everything as one file' });

test('a gibibyte of outputs is exported and imported in bounded memory', async ({ site, profile, launchOptions }) => {
  test.skip(!process.env.HOLDFAST_BIG, 'takes minutes: npm run test:big');
  test.skip(process.platform !== 'linux', 'only Linux tells how much memory there was');
  test.setTimeout(3 * LIMIT_MS);
  const context = await chromium.launchPersistentContext(join(profile, 'browser'), launchOptions);
  const faults = watchFaults(context);
  // A picker is a window of the browser, which no test can reach: it saves into a real file of the browser's own file system.
  await context.addInitScript(() => {
    const showSaveFilePicker = async () =>
      (await navigator.storage.getDirectory()).getFileHandle('saved.export', { create: true });
    Object.assign(window, { showSaveFilePicker });
  });
  const page = await open(await context.newPage(), `${site.url}#/system`);
  const path = join(profile, 'noise');
  await pipeline(Readable.from(noiseFile('noise', BYTES).parts()), createWriteStream(path));
  const picker = await page.evaluateHandle(() => Object.assign(document.createElement('input'), { type: 'file' }));
  await picker.setInputFiles(path);
  const { file_id } = await picker.evaluate((input) =>
    globalThis.holdfast.addFile(input.files?.[0] ?? new File([], '')),
  );
  const { task_id } = await submit(page, 'archive', { files: [{ file_id }], compression: 'none' });
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed', error: null });

  const transfer = transferOf(page);
  const exporting = await memoryOf(profile, async () => {
    await transfer.getByRole('button', { name: 'Export everything' }).click();
    await expect(transfer.getByRole('status')).toContainText('Exported:', { timeout: LIMIT_MS });
  });
  await page.evaluate(
    async ([task_id, file_id]) => {
      await globalThis.holdfast.remove(task_id);
      await globalThis.holdfast.removeFile(file_id);
    },
    [task_id, file_id] as const,
  );
  await page.reload();
  await expect(transfer).toBeVisible();
  const importing = await memoryOf(profile, async () => {
    await page.evaluate(async () => {
      const input = document.querySelector<HTMLInputElement>('#import-file');
      const handle = await (await navigator.storage.getDirectory()).getFileHandle('saved.export');
      const given = new DataTransfer();
      given.items.add(await handle.getFile());
      if (input) input.files = given.files;
      input?.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await expect(transfer.getByRole('status')).toContainText('Imported: 1 task.', { timeout: LIMIT_MS });
  });
  const peaks = { exporting, importing };
  const described = JSON.stringify(peaks, (_, value) => (typeof value === 'number' ? Math.round(value / MiB) : value));
  test.info().annotations.push({ type: 'memory', description: `${described} MiB` });
  for (const peak of [exporting.page, exporting.browser, importing.page, importing.browser])
    expect(peak, described).toBeLessThan(BOUND);
  await context.close();
  expect(faults).toEqual([]);
});
