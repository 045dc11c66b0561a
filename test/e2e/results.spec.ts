/** What a task found, as its page shows it. */
import type { Page } from '@playwright/test';
import { addFiles, addText, expect, finished, get, MiB, open, sha256, submit, test } from './app.ts';

const view = (page: Page) => page.getByRole('article');
const goTo = (page: Page, task_id: string) => page.evaluate((hash) => location.assign(hash), `#/tasks/${task_id}`);

test('files that were checked are in a table: what differs, is missing, is on no list and is intact', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const list = ['a', 'b', 'c'].map((name) => `${sha256(name)}  ${name}.txt\n`).join('');
  const files = [];
  for (const [name, text] of [
    ['d/SHA256SUMS', list],
    ['d/a.txt', 'a'],
    ['d/b.txt', 'changed'],
    ['d/x.txt', 'x'],
  ] as const)
    files.push(await addText(page, name, text));
  const { task_id } = await submit(page, 'verify', { files: files.map(({ file_id }) => ({ file_id })) });
  await goTo(page, task_id);
  const table = view(page).getByRole('table');
  await expect(table.getByRole('row')).toHaveText([
    /State/,
    new RegExp(`^d/b\\.txt.*${sha256('b')}.*${sha256('changed')}differs$`),
    'c.txtmissing',
    'd/x.txton no list',
    'd/a.txtintact',
  ]);
  await expect(view(page).locator('.tally li')).toHaveText(['1 intact', '1 on no list', '1 missing', '1 differs']);
});

test('a group of duplicates is told while others are looked for, with what could be freed; all are at the end', async ({
  page,
  site,
  random,
}) => {
  await open(page, site.url);
  const input = await page.evaluateHandle(() => Object.assign(document.createElement('input'), { type: 'file' }));
  await input.setInputFiles(random[0]?.path ?? '');
  const larger = await input.evaluate(
    async (element, names) => {
      const [file] = element.files ?? [];
      if (!file) throw new Error('no file');
      return Promise.all(names.map((name) => globalThis.holdfast.addFile(new File([file, 'and more'], name))));
    },
    ['films/one.bin', 'films/two.bin'],
  );
  const rest = (await Promise.all([1, 2, 3, 4].map(() => addFiles(page, random)))).flat();
  const { task_id } = await submit(page, 'duplicates', {
    files: [...rest, ...larger].map(({ file_id }) => ({ file_id })),
  });
  await goTo(page, task_id);
  const log = view(page).getByRole('region', { name: /^Log of Find duplicates/ });
  await expect(log.getByText('2 × 67.1 MB, 67.1 MB could be freed:')).toBeVisible();
  await expect(log.getByText('films/two.bin')).toBeVisible();
  await expect(view(page).getByText(/67\.1 MB in duplicates so far/)).toBeVisible();
  // Only what is not over can be paused.
  await page.evaluate((task_id) => globalThis.holdfast.pause(task_id), task_id);
  expect(await get(page, task_id)).toMatchObject({ status: 'paused', result: null });
  await page.evaluate((task_id) => globalThis.holdfast.resume(task_id), task_id);
  const { result } = await finished(page, task_id);
  expect(result).toMatchObject({ files: 14, freeable: 64 * MiB + 8 + 9 * 64 * MiB });
  await expect(view(page).getByText('4 groups; 671.1 MB could be freed.')).toBeVisible();
  const groups = view(page).locator('.groups > li');
  await expect(groups.first()).toHaveText(/^2 × .*67\.1 MB could be freedfilms\/one\.binfilms\/two\.bin$/);
  await expect(groups.nth(1).locator('summary')).toHaveText(/^4 × .*201\.3 MB could be freed$/);
});

test('a profile of a table has a row for each column, its numbers drawn; malformed rows are listed with their lines', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  // 0 once, 1 twice, 2 three times …
  const numbers = Array.from({ length: 8 }, (_, n) => `${n},name ${n % 2}\n`.repeat(n + 1)).join('');
  const { file_id } = await addText(page, 'numbers.csv', `n,word\n${numbers},\n1,2,<b>3</b>\n`);
  const { task_id } = await submit(page, 'table', { files: [{ file_id }], to: 'profile' });
  await goTo(page, task_id);
  const table = view(page).getByRole('table');
  await expect(table.getByRole('columnheader')).toHaveText([
    ...['Column', 'Type', 'Empty', 'Distinct', 'Range', 'Mean', 'Values'],
  ]);
  const [, first, second] = await table.getByRole('row').all();
  await expect(first?.getByRole('cell') ?? table).toHaveText(['integer', '1', '8', '0 – 7', '4.6667', '']);
  await expect(second?.getByRole('cell') ?? table).toHaveText([
    'text',
    '1',
    '2',
    'name 0 – name 1',
    '',
    /^name 1 20name 0 16$/,
  ]);
  const drawn = table.getByRole('img', { name: '0 to 1: 1; 1 to 2: 2; 2 to 3: 3;' });
  await expect(drawn).toBeVisible();
  const heights = await drawn.locator('rect').evaluateAll((bars) => bars.map((bar) => bar.getAttribute('height')));
  expect(heights).toEqual(Array.from({ length: 8 }, (_, n) => String(3 * (n + 1))));
  await view(page).getByText('1 malformed row left out').click();
  await expect(view(page).getByText('line 39: 3 cells where there should be 2')).toContainText('1,2,<b>3</b>');
});
