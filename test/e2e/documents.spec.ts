/** The index of documents: what is read into it is found, in the page and over HTTP, whatever happens meanwhile. */
import type { Page } from '@playwright/test';
import type { Hits, Task } from '../../src/client/index.ts';
import { pdfOf } from '../gate/pdf-file.ts';
import { addText, checkpointed, expect, finished, linesOf, logOf, open, reached, ready, submit, test } from './app.ts';

const addBytes = (page: Page, name: string, bytes: Uint8Array) =>
  page.evaluate(
    ([name, base64]) => {
      const binary = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      return globalThis.holdfast.addFile(new File([binary], name));
    },
    [name, Buffer.from(bytes).toString('base64')] as const,
  );

const find = (page: Page, q: string): Promise<Hits> => page.evaluate((q) => globalThis.holdfast.search(q), q);
const filesIn = ({ hits }: Hits) => hits.map(({ file, page }) => `${file} ${page}`).sort();
const indexed = (page: Page) =>
  page.evaluate(async () => (await globalThis.holdfast.documents()).documents.map(({ file }) => file).sort());

/** What stands in a snippet between its marks. */
const marked = ({ hits: [hit] }: Hits) => hit?.marks.map(([start, end]) => hit.snippet.slice(start, end));

async function index(page: Page, files: Record<string, string | Uint8Array>, input: object = {}): Promise<Task> {
  const added = [];
  for (const [name, content] of Object.entries(files))
    added.push(await (typeof content === 'string' ? addText(page, name, content) : addBytes(page, name, content)));
  return submit(page, 'documents', { files: added.map(({ file_id }) => ({ file_id })), ...input });
}

/** Some megabytes of text: some seconds of work. */
const long = (word: string, pages = 10_000): string =>
  Array.from({ length: pages }, (_, n) => `${word} ${n} ${'of a long text that takes its time '.repeat(40)}\n`).join(
    '',
  );

test('a broken PDF and one that hangs are left out, the others are found, offline and after a reload, too', async ({
  page,
  context,
  site,
}) => {
  await open(page, site.url);
  const report = pdfOf([{ lines: ['An anchor'] }, { lines: ['holds fast in naïve sand'], rotate: 90 }], {
    title: 'Anchors',
  });
  const hanging = pdfOf([{ lines: [], nested: 10 }]);
  const { task_id } = await index(
    page,
    {
      'papers/report.pdf': report,
      'papers/cut.pdf': report.slice(0, 500),
      'papers/hanging.pdf': hanging,
      'papers/chinese.pdf': pdfOf([{ lines: ['全文检索系统'], font: 'named' }]),
      'papers/locked.pdf': pdfOf([{ lines: ['secret'] }], { encrypt: { user: 'secret' } }),
      'papers/open.pdf': pdfOf([{ lines: ['nothing is secret'] }], { encrypt: { user: '' } }),
      'notes.md': '# Notes\n\nThe *anchor* is in the notes.',
      'page.html': '<title>Page</title><p>anchor &amp; rope<script>anchor()</script>',
    },
    { page_seconds: 1 },
  );
  const task = await finished(page, task_id);
  expect(task).toMatchObject({ status: 'completed', result: { documents: 5, skipped: 3, pages: 6 } });
  const lines = linesOf(await logOf(page, task_id));
  expect(lines).toEqual([
    expect.stringContaining('papers/cut.pdf cannot be read as a PDF'),
    expect.stringMatching(/papers\/hanging\.pdf cannot be read: .* 1 s at page 1/),
    expect.stringMatching(/papers\/locked\.pdf .*password/),
  ]);

  const look = async () => {
    expect(filesIn(await find(page, 'anchor'))).toEqual(['notes.md 1', 'page.html 1', 'papers/report.pdf 1']);
    expect(filesIn(await find(page, '"holds fast" NAIVE -notes'))).toEqual(['papers/report.pdf 2']);
    const chinese = await find(page, '检索');
    expect(filesIn(chinese)).toEqual(['papers/chinese.pdf 1']);
    expect(marked(chinese)).toEqual(['检索']);
    expect(filesIn(await find(page, 'secret'))).toEqual(['papers/open.pdf 1']);
  };
  await look();
  await site.close();
  await context.setOffline(true);
  await page.reload();
  await ready(page);
  await look();
});

