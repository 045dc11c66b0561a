/** The view System, as a person uses it: by roles and labels. */
import { writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { openSite } from '../chaos/site.mjs';
import {
  addText,
  checkpointed,
  digestsOf,
  dist,
  expect,
  expectWhole,
  finished,
  get,
  list,
  logOf,
  open,
  submit,
  submitLongChecksum,
  test,
} from './app.ts';

const openSystem = async (page: Page, url: string) => {
  await open(page, `${url}#/system`);
  await expect(page.getByRole('heading', { level: 1, name: 'System' })).toBeVisible();
};
const part = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

test('who works on what is told, tab by tab, and a limit that is changed holds at once', async ({
  page,
  context,
  site,
}) => {
  await openSystem(page, site.url);
  const work = part(page, 'At work');
  await expect(work.getByRole('list', { name: 'Executors' })).toContainText('This tab');
  const other = await open(await context.newPage(), site.url);
  await expect(work.getByText('Another tab')).toBeVisible();
  await other.close();
  await expect(work.getByText('Another tab')).toBeHidden();

  const limits = part(page, 'Limits');
  await limits.getByLabel('Tasks at once').fill('3');
  await page.keyboard.press('Enter');
  await expect(limits.getByRole('status')).toContainText('Saved');
  await expect(work).toContainText('0 of at most 3 at once');
  for (let i = 0; i < 3; i += 1) await submit(page, 'countdown', { steps: 1_000, step_ms: 1_000 });
  await expect(work.getByRole('link', { name: /Countdown/ })).toHaveCount(3);
});

test('a limit that cannot be is refused at its field, and nothing of the form is taken', async ({ page, site }) => {
  await openSystem(page, site.url);
  const limits = part(page, 'Limits');
  await limits.getByLabel('Open streams').fill('100');
  await limits.getByLabel('Events in a log').fill('3');
  await limits.getByLabel('Keep finished tasks, days').fill('');
  await limits.getByRole('button', { name: 'Save the limits' }).click();
  await expect(limits.getByRole('alert')).toContainText('could not be saved');
  for (const name of ['Events in a log', 'Keep finished tasks, days']) {
    await expect(limits.getByLabel(name)).toHaveAttribute('aria-invalid', 'true');
    await expect(limits.getByLabel(name)).toHaveAccessibleDescription(/Invalid/);
  }
  await expect(limits.getByLabel('Open streams')).toHaveAttribute('aria-invalid', 'false');
  expect((await page.evaluate(() => globalThis.holdfast.settings())).max_streams).toBe(2_000);
});

test('an export is saved, everything is erased, asked twice, and the import brings all of it back', async ({
  page,
  context,
  site,
}, info) => {
  // A picker is a window of the browser, which no test can reach: it saves into a real file of the browser's own file system.
  await context.addInitScript(() => {
    const showSaveFilePicker = async () =>
      (await navigator.storage.getDirectory()).getFileHandle('saved.export', { create: true });
    Object.assign(window, { showSaveFilePicker });
  });
  await openSystem(page, site.url);
  const { file_id } = await addText(page, 'a.txt', 'hello');
  const done = await submit(page, 'checksum', { files: [{ file_id }] });
  const ended = await finished(page, done.task_id);
  const log = await logOf(page, done.task_id);
  const transfer = part(page, 'Everything as one file');
  await transfer.getByRole('button', { name: 'Export everything' }).click();
  await expect(transfer.getByRole('status')).toContainText('Exported:');
  const bytes = await page.evaluate(async () => {
    const file = await (await (await navigator.storage.getDirectory()).getFileHandle('saved.export')).getFile();
    return [...new Uint8Array(await file.arrayBuffer())];
  });
  const running = await submit(page, 'spin', { ms: 3_600_000 });
  await page.waitForFunction(async (id) => (await globalThis.holdfast.get(id)).status === 'running', running.task_id);
  const other = await open(await context.newPage(), site.url);
  const loadedAgain = other.waitForEvent('load');

  await part(page, 'Erase everything').getByRole('button').click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('2 tasks go');
  await expect(question).toContainText('1 of them runs now');
  await page.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await part(page, 'Erase everything').getByRole('button').click();
  await question.getByRole('button', { name: 'Go on' }).click();
  const now = question.getByRole('button', { name: 'Erase everything now' });
  await question.getByLabel('Type “erase”').fill('yes');
  await expect(now).toHaveAttribute('aria-disabled', 'true');
  await question.getByLabel('Type “erase”').fill('erase');
  await page.keyboard.press('Enter');
  await expect(part(page, 'Erase everything').getByRole('status')).toHaveText('Everything was erased.');
  await loadedAgain;
  expect((await list(page)).tasks).toEqual([]);
  expect(await page.evaluate((id) => fetch(`files/${id}`).then(({ status }) => status), file_id)).toBe(404);
  // What is not ours is not touched.
  expect(
    await page.evaluate(() => navigator.storage.getDirectory().then((root) => root.getFileHandle('saved.export'))),
  ).toBeTruthy();

  const broken = Buffer.from(bytes);
  broken[broken.length - 40] = 0;
  await writeFile(info.outputPath('broken.export'), broken);
  await transfer.getByLabel('Import an export').setInputFiles(info.outputPath('broken.export'));
  await expect(transfer.getByRole('alert')).toContainText(
    /Refused whole, nothing was taken.*Record \d+, byte [\d,]+\./,
  );
  expect((await list(page)).tasks).toEqual([]);

  const path = info.outputPath('holdfast.export');
  await writeFile(path, Buffer.from(bytes));
  await transfer.getByLabel('Import an export').setInputFiles(path);
  await expect(transfer.getByRole('status')).toHaveText('Imported: 1 task.');
  expect(await logOf(page, done.task_id)).toEqual(log);
  expect((await get(page, done.task_id)).result).toEqual(ended.result);
  // And the executors are at work again.
  expect(await finished(other, (await submit(page, 'countdown', { steps: 1, step_ms: 0 })).task_id)).toMatchObject({
    status: 'completed',
  });
});

test('an update is taken when the person says so, and a checksum that runs meanwhile loses nothing', async ({
  page,
  random,
}) => {
  const site = await openSite(dist);
  await openSystem(page, site.url);
  const server = part(page, 'Server');
  await server.getByRole('button', { name: 'Look for an update' }).click();
  await expect(server.getByRole('status')).toHaveText('This is the newest version.');
  const { task, digests } = await submitLongChecksum(page, random);
  await checkpointed(page, task.task_id);
  await site.deploy(false);
  await server.getByRole('button', { name: 'Look for an update' }).click();
  const loadedAgain = page.waitForEvent('load');
  await server.getByRole('button', { name: 'Update now' }).click();
  await loadedAgain;
  await page.waitForFunction(() => globalThis.holdfast !== undefined);
  const end = await finished(page, task.task_id);
  expect(digestsOf(end)).toEqual(digests);
  expectWhole(await logOf(page, task.task_id));
  await site.close();
});
