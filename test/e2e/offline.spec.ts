import { chromium } from '@playwright/test';
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import { addText, digestsOf, expect, finished, open, ready, sha256, submit, test } from './app.ts';

test('after the first visit everything works without a network', async ({ page, context, site }) => {
  await open(page, site.url);
  await site.close();
  await context.setOffline(true);
  await page.goto('about:blank');
  await open(page, site.url);
  expect(await page.evaluate(() => navigator.onLine)).toBe(false);
  const { file_id } = await addText(page, 'offline.txt', 'no network');
  // Each algorithm's code is a chunk of its own that has not been loaded before.
  for (const algorithm of ['sha256', 'blake3']) {
    const { task_id } = await submit(page, 'checksum', { files: [{ file_id }], algorithm });
    const task = await finished(page, task_id);
    expect(task.status).toBe('completed');
    if (algorithm === 'sha256') expect(digestsOf(task)).toEqual([sha256('no network')]);
  }
  // What few requests need is a script of its own, which a service worker that has just started does not have yet.
  await stopServiceWorker(page);
  const answers = await page.evaluate(() =>
    Promise.all(['tasks/export', 'openapi.json', 'tasks/types'].map(async (path) => (await fetch(path)).status)),
  );
  expect(answers).toEqual([200, 200, 200]);
});

test('a file of the app on its way arrives whole though the service worker is stopped', async ({ page, site }) => {
  await open(page, site.url);
  const size = 64 * 1024 * 1024;
  const rest = await page.evaluateHandle(async (size) => {
    // As any file of the app is kept, but larger than all that is sent ahead.
    const [name = ''] = (await caches.keys()).filter((each) => each.includes('precache'));
    const cache = await caches.open(name);
    const [key] = (await cache.keys()).filter(({ url }) => url.includes('/assets/') && url.endsWith('.js'));
    const kept = key && (await cache.match(key));
    const url = new URL('assets/large.js', document.baseURI).href;
    const headers = new Headers(kept?.headers);
    headers.delete('Content-Length');
    await cache.put(url, new Response(new Uint8Array(size), { headers }));
    const reader = (await fetch(url)).body?.getReader();
    let came = (await reader?.read())?.value?.length ?? 0;
    return async () => {
      for (;;) {
        const part = await reader?.read();
        if (!part || part.done) return came;
        came += part.value.length;
      }
    };
  }, size);
  await stopServiceWorker(page);
  expect(await rest.evaluate((toEnd) => toEnd())).toBe(size);
});

test('after a hard reload the page is controlled again, without a loop', async ({ page, context, site }) => {
  await open(page, site.url);
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  const session = await context.newCDPSession(page);
  const loaded = page.waitForEvent('load');
  await session.send('Page.reload', { ignoreCache: true });
  await loaded;
  await ready(page);
  expect(await page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toBe(`${site.url}sw.js`);
  const { task_id } = await submit(page, 'countdown', { steps: 3, step_ms: 10 });
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed', attempt: 1 });
  expect(loads).toBe(1);
});

test('a browser without service workers is told so', async ({ page, site }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker');
  });
  await page.goto(site.url);
  await expect(page.locator('body')).toContainText(/service worker/i);
});

test('a page on an insecure address says what it needs', async ({ site, launchOptions }) => {
  const args = [...(launchOptions.args ?? []), '--host-resolver-rules=MAP holdfast.test localhost'];
  const browser = await chromium.launch({ ...launchOptions, args });
  const page = await browser.newPage();
  await page.goto(`http://holdfast.test:${site.port}/`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await expect(page.locator('body')).toContainText('HTTPS');
  await browser.close();
});
