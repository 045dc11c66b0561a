/** The tables of the index. */
import type { Database } from '../sqlite/database.ts';
import { TOKENIZER } from './words.ts';

/** Of the tables; an index of another version is not touched. */
const VERSION = 3;

/** Of a document. */
export const states = {
  /** Its pages come, one after the other; nothing finds them yet. */
  partial: 0,
  whole: 1,
  /** There is a newer version of its name, by a task that may yet be canceled; or its own task has not ended. */
  replaced: 2,
  /** Its pages go, some at a time. */
  gone: 3,
} as const;

// Tasks bring versions of a name, one over the other, before it is known which of them complete. Two may bring the same document.
const VERSIONS = `
create table versions (
  -- The newest has the highest.
  id integer primary key,
  file text not null,
  document integer not null,
  -- The task that brought it, until that has ended: completed, or its versions are taken out again.
  task text
);
create index versions_file on versions (file);
create index versions_task on versions (task, file) where task is not null;`;

// Names and ids of pages are apart from their text: what a search joins is small then, and its rows lie close together.
const TABLES = `
create table documents (
  id integer primary key,
  file text not null,
  digest text not null,
  format text not null,
  -- As the task had it that read it: a text is another one with another. Null where nothing depends on it.
  encoding text,
  title text,
  size integer not null,
  pages integer not null default 0,
  characters integer not null default 0,
  added_at integer not null,
  state integer not null,
  -- The task that reads it, while it is not whole.
  task text,
  -- Where a document that is not whole goes on.
  position text
);
create index documents_file on documents (file);
create index documents_task on documents (task) where task is not null;
create index documents_gone on documents (state) where state = ${states.gone};
${VERSIONS}
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
-- What begins with one letter is a large part of all words: those are looked up in lists of their own, which take an eighth more room, of Chinese two fifths.
-- An index that was begun without them finds the same, more slowly.
create virtual table words using fts5 (name, text, content='', contentless_delete=1, prefix='1', tokenize='${TOKENIZER}');
pragma user_version = ${VERSION};
`;

/** From each older version to the next, by its number. */
const STEPS: Record<number, string> = {
  // There a document had one task, and one that replaced it.
  1: `${VERSIONS}
insert into versions (file, document, task)
  select file, id, task from (
    select file, id, task, state from documents union
    select d.file, d.id, e.task, d.state from entries e join documents d on d.id = e.document
  ) where state in (${states.whole}, ${states.replaced}) order by state desc, id, task is not null;
delete from versions where task is null and id <
  (select max(id) from versions newer where newer.file = versions.file and newer.task is null);
update documents set task = null, state = case
    when id = (select document from versions v where v.file = documents.file order by v.id desc limit 1)
      then ${states.whole}
    when id in (select document from versions) then ${states.replaced}
    else ${states.gone} end
  where state in (${states.whole}, ${states.replaced});
drop index documents_replaced;
alter table documents drop column replaced_by;`,
  // Which it was is not known; few name one.
  2: `alter table documents add column encoding text;
update documents set encoding = 'auto' where format <> 'pdf';`,
};

/** Makes the tables in an empty database, or brings them up to date. Throws when what is there is of a version that is not known. */
export function prepare(database: Database) {
  const [found] = database.rows<{ user_version: number }>('pragma user_version');
  const version = found?.user_version ?? 0;
  if (version === VERSION) return;
  if (version === 0) return database.exec(`begin; ${TABLES} commit`);
  if (version > VERSION) throw new Error(`it is of version ${version}, and this app knows version ${VERSION}`);
  let steps = '';
  for (let from = version; from < VERSION; from += 1) steps += STEPS[from];
  database.exec(`begin; ${steps} pragma user_version = ${VERSION}; commit`);
}
