/** An erase that comes to nothing: who let go for it goes on. */
import type { Page } from '@playwright/test';
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import { namesFor } from '../../src/core/names.ts';
import { addText, expect, finished, get, logOf, open, reached, ready, submit, test } from './app.ts';

/** The names of the app's locks that are held. */
const heldBy = (page: Page) =>
  page.evaluate(async () =>
    ((await navigator.locks.query()).held ?? []).map(({ name = '', mode }) => `${mode} ${name}`),
  );

test('an erase that dies with its page and the service worker loses nothing: what ran goes on where it was', async ({
  context,
  site,
}) => {
  const names = namesFor(site.url);
  const eraser = await open(await context.newPage(), site.url);
  const { task_id } = await submit(eraser, 'countdown', { steps: 1_000, step_ms: 50 });
  await reached(eraser, task_id, 'running', 1, 3);
  const other = await open(await context.newPage(), site.url);
  // The erase has to wait for whoever has this.
  await other.evaluate((lock) => {
    navigator.locks.request(lock, () => new Promise(() => {}));
  }, names.housekeepingLock);
  await eraser.evaluate(() => void globalThis.holdfast.eraseAll().catch(() => {}));
  await expect.poll(() => heldBy(other)).toContain(`exclusive ${names.executorLock}`);

  // An executor that is loaded meanwhile waits as well.
  const late = await open(await context.newPage(), site.url);
  const lives = async () => (await heldBy(late)).filter((held) => held.includes(names.workerLock('')));
  await expect.poll(async () => (await lives()).length).toBeGreaterThan(0);
  await late.evaluate(() => globalThis.holdfast.list());
  expect(await get(late, task_id)).toMatchObject({ status: 'pending', attempt: 1 });

  await eraser.close();
  await stopServiceWorker(other);
  await reached(other, task_id, 'running', 2);
  const kinds = await other.evaluate(async (id) => {
    const { events } = await (await fetch(`tasks/${id}/log?detail=true&limit=10000`)).json();
    return events.map(({ change }: { change: { kind: string } }) => change.kind);
  }, task_id);
  expect(kinds).not.toContain('lost');
  expect(kinds.filter((kind: string) => kind === 'released')).toHaveLength(1);
  const [id, ...ids] = (await logOf(other, task_id)).map(({ id }) => Number(id));
  expect(ids.every((each, i) => each === (ids[i - 1] ?? id ?? 0) + 1)).toBe(true);
});

test('an erase takes the documents as well, also while somebody searches in them', async ({ page, site }) => {
  await open(page, site.url);
  const { lasting } = namesFor(site.url);
  const { file_id } = await addText(page, 'a.txt', 'words of a document');
  const indexed = async () => {
    const { task_id } = await submit(page, 'documents', { files: [{ file_id }] });
    return finished(page, task_id);
  };
  const found = () => page.evaluate(async () => (await globalThis.holdfast.search('words')).total);
  const folders = () =>
    page.evaluate(async () => {
      const names: string[] = [];
      for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name);
      return names;
    });
  expect(await indexed()).toMatchObject({ status: 'completed' });
  expect(await found()).toBe(1);
  expect(await folders()).toContain(lasting);
  // Its worker has the index open now. Where tasks were run, the page is loaded again when all is gone.
  const again = page.waitForEvent('load');
  await page.evaluate(() => void globalThis.holdfast.eraseAll().catch(() => {}));
  await again;
  await ready(page);
  expect(await folders()).not.toContain(lasting);
  expect(await found()).toBe(0);
  expect(await page.evaluate(async () => (await globalThis.holdfast.documents()).total)).toBe(0);
});
