import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import { openSite } from '../chaos/site.mjs';
import { addText, digestsOf, dist, expect, finished, open, reached, submit, test } from './app.ts';

/** Resolves when the version that is there now waits to take over. */
const install = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    if (!registration) throw new Error('There is no service worker.');
    // One that the browser had begun by itself may still find the version before.
    while (!registration.installing && !registration.waiting) await registration.update();
    await new Promise<void>((resolve) => {
      const look = () => registration.waiting && resolve();
      registration.installing?.addEventListener('statechange', look);
      look();
    });
  });

/** Resolves when the version that waits has taken over. */
const takeOver = (page: Page) =>
  page.evaluate(async () => {
    const taken = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    globalThis.holdfast.takeOver();
    await taken;
  });

/** Resolves when the version that is there now has taken over. */
async function update(page: Page): Promise<void> {
  await install(page);
  await takeOver(page);
}

test('a tab that an update left behind goes on, with parts that it had not loaded yet and the host no longer has', async ({
  context,
}) => {
  const site = await openSite(dist);
  const old = await open(await context.newPage(), site.url);
  const parts = () => old.evaluate(async () => (await fetch('./')).text().then((page) => page.match(/assets\/[^"]+/g)));
  const before = await parts();
  await site.deploy(false);
  await update(old);
  expect((await parts())?.some((part) => before?.includes(part))).toBe(false);
  const { file_id } = await addText(old, 'a.txt', 'abc');
  const { task_id } = await submit(old, 'checksum', { files: [{ file_id }], algorithm: 'blake3' });
  const task = await finished(old, task_id);
  expect(digestsOf(task)).toEqual(['6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85']);
  expect(task.attempt).toBe(1);
  await site.close();
});

test('a new version takes over at once, also from a service worker that the browser had stopped', async ({
  context,
}) => {
  test.setTimeout(30_000);
  const site = await openSite(dist);
  const page = await open(await context.newPage(), site.url);
  await site.deploy(false);
  await install(page);
  await stopServiceWorker(page);
  await takeOver(page);
  await site.close();
});

test('a tab that two updates left behind fails no task: it asks to be loaded again, and another one runs it', async ({
  context,
}) => {
  const site = await openSite(dist);
  const old = await open(await context.newPage(), site.url);
  // What the version before may still load is kept; of what was before that nothing is.
  for (let versions = 0; versions < 2; versions += 1) {
    await site.deploy(false);
    await update(old);
  }
  // A job that fails leaves its worker behind: each of these needs one of its own.
  const ids = await old.evaluate(async () => {
    const draft = { type: 'countdown', input: { steps: 1, step_ms: 0, fail_at: 1 } };
    const tasks = await globalThis.holdfast.submitAll(Array.from({ length: 10 }, () => draft));
    return tasks.map(({ task_id }) => task_id);
  });
  await expect(old.locator('.notice').getByRole('button')).toBeVisible();
  const page = await open(await context.newPage(), site.url);
  for (const task_id of ids) {
    const detail = 'Failed at step 1 of 1, as the input asks.';
    expect(await finished(page, task_id)).toMatchObject({ status: 'failed', error: { detail } });
  }
  await site.close();
});

test('each tab is loaded again when its button is pressed, also when another one has let the new version take over', async ({
  context,
}) => {
  const site = await openSite(dist);
  const pages = [await open(await context.newPage(), site.url), await open(await context.newPage(), site.url)];
  await site.deploy(false);
  await pages[0]?.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
  const buttons = pages.map((page) => page.locator('.notice').getByRole('button'));
  for (const button of buttons) await expect(button).toBeVisible();
  for (const [i, page] of pages.entries()) {
    const life = await page.evaluate(() => performance.timeOrigin);
    await buttons[i]?.click();
    await expect.poll(() => page.evaluate(() => performance.timeOrigin).catch(() => life)).toBeGreaterThan(life);
    await expect.poll(() => page.evaluate(() => globalThis.holdfast?.base).catch(String)).toBe(site.url);
  }
  await site.close();
});

test('a page says that a new version has taken over when that was not asked of it', async ({ context }) => {
  const site = await openSite(dist);
  const [page, other] = [await open(await context.newPage(), site.url), await open(await context.newPage(), site.url)];
  await expect(other.locator('.notice')).toHaveCount(0);
  await site.deploy(false);
  await update(page);
  for (const each of [page, other]) {
    await each.locator('.notice').getByRole('button').click();
    await expect.poll(() => each.evaluate(() => Reflect.get(globalThis, 'chaosBuild').version).catch(String)).toBe(1);
  }
  await site.close();
});

/** A site with a service worker that goes on as `script` says. */
async function openScripted() {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-update-'));
  await cp(dist, root, { recursive: true });
  const site = await serve({ root });
  const whole = await readFile(join(root, 'sw.js'), 'utf8');
  return {
    url: site.url,
    deploy: (script: string) => writeFile(join(root, 'sw.js'), `${whole}\n${script}`),
    async close() {
      await site.close();
      await rm(root, { recursive: true });
    },
  };
}

test('a page tells of a new version also when earlier ones could not be installed', async ({ page }) => {
  const site = await openScripted();
  await open(page, site.url);
  const look = () =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update().catch(String));
  for (let broken = 0; broken < 3; broken += 1) {
    await site.deploy(`addEventListener('install', (e) => e.waitUntil(Promise.reject(new Error('${broken}'))));`);
    await look();
    await expect
      .poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.installing ?? null))
      .toBeNull();
  }
  await expect(page.locator('.notice')).toHaveCount(0);
  await site.deploy('// whole again');
  await look();
  await expect(page.locator('.notice').getByRole('button')).toBeVisible();
  await site.close();
});

test('a page that is opened while a new version is being installed tells of it', async ({ context }) => {
  const site = await openScripted();
  const page = await open(await context.newPage(), site.url);
  await site.deploy(
    `addEventListener('install', (e) => e.waitUntil(new Promise((done) => { new BroadcastChannel('go on').onmessage = done; })));`,
  );
  await page.evaluate(async () => void (await navigator.serviceWorker.getRegistration())?.update().catch(String));
  const isInstalling = () =>
    page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.installing));
  await expect.poll(isInstalling).toBe(true);
  const other = await open(await context.newPage(), site.url);
  await page.evaluate(() => new BroadcastChannel('go on').postMessage(null));
  for (const each of [page, other]) await expect(each.locator('.notice').getByRole('button')).toBeVisible();
  await site.close();
});

test('a page of a newer version that has changed the database is answered, although nobody has let its service worker take over', async ({
  context,
}) => {
  const site = await openSite(dist);
  const page = await open(await context.newPage(), site.url);
  const { task_id } = await submit(page, 'countdown', { steps: 200, step_ms: 20 });
  await reached(page, task_id, 'running', 1, 20);
  await site.deploy(true);
  // Past the service worker, so the page is the new version's while the old one's still answers.
  const session = await context.newCDPSession(page);
  await session.send('Page.reload', { ignoreCache: true });
  await expect
    .poll(() => page.evaluate((task_id) => globalThis.holdfast?.get(task_id).catch(String), task_id).catch(String))
    .toMatchObject({ status: 'completed', result: { steps: 200 } });
  await site.close();
});
