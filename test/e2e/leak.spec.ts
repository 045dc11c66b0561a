import type { Page } from '@playwright/test';
import { pageOf, workersOf } from '../soak/threads.mjs';
import { addFiles, expect, finished, open, submit, test } from './app.ts';

async function fail(page: Page, times: number) {
  for (let i = 0; i < times; i += 1) {
    const { task_id } = await submit(page, 'countdown', { steps: 1, step_ms: 0, fail_at: 1 });
    expect(await finished(page, task_id)).toMatchObject({ status: 'failed' });
  }
}

test('a worker that was given up leaves nothing behind in its executor', async ({ page, site }) => {
  const browser = await page.context().browser()?.newBrowserCDPSession();
  if (!browser) throw new Error('The browser has no session of its own.');
  const handles = async () => (await workersOf(browser)).find(({ name }) => name === 'holdfast executor')?.handles;
  await open(page, site.url);
  await fail(page, 2);
  const before = await handles();
  await fail(page, 8);
  // What the last of them held is let go of a moment after its end was told.
  await expect.poll(handles).toBeLessThanOrEqual(before ?? 0);
});

test('a result that is shown no more leaves nothing behind in the page', async ({ page, site, random }) => {
  const session = await page.context().newCDPSession(page);
  const elements = async () => (await pageOf(session)).elements;
  await open(page, site.url);
  const files = (await addFiles(page, random.slice(0, 1))).map(({ file_id }) => ({ file_id }));
  let shown = '';
  /** The one before goes when the next is shown. */
  async function show(times: number) {
    for (let i = 0; i < times; i += 1) {
      const { task_id } = await submit(page, 'checksum', { files, algorithm: 'crc32' });
      await finished(page, task_id);
      await page.evaluate((id) => {
        location.hash = `#/tasks/${id}`;
      }, task_id);
      await expect(page.locator('table')).toHaveCount(1);
      if (shown) await page.evaluate((id) => globalThis.holdfast.remove(id), shown);
      shown = task_id;
    }
  }
  await show(3);
  const before = await elements();
  await show(6);
  // A tree is about 30 elements; one that was just left may be held until the next.
  await expect.poll(elements).toBeLessThan(before + 60);
});
