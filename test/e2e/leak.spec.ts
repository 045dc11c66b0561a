import type { Page } from '@playwright/test';
import { workersOf } from '../soak/threads.mjs';
import { expect, finished, open, submit, test } from './app.ts';

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
