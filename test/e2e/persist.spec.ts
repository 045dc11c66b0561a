import { chromium } from '@playwright/test';
import { expect, finished, open, submit, test } from './app.ts';

test('storage that is not to be evicted is asked for when the first task is accepted, and not before', async ({
  context,
  site,
}) => {
  // A headless browser decides by itself and silently: the question is counted where the page asks it.
  await context.addInitScript(() => {
    const { storage } = navigator;
    if (!storage) return;
    const persist = storage.persist.bind(storage);
    Object.assign(globalThis, { asked: 0 });
    storage.persist = () => {
      Object.assign(globalThis, { asked: Reflect.get(globalThis, 'asked') + 1 });
      return persist();
    };
  });
  const page = await open(await context.newPage(), site.url);
  const asked = () => page.evaluate(() => Reflect.get(globalThis, 'asked'));
  await page.evaluate(() => globalThis.holdfast.list());
  const refused = await page.evaluate(() =>
    globalThis.holdfast.submit({ type: 'countdown', input: { steps: -1 } }).then(
      () => 'accepted',
      ({ status }) => status,
    ),
  );
  expect(refused).toBe(422);
  expect(await asked()).toBe(0);

  const { task_id } = await submit(page, 'countdown', { steps: 1, step_ms: 0 });
  expect(await asked()).toBe(1);
  await finished(page, task_id);
  await page.evaluate(() => globalThis.holdfast.submitAll([{ type: 'countdown', input: { steps: 1, step_ms: 0 } }]));
  expect(await asked()).toBe(1);
});

test('storage that the browser keeps is told by health', async ({ profile, launchOptions, site }) => {
  const context = await chromium.launchPersistentContext(profile, launchOptions);
  const session = await context.browser()?.newBrowserCDPSession();
  const page = await open(await context.newPage(), site.url);
  const persisted = () => page.evaluate(async () => (await globalThis.holdfast.health()).persisted);
  expect(await persisted()).toBe(false);
  await session?.send('Browser.grantPermissions', { origin: site.origin, permissions: ['durableStorage'] });
  expect(await persisted()).toBe(true);
  await context.close();
});
