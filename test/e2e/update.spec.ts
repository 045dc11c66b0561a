import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import { dist, expect, open, test } from './app.ts';

/** A copy of the app that can be replaced by a next version, whose parts have other names. */
async function versions() {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-versions-'));
  await cp(dist, root, { recursive: true });
  const site = await serve({ root });
  const parts = async () => (await readdir(join(root, 'assets'))).filter((name) => /^run-.*\.js$/.test(name));
  return {
    url: site.url,
    /** A part that no page has loaded before a task of its type runs. */
    part: async () => `${site.url}assets/${(await parts())[0]}`,
    async next() {
      let script = await readFile(join(root, 'sw.js'), 'utf8');
      for (const name of await parts()) {
        const renamed = name.replace('.js', '_.js');
        await rename(join(root, 'assets', name), join(root, 'assets', renamed));
        script = script.replaceAll(name, renamed);
      }
      await writeFile(join(root, 'sw.js'), script);
    },
    async close() {
      await site.close();
      await rm(root, { recursive: true });
    },
  };
}

/** Finds the next version, lets it take over, and waits until it has. */
const update = (page: Page) =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const next = registration.installing ?? registration.waiting;
    const reached = (state: ServiceWorkerState) =>
      new Promise<void>((resolve) => {
        const look = () => next?.state === state && resolve();
        next?.addEventListener('statechange', look);
        look();
      });
    await reached('installed');
    globalThis.holdfast.takeOver();
    await reached('activated');
  });

/** Whether the page has a part, with the browser's own cache left out. */
const has = (page: Page, url: string) =>
  page.evaluate(async (part) => (await fetch(part, { cache: 'reload' })).ok, url);

test('a page of the version before gets its parts after an update, and those of older ones are gone', async ({
  page,
}) => {
  const site = await versions();
  await open(page, site.url);
  const first = await site.part();
  await site.next();
  await update(page);
  const second = await site.part();
  expect([await has(page, first), await has(page, second)]).toEqual([true, true]);
  await site.next();
  await update(page);
  const third = await site.part();
  expect(new Set([first, second, third]).size).toBe(3);
  expect([await has(page, first), await has(page, second), await has(page, third)]).toEqual([false, true, true]);
  await site.close();
});
