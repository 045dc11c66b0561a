/** The tables of the index. */
import type { Database } from '../sqlite/database.ts';
import { TOKENIZER } from './words.ts';

/** Of the tables; an index of another version is not touched. */
const VERSION = 1;

/** Of a document. */
export const states = {
  /** Its pages come, one after the other; nothing finds them yet. */
  partial: 0,
  whole: 1,
  /** Another takes its place, if the task that brought that one is not canceled. */
  replaced: 2,
  /** Its pages go, some at a time. */
  gone: 3,
} as const;

// Names and ids of pages are apart from their text: what a search joins is small then, and its rows lie close together.
const TABLES = `
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
create index documents_gone on documents (state) where state = ${states.gone};
create table pages (id integer primary key, document integer not null, page integer not null);
create index pages_document on pages (document, page);
create table texts (id integer primary key, text text not null);
-- What became of the files of a task, in their order.
create table entries (
  task text not null,
  n integer not null,
  file text not null,
  document integer,
  skipped text,
  primary key (task, n)
) without rowid;
create virtual table words using fts5 (name, text, content='', contentless_delete=1, tokenize='${TOKENIZER}');
pragma user_version = ${VERSION};
`;

/** Makes the tables in an empty database. Throws when what is there is another version's. */
export function prepare(database: Database) {
  const [found] = database.rows<{ user_version: number }>('pragma user_version');
  const version = found?.user_version ?? 0;
  if (version === 0) return database.exec(`begin; ${TABLES} commit`);
  if (version !== VERSION) throw new Error(`it is of version ${version}, and this app knows version ${VERSION}`);
}
