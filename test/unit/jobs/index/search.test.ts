/** What is found in the index of documents, and how it is shown. */
import 'fake-indexeddb/auto';
import { describe, expect, test, vi } from 'vitest';
import type { LastingFile } from '../../../../src/core/job.ts';
import { type Index, openIndex } from '../../../../workers/jobs/index/open.ts';
import { BadQuery } from '../../../../workers/jobs/index/query.ts';
import { openDatabase } from '../../../../workers/jobs/sqlite/database.ts';
import { freshStore } from '../../core/database.ts';
import { lastingIn } from '../../lasting.ts';

async function indexOf(documents: Record<string, string[]>, task = 'task'): Promise<Index> {
  vi.stubGlobal('navigator', {});
  const index = await openIndex(await lastingIn(freshStore().database).open('index'));
  addTo(index, documents, task);
  return index;
}

function addTo(index: Index, documents: Record<string, string[]>, task: string, digest = task) {
  for (const [n, [file, pages]] of Object.entries(documents).entries()) {
    const begun = index.begin(task, { file, digest, format: 'text', encoding: 'auto', size: 1 });
    index.add(begun, file, pages, 'null');
    index.finish(task, n, begun, file, null);
  }
}

const found = (index: Index, q: string) =>
  index
    .search(q, 20, 0)
    .hits.map(({ file, page }) => `${file} ${page}`)
    .sort();
const shown = (index: Index, q: string) => {
  const [hit] = index.search(q, 1, 0).hits;
  return hit?.marks.map(([start, end]) => hit.snippet.slice(start, end));
};

test('all words have to be on a page, phrases in their order, without what is not wanted', async () => {
  const index = await indexOf({ a: ['the old rope holds', 'the rope is old'], b: ['an old anchor'] });
  expect(found(index, 'old rope')).toEqual(['a 1', 'a 2']);
  expect(found(index, '"old rope"')).toEqual(['a 1']);
  expect(found(index, 'old -rope')).toEqual(['b 1']);
  expect(found(index, 'anch*')).toEqual(['b 1']);
  expect(found(index, 'anch')).toEqual([]);
  expect(found(index, '  OLD   ÀNCHOR ')).toEqual(['b 1']);
});

test('a document is found by its name, which counts for more than its text', async () => {
  const index = await indexOf({ 'about/anchors.pdf': ['nothing of it'], 'b.txt': ['anchors '.repeat(3)] });
  const { hits } = index.search('anchors', 20, 0);
  expect(hits.map(({ file }) => file)).toEqual(['about/anchors.pdf', 'b.txt']);
});

test('any part of Chinese, Japanese and Thai text is found, a single character too', async () => {
  const index = await indexOf({ zh: ['我们用全文检索系统。'], ja: ['全文の検索ができます'], th: ['ค้นหาข้อความ'] });
  expect(found(index, '检索')).toEqual(['zh 1']);
  expect(found(index, '索检')).toEqual([]);
  expect(found(index, '文')).toEqual(['ja 1', 'zh 1']);
  expect(found(index, '検索')).toEqual(['ja 1']);
  expect(found(index, 'ข้อความ')).toEqual(['th 1']);
  expect(shown(index, '检索系统')).toEqual(['检索系统']);
});

test('case, accents, width, ligatures and the hyphens of line ends make no difference, and marks stand where the words do', async () => {
  const index = await indexOf({ a: ['Ｆｕｌｌ width, ﬁne NAÏVE exam-\nple e\u0301tude soft\u00adened'] });
  for (const [q, marked] of [
    ['full', 'Ｆｕｌｌ'],
    ['fine', 'ﬁne'],
    ['naive', 'NAÏVE'],
    ['example', 'exam-\nple'],
    ['etude', 'e\u0301tude'],
    ['softened', 'soft\u00adened'],
  ] as const) {
    expect({ q, found: found(index, q), marked: shown(index, q) }).toEqual({ q, found: ['a 1'], marked: [marked] });
  }
});

test('a snippet is the part of a long page where most of the words are', async () => {
  const filler = 'nothing to see here '.repeat(100);
  const index = await indexOf({ a: [`rope ${filler} the anchor and the rope 😀 ${filler}`] });
  const [hit] = index.search('anchor rope', 1, 0).hits;
  expect(hit?.snippet).toContain('the anchor and the rope 😀');
  expect(hit?.snippet.length).toBeLessThan(300);
  expect(shown(index, 'anchor rope')).toEqual(['anchor', 'rope']);
});

test('a query without a word is refused', async () => {
  const index = await indexOf({});
  const many = Array.from({ length: 40 }, (_, n) => `w${n}`).join(' ');
  for (const q of ['', '   ', '"', '* -', '-old', '…', many]) {
    expect(() => index.search(q, 1, 0), q).toThrow(BadQuery);
  }
});

test('beginnings are looked for a few at a time, and what is said twice counts once', async () => {
  const index = await indexOf({ a: ['rope anchor kelp storm tide'] });
  expect(found(index, 'r* a* k* s*')).toEqual(['a 1']);
  expect(found(index, 'r* '.repeat(40))).toEqual(['a 1']);
  expect(found(index, 'rope '.repeat(40))).toEqual(['a 1']);
  expect(() => index.search('r* a* k* s* t*', 1, 0)).toThrow('it has more than 4 beginnings');
  expect(() => index.search('rope -r* -a* -k* -s* -t*', 1, 0)).toThrow('it has more than 4 beginnings');
  expect(() => index.search(`"${'rope '.repeat(200)}"`, 1, 0)).toThrow(BadQuery);
});

