/** What a page asks its service worker by messages. */
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import { namesFor } from '../../src/core/names.ts';
import { addText, expect, open, test } from './app.ts';

test('a file that is handed to a service worker which was stopped is kept once', async ({ page, site }) => {
  await open(page, site.url);
  await stopServiceWorker(page);
  await addText(page, 'first.txt', 'abc');
  // Whatever was sent before this one has been taken before it.
  await addText(page, 'second.txt', 'abc');
  const kept = await page.evaluate(async (name) => {
    const database = await new Promise<IDBDatabase>((done) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => done(request.result);
    });
    const rows = database.transaction('files').objectStore('files').getAll();
    await new Promise((done) => {
      rows.onsuccess = done;
    });
    database.close();
    return rows.result.map(({ title }) => title).sort();
  }, namesFor(site.url).database);
  expect(kept).toEqual(['first.txt', 'second.txt']);
});
