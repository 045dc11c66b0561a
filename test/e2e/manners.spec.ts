/** How the app behaves while nobody looks: title, icon, notifications and a screen that stays awake, each only when it is wanted. */
import type { Page } from '@playwright/test';
import { expect, open, reached, ready, submit, test } from './app.ts';

const icon = (page: Page) => page.locator('link[rel="icon"]').getAttribute('href');
const goTo = (page: Page, hash: string) => page.evaluate((hash) => location.assign(hash), hash);

test('title and icon tell how far things are, and of what, and then nothing more', async ({ page, site }) => {
  await open(page, site.url);
  await expect(page).toHaveTitle('Holdfast');
  const plain = await icon(page);
  const { task_id } = await submit(page, 'countdown', { steps: 1_000, step_ms: 20 });
  await goTo(page, `#/tasks/${task_id}`);
  await expect(page).toHaveTitle(/^[1-9]\d?% · Countdown · Holdfast$/);
  await expect.poll(() => icon(page)).toMatch(/^data:image\/svg\+xml,/);
  await goTo(page, '#/');
  await expect(page).toHaveTitle(/^\d+% · Holdfast$/);
  await page.evaluate((task_id) => holdfast.cancel(task_id), task_id);
  await expect(page).toHaveTitle('Holdfast');
  await expect
    .poll(() => icon(page))
    .toBe(await page.evaluate((plain) => new URL(plain ?? '', location.href).href, plain));
});

test('the browser is asked for notifications when the person wants them, and not before', async ({ page, site }) => {
  await page.addInitScript(() => {
    let asked = 0;
    Object.assign(window, { timesAsked: () => asked });
    Notification.requestPermission = async () => {
      asked += 1;
      return asked === 1 ? 'denied' : 'granted';
    };
  });
  await open(page, site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 100 });
  await reached(page, task_id, 'running');
  await goTo(page, `#/tasks/${task_id}`);
  const asked = () => page.evaluate(() => Reflect.get(window, 'timesAsked')());
  const wish = page.getByRole('article').getByRole('checkbox', { name: 'Notify me when a long task ends' });
  await expect(wish).not.toBeChecked();
  expect(await asked()).toBe(0);
  await wish.click();
  await expect(page.getByText('This browser does not allow notifications here')).toBeVisible();
  await expect(wish).not.toBeChecked();
  await wish.click();
  await expect(wish).toBeChecked();
  expect(await asked()).toBe(2);
  await page.reload();
  await ready(page);
  await expect(wish).toBeChecked();
});

test('the screen is kept awake while tasks run and the person wants it, and no longer', async ({ page, site }) => {
  await page.addInitScript(() => {
    let held = 0;
    const request = async () => {
      held += 1;
      return {
        released: false,
        async release() {
          if (!this.released) held -= 1;
          this.released = true;
        },
      };
    };
    Object.defineProperty(navigator, 'wakeLock', { value: { request } });
    Object.assign(window, { locksHeld: () => held });
  });
  await open(page, site.url);
  const held = () => page.evaluate(() => Reflect.get(window, 'locksHeld')());
  const { task_id } = await submit(page, 'countdown', { steps: 100_000, step_ms: 100 });
  await goTo(page, `#/tasks/${task_id}`);
  expect(await held()).toBe(0);
  await page.getByRole('article').getByRole('checkbox', { name: 'Keep the screen awake while tasks run' }).check();
  await expect.poll(held).toBe(1);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(held).toBe(0);
});