test('what a task has read is found while it goes on with the next, in every tab; a file that was there is not read again', async ({
  context,
  site,
}) => {
  const one = await open(await context.newPage(), site.url);
  const first = { 'first.txt': 'the first of them' };
  const { task_id } = await index(one, { ...first, 'long.txt': long('plank') });
  await checkpointed(one, task_id);
  const two = await open(await context.newPage(), site.url);
  for (const page of [one, two]) expect(filesIn(await find(page, 'first'))).toEqual(['first.txt 1']);
  expect(await two.evaluate(async (id) => (await globalThis.holdfast.get(id)).status, task_id)).toBe('running');
  // What it reads now is not found before it is whole.
  expect((await find(two, 'plank')).total).toBe(0);

  const attempt = reached(two, task_id, 'running', 2);
  await one.close();
  await attempt;
  expect(filesIn(await find(two, 'first'))).toEqual(['first.txt 1']);
  expect(await finished(two, task_id)).toMatchObject({ status: 'completed', result: { documents: 2, skipped: 0 } });
  expect((await find(two, 'plank 9999')).total).toBe(1);
  const total = (await find(two, 'plank')).total;

  const again = await index(two, { ...first, 'long.txt': long('plank') });
  expect(await finished(two, again.task_id)).toMatchObject({ result: { documents: 2, skipped: 0 } });
  expect(linesOf(await logOf(two, again.task_id))).toEqual([
    'first.txt is in the index already.',
    'long.txt is in the index already.',
  ]);
  expect((await find(two, 'plank')).total).toBe(total);
});

test('a file that has changed takes the place of the old one; canceled, the task leaves what was there', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  await finished(page, (await index(page, { 'a.txt': 'the old words', 'b.txt': 'of another' })).task_id);
  await finished(page, (await index(page, { 'a.txt': 'the new words' })).task_id);
  expect((await find(page, 'old')).total).toBe(0);
  expect(filesIn(await find(page, 'new'))).toEqual(['a.txt 1']);

  const { task_id } = await index(page, { 'a.txt': 'the newest words', 'long.txt': long('plank') });
  await checkpointed(page, task_id);
  expect((await find(page, 'newest')).total).toBe(1);
  await page.evaluate((id) => globalThis.holdfast.cancel(id), task_id);
  expect((await find(page, 'newest')).total).toBe(0);
  expect(filesIn(await find(page, 'new'))).toEqual(['a.txt 1']);
  expect(await indexed(page)).toEqual(['a.txt', 'b.txt']);

  // The task that brought it may go: the document stays, until it is forgotten.
  await page.evaluate(() => globalThis.holdfast.removeAll('all'));
  expect(await indexed(page)).toEqual(['a.txt', 'b.txt']);
  await page.evaluate(async () => {
    const { documents } = await globalThis.holdfast.documents({ q: 'b.t' });
    for (const { document_id } of documents) await globalThis.holdfast.forget(document_id);
  });
  expect(await indexed(page)).toEqual(['a.txt']);
  expect(await page.evaluate(() => globalThis.holdfast.forgetAll())).toBe(1);
  expect((await find(page, 'new')).total).toBe(0);
});

test('a database that is none is told of, and begun anew when everything is forgotten', async ({ page, site }) => {
  await open(page, site.url);
  await finished(page, (await index(page, { 'a.txt': 'anything' })).task_id);
  expect((await find(page, 'anything')).total).toBe(1);
  await page.evaluate(async () => {
    const name = `holdfast:${location.pathname}:lasting`;
    new BroadcastChannel(`${name}:index`).postMessage({ kind: 'wanted' });
    await navigator.locks.request(`${name}:index`, async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle(encodeURIComponent(name));
      const writable = await (await folder.getFileHandle('index')).createWritable();
      await writable.write('no database, and long enough to be read as one'.repeat(1_000));
      await writable.close();
    });
  });
  await expect(find(page, 'anything')).rejects.toThrow(/cannot be read: .*not a database/);
  const task = await finished(page, (await index(page, { 'a.txt': 'words' })).task_id);
  expect(task).toMatchObject({ status: 'failed', error: { detail: expect.stringMatching(/index cannot be used/) } });
  await page.evaluate(() => globalThis.holdfast.forgetAll());
  await finished(page, (await index(page, { 'a.txt': 'words' })).task_id);
  expect((await find(page, 'words')).total).toBe(1);
});
