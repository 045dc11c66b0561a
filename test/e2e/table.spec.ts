import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { addText, checkpointed, expect, finished, list, open, submit, test } from './app.ts';

const rows = (count: number): string =>
  Array.from({ length: count }, (_, n) => `${n},"name, ${n % 977}",${n / 4},2024-02-${10 + (n % 20)}\n`).join('');
const csv = (count: number): string => `id,name,price,day\n${rows(count)}`;

/** The bytes of an output file, as their length and SHA-256, and how they begin. */
async function outputOf(page: Page, task_id: string, name: string) {
  const text = await page.evaluate(
    async ([task, file]) => {
      const answer = await fetch(`tasks/${task}/files/${file}`);
      const bytes = new Uint8Array(await answer.arrayBuffer());
      let binary = '';
      for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
      return btoa(binary);
    },
    [task_id, name] as const,
  );
  const bytes = Buffer.from(text, 'base64');
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The names of all files that are kept for the app's tasks. */
const kept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const found: string[] = [];
    async function walk(folder: FileSystemDirectoryHandle) {
      for await (const [name, handle] of (
        folder as FileSystemDirectoryHandle & { entries(): AsyncIterable<[string, FileSystemHandle]> }
      ).entries()) {
        if (handle.kind === 'directory') await walk(handle as FileSystemDirectoryHandle);
        else found.push(name);
      }
    }
    await walk(await navigator.storage.getDirectory());
    return found.sort();
  });

test('a table that was picked becomes a SQLite database, and nothing else is left on disk', async ({ page, site }) => {
  await open(page, site.url);
  await page.getByText('Convert tables', { exact: true }).first().click();
  // A picker that cannot be driven from here gives way to the plain one.
  await page.evaluate(() => Object.assign(window, { showOpenFilePicker: undefined }));
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles({ name: 'sales.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(50_000)) });
  await page.getByText('sales.csv').waitFor();
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expect.poll(async () => (await list(page)).tasks.length).toBe(1);
  const [begun] = (await list(page)).tasks;
  const task_id = begun?.task_id ?? '';
  const task = await finished(page, task_id);
  expect(task).toMatchObject({
    status: 'completed',
    result: {
      tables: [{ rows: 50_000, malformed: { count: 0 }, columns: [{ type: 'integer' }, {}, {}, { type: 'date' }] }],
    },
  });
  const { bytes } = await outputOf(page, task_id, 'sales.sqlite');
  expect(bytes.subarray(0, 15).toString()).toBe('SQLite format 3');
  await expect.poll(() => kept(page)).toEqual(['sales.sqlite']);
});

test('a database that was interrupted again and again by reloads is the same, byte for byte', { tag: '@long' }, async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const text = csv(400_000);
  const first = await addText(page, 'sales.csv', text);
  const whole = await submit(page, 'table', { files: [{ file_id: first.file_id }] });
  await finished(page, whole.task_id);
  const undisturbed = await outputOf(page, whole.task_id, 'sales.sqlite');

  const { task_id } = await submit(page, 'table', { files: [{ file_id: first.file_id }] });
  for (let reload = 0; reload < 3; reload += 1) {
    await checkpointed(page, task_id);
    await page.reload();
    await open(page, site.url);
  }
  const task = await finished(page, task_id);
  expect(task.attempt).toBeGreaterThan(1);
  expect(task.status).toBe('completed');
  expect((await outputOf(page, task_id, 'sales.sqlite')).sha256).toBe(undisturbed.sha256);
});

test('a canceled conversion leaves no byte on disk', async ({ page, site }) => {
  await open(page, site.url);
  const { file_id } = await addText(page, 'sales.csv', csv(400_000));
  const { task_id } = await submit(page, 'table', { files: [{ file_id }] });
  await expect.poll(() => kept(page)).toEqual(['sales.sqlite', 'sales.sqlite@undo0', 'sales.sqlite@undo1']);
  await page.evaluate((id) => holdfast.cancel(id), task_id);
  await expect.poll(() => kept(page)).toEqual([]);
});
