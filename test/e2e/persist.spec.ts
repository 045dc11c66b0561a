import { type BrowserContext, chromium } from '@playwright/test';
import { expect, finished, open, type Site, submit, test } from './app.ts';

/** A headless browser decides by itself and silently: the question is counted where the page asks it. */
async function counting(context: BrowserContext, site: Site) {
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
  return { page, asked: () => page.evaluate(() => Reflect.get(globalThis, 'asked')) };
}

test('storage that is not to be evicted is asked for when the first task is accepted, and not before', async ({
  context,
  site,
}) => {
  const { page, asked } = await counting(context, site);
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

test('and when a page begins to run one that was posted without the client', async ({ context, site }) => {
  const { page, asked } = await counting(context, site);
  const task_id = await page.evaluate(async () => {
    const body = JSON.stringify({ type: 'countdown', input: { steps: 1, step_ms: 0 } });
    const response = await fetch('tasks', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    return (await response.json()).task_id;
  });
  await finished(page, task_id);
  await expect.poll(asked).toBe(1);
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
