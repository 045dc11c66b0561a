/** An index that an older version of the app has made. */
import 'fake-indexeddb/auto';
import { expect, test, vi } from 'vitest';
import { openIndex } from '../../../../workers/jobs/index/open.ts';
import { openDatabase } from '../../../../workers/jobs/sqlite/database.ts';
import { freshStore } from '../../core/database.ts';
import { lastingIn } from '../../lasting.ts';

const FIRST = `
create table documents (
  id integer primary key,
  file text not null,
  digest text not null,
  format text not null,
  title text,
  size integer not null,
  pages integer not null default 0,
  characters integer not null default 0,
  added_at integer not null,
  state integer not null,
  -- The task that brought it, and the one that replaces it: null once they are settled.
  task text,
  replaced_by text,
  -- Where a document that is not whole goes on.
  position text
);
create index documents_file on documents (file);
create index documents_task on documents (task) where task is not null;
create index documents_replaced on documents (replaced_by) where replaced_by is not null;
create index documents_gone on documents (state) where state = 3;
create table pages (id integer primary key, document integer not null, page integer not null);
create index pages_document on pages (document, page);
create table texts (id integer primary key, text text not null);
create table entries (
  task text not null,
  n integer not null,
  file text not null,
  document integer,
  skipped text,
  primary key (task, n)
) without rowid;
create virtual table words using fts5 (name, text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2 categories ''L* N* M* Co''');
pragma user_version = 1;
`;

const WHOLE = 1;
const REPLACED = 2;

/** `task` is the one that brought it, `by` the one that replaces it. */
type Row = [file: string, digest: string, state: number, task: string | null, by: string | null];

async function madeBefore(rows: Row[], entries: [task: string, n: number, document: number][] = []) {
  vi.stubGlobal('navigator', {});
  const file = await lastingIn(freshStore().database).open('index');
  const database = await openDatabase(file);
  database.exec(FIRST);
  for (const [n, [name, digest, state, task, by]] of rows.entries()) {
    const id = n + 1;
    database.exec(
      `insert into documents (id, file, digest, format, size, pages, added_at, state, task, replaced_by)
        values (?, ?, ?, 'text', 1, 1, 0, ?, ?, ?)`,
      [id, name, digest, state, task, by],
    );
    database.exec('insert into pages values (?, ?, 1)', [id, id]);
    database.exec('insert into texts values (?, ?)', [id, `words of ${digest}`]);
    database.exec('insert into words (rowid, name, text) values (?, ?, ?)', [id, name, `words of ${digest}`]);
  }
  for (const [task, n, document] of entries)
    database.exec('insert into entries select ?, ?, file, id, null from documents where id = ?', [task, n, document]);
  database.close();
  const index = await openIndex(file);
  return {
    index,
    found: () =>
      index
        .search('words', 10, 0)
        .hits.map(({ file, snippet }) => `${file} ${snippet.replace('words of ', '')}`)
        .sort(),
    /** Closes it. */
    async rows(sql: string) {
      index.close();
      const closed = await openDatabase(file);
      const rows = closed.rows(sql);
      closed.close();
      return rows;
    },
  };
}

test('what is in it stays, and what its tasks have brought is settled as they end', async () => {
  const rows: Row[] = [
    ['a.txt', 'v1', REPLACED, null, 'A'],
    ['a.txt', 'v2', WHOLE, 'A', null],
    ['b.txt', 'v1', REPLACED, null, 'B'],
    ['b.txt', 'v2', WHOLE, 'B', null],
    ['c.txt', 'v1', WHOLE, null, null],
    // Brought by A, found by B: as both brought it.
    ['d.txt', 'v1', WHOLE, 'B', null],
  ];
  const { index, found } = await madeBefore(rows, [
    ['A', 0, 2],
    ['A', 1, 6],
    ['B', 0, 4],
    ['B', 1, 6],
  ]);
  expect(found()).toEqual(['a.txt v2', 'b.txt v2', 'c.txt v1', 'd.txt v1']);
  expect(index.unsettled().sort()).toEqual(['A', 'B']);
  expect(index.find({ file: 'c.txt', digest: 'v1', encoding: 'auto' })).toEqual([{ id: 5, file: 'c.txt' }]);
  index.settle('B', false);
  expect(found()).toEqual(['a.txt v2', 'b.txt v1', 'c.txt v1', 'd.txt v1']);
  index.settle('A', true);
  expect(found()).toEqual(['a.txt v2', 'b.txt v1', 'c.txt v1', 'd.txt v1']);
  await index.sweep();
  expect(index.unsettled()).toEqual([]);
});

test('of two documents with one name the newer stays', async () => {
  const { index, found } = await madeBefore([
    ['a.txt', 'v1', WHOLE, null, null],
    ['a.txt', 'v2', WHOLE, null, null],
  ]);
  await index.sweep();
  expect(found()).toEqual(['a.txt v2']);
});

test('it has the tables of a new one', async () => {
  const [old, fresh] = [await madeBefore([]), await lastingIn(freshStore().database).open('index')];
  (await openIndex(fresh)).close();
  const database = await openDatabase(fresh);
  const shape = `select m.type, m.name, c.name as part, c.type as kind from sqlite_schema m
    left join pragma_table_info(m.name) c where m.name not like 'words%' order by 1, 2, 3`;
  expect(await old.rows(shape)).toEqual(database.rows(shape));
  database.close();
});
