/** The page that searches documents, used as a person does. */
import type { Page } from '@playwright/test';
import { addText, expect, finished, open, submit, test } from './app.ts';

async function indexed(page: Page, texts: Record<string, string>) {
  const files = [];
  for (const [name, text] of Object.entries(texts)) files.push(await addText(page, name, text));
  const { task_id } = await submit(page, 'documents', { files });
  await finished(page, task_id);
  await page.getByRole('link', { name: 'Search', exact: true }).click();
}
const field = (page: Page) => page.getByRole('searchbox');
const inIndex = (page: Page) =>
  page.evaluate(async () => (await globalThis.holdfast.documents()).documents.map(({ file }) => file).sort());

test('what is typed is found, marked and can be read in its page, and a question that is none is told', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  await indexed(page, {
    'kelp.md': '# Kelp\n\nA holdfast grips the rock.\n\nIt is <b>no</b> root.',
    'rope.txt': 'An anchor on a rope grips the sand.',
  });
  await field(page).pressSequentially('grips');
  await expect(page.getByRole('heading', { name: 'Found on 2 pages' })).toBeVisible();
  await expect(page.locator('mark')).toHaveText(['grips', 'grips']);
  await field(page).fill('holdfast -anchor');
  await expect(page.getByRole('heading', { name: 'Found on 1 page' })).toBeVisible();
  await page.getByText('The whole page').click();
  await expect(page.getByText('It is <b>no</b> root.').last()).toBeVisible();
  await field(page).fill('-');
  await expect(page.getByText('There is no word in this to look for, or there are too many.')).toBeVisible();
  await field(page).fill('seaweed');
  await expect(page.getByRole('heading', { name: 'Nothing was found' })).toBeVisible();
  // The address is the question: it can be kept, and comes back with the page.
  await field(page).fill('"anchor on a rope"');
  await expect(page.locator('mark')).toHaveText(['anchor on a rope']);
  await page.reload();
  await expect(field(page)).toHaveValue('"anchor on a rope"');
  await expect(page.locator('mark')).toHaveText(['anchor on a rope']);
});

test('a document is forgotten, unless that is undone', async ({ page, site }) => {
  await open(page, site.url);
  await indexed(page, { 'kelp.md': 'kelp', 'rope.txt': 'rope' });
  const forget = page.getByRole('button', { name: 'Forget kelp.md' });
  await forget.click();
  await expect(forget).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(forget).toBeVisible();
  expect(await inIndex(page)).toEqual(['kelp.md', 'rope.txt']);
  await forget.click();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect.poll(() => inIndex(page)).toEqual(['rope.txt']);
  await field(page).fill('kelp');
  await expect(page.getByRole('heading', { name: 'Nothing was found' })).toBeVisible();
});