test('behind the last page that was found there is none, and how many there are is known', async () => {
  const index = await indexOf({ a: ['rope', 'rope', 'anchor'] });
  expect(index.search('rope', 20, 5)).toMatchObject({ total: 2, hits: [] });
  expect(index.search('none', 20, 0)).toMatchObject({ total: 0, hits: [] });
});

test('all words of one letter at the beginning are found about as soon as one word that is on every page', async () => {
  const words = Array.from({ length: 4_000 }, (_, n) => `a${n.toString(36)}`);
  const pages = Array.from({ length: 400 }, (_, page) =>
    Array.from({ length: 300 }, (_, n) => (n % 10 === 0 ? 'rope' : words[(page * 991 + n * 37) % 4_000])).join(' '),
  );
  const index = await indexOf({ a: pages });
  const best = (q: string) => {
    const times = Array.from({ length: 7 }, () => {
      const before = performance.now();
      expect(index.search(q, 1, 0).total).toBe(400);
      return performance.now() - before;
    });
    return Math.min(...times);
  };
  const word = best('rope');
  expect(best('a*') / word).toBeLessThan(8);
});

test.each([
  'AND',
  'a OR b',
  'NEAR(a b)',
  'name:x',
  "'; drop table pages; --",
  '^a',
  '(a',
  'a"b',
  '{x}',
  '\u0000'.concat('a'),
])('what FTS5 would take for a part of its language is words: %s', async (q) => {
  const index = await indexOf({ a: [`text with ${q} in it`] });
  expect(found(index, q)).toEqual(['a 1']);
});

test('what a task replaced comes back when it is canceled, and goes when it is completed', async () => {
  const index = await indexOf({ a: ['old words'], b: ['others'] }, 'one');
  index.settle('one', true);
  addTo(index, { a: ['new words'] }, 'two');
  expect(found(index, 'words')).toEqual(['a 1']);
  expect(found(index, 'new')).toEqual(['a 1']);
  index.settle('two', false);
  await index.sweep();
  expect(found(index, 'new')).toEqual([]);
  expect(found(index, 'old')).toEqual(['a 1']);

  addTo(index, { a: ['new words'] }, 'three');
  index.settle('three', true);
  await index.sweep();
  expect(found(index, 'old')).toEqual([]);
  expect(found(index, 'new')).toEqual(['a 1']);
  expect(index.documents('', 10, 0)).toMatchObject({ total: 2 });
  expect(index.unsettled()).toEqual([]);
});

test('a document that another task has found there stays when the one that brought it is canceled', async () => {
  const index = await indexOf({ a: ['words'] }, 'one');
  const [known] = index.find({ file: 'a', digest: 'one', encoding: 'auto' });
  index.recognise('two', 0, 'a', known?.id ?? 0);
  index.settle('one', false);
  expect(found(index, 'words')).toEqual(['a 1']);
});

describe('while what a large document leaves is taken out', () => {
  /** In a browser each message has a turn of its own; Node takes all that wait in one. */
  class Channel {
    port1 = { onmessage: () => {}, close() {} };
    port2 = { postMessage: () => setImmediate(() => this.port1.onmessage()) };
  }
  /** Of a file that is flushed at once, as in OPFS. */
  async function large() {
    vi.stubGlobal('MessageChannel', Channel);
    vi.stubGlobal('navigator', {});
    const file = await lastingIn(freshStore().database).open('index');
    const atOnce: LastingFile = Object.create(file, { flush: { value: async () => {} } });
    const index = await openIndex(atOnce);
    addTo(index, { a: Array(1000).fill('words') }, 'one');
    addTo(index, { b: ['words'] }, 'two');
    index.settle('one', false);
    return { index, atOnce };
  }
  const turn = () => new Promise<'had a turn'>((resolve) => setImmediate(resolve, 'had a turn'));

  test('others have their turn', async () => {
    const { index } = await large();
    const swept = index.sweep();
    expect(await Promise.race([swept, turn()])).toBe('had a turn');
    expect(found(index, 'words')).toEqual(['b 1']);
    await swept;
  });

  test('the index can be closed, and the rest goes when it is opened next', async () => {
    const { index, atOnce } = await large();
    const swept = index.sweep();
    await turn();
    index.close();
    await swept;
    const pages = async () => {
      const database = await openDatabase(atOnce);
      const rows = database.rows<{ n: number }>('select count(*) as n from pages');
      database.close();
      return rows[0]?.n ?? 0;
    };
    expect(await pages()).toBeGreaterThan(1);
    const again = await openIndex(atOnce);
    await again.sweep();
    again.close();
    expect(await pages()).toBe(1);
  });
});

test('where there is no OPFS, an index that becomes too large says so, and keeps what it has', async () => {
  vi.stubGlobal('navigator', {});
  const file = await lastingIn(freshStore().database).open('index');
  const before = await openIndex(file);
  addTo(before, { a: ['words'] }, 'one');
  before.close();
  // Nearly full, at once.
  const database = await openDatabase(file);
  database.exec('insert into texts values (1000000, zeroblob(?))', [126 * 1024 * 1024]);
  database.close();

  const index = await openIndex(file);
  const begun = index.begin('two', { file: 'b', digest: 'two', format: 'text', encoding: 'auto', size: 1 });
  const add = () => index.add(begun, 'b', ['x'.repeat(3 * 1024 * 1024)], 'null');
  expect(add).toThrow(
    'index grows beyond 128 MiB, which this browser cannot hold: it has no file system for pages (OPFS).',
  );
  expect(found(index, 'words')).toEqual(['a 1']);
  index.settle('two', false);
  await index.sweep();
  expect(found(index, 'words')).toEqual(['a 1']);
  index.close();
  const check = await openDatabase(file);
  check.exec("insert into words (words) values ('integrity-check')");
  expect(check.rows('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  check.close();
});
