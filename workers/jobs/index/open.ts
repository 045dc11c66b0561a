/** The index of documents: one SQLite database, which whoever has its file open writes and reads. */
import type { LastingFile } from '../../../src/core/job.ts';
import type { IndexedDocument } from '../../../src/core/search.ts';
import { stemOf } from '../archive/names.ts';
import { messageHop } from '../hop.ts';
import { openDatabase } from '../sqlite/database.ts';
import { reading } from './read.ts';
import { prepare, states } from './schema.ts';
import { indexable } from './words.ts';

export type Index = Awaited<ReturnType<typeof openIndex>>;

/** A document that is coming in. */
export interface Draft {
  file: string;
  digest: string;
  format: IndexedDocument['format'];
  /** By which its bytes are read; null where nothing depends on it. */
  encoding: string | null;
  size: number;
}

/** How far a document has come. */
export interface Begun {
  id: number;
  pages: number;
  /** As `add` was told. */
  position: string | null;
}

/** What became of a file of a task. */
export interface Entry {
  file: string;
  /** Null for one that was left out, and for one that was forgotten since. */
  document: IndexedDocument | null;
  skipped: string | null;
}

/** So many pages go in one transaction. */
const SWEPT = 200;

/** Throws when what is in the file is no index that can be used. */
export async function openIndex(file: LastingFile) {
  const database = await openDatabase(file);
  const one = <T>(sql: string, ...bound: (string | number | null)[]): T | undefined => database.rows<T>(sql, bound)[0];
  const numberOf = (sql: string, ...bound: (string | number | null)[]) =>
    one<{ n: number | null }>(sql, ...bound)?.n ?? 0;

  const namesIn = (rows: string, bound: string | number | null) =>
    one<{ names: string }>(`select json_group_array(file) as names from ${rows}`, bound)?.names ?? '[]';

  function transaction<T>(work: () => T): T {
    database.exec('begin');
    try {
      const result = work();
      database.exec('commit');
      return result;
    } catch (error) {
      database.rollback();
      throw error;
    }
  }

  try {
    prepare(database);
  } catch (error) {
    database.close();
    throw error;
  }
  const addPage = database.insert('insert into pages values (?, ?, ?)');
  const addText = database.insert('insert into texts values (?, ?)');
  const addWords = database.insert('insert into words (rowid, name, text) values (?, ?, ?)');
  /** Of each of these names (a list in JSON) the newest version is found. A document that is a version of none goes. */
  const show = (names: string) =>
    database.exec(
      `update documents set state = case
          when id = (select document from versions v where v.file = documents.file order by v.id desc limit 1)
            then ${states.whole}
          when id in (select document from versions v where v.file = documents.file) then ${states.replaced}
          else ${states.gone} end
        where state in (${states.whole}, ${states.replaced}) and file in (select value from json_each(?))`,
      [names],
    );
  function bring(task: string, name: string, id: number) {
    database.exec('delete from versions where task = ? and file = ?', [task, name]);
    database.exec('insert into versions (file, document, task) values (?, ?, ?)', [name, id, task]);
    show(JSON.stringify([name]));
  }
  const addEntry = (task: string, n: number, name: string, document: number | null, skipped: string | null) =>
    database.exec('insert or replace into entries values (?, ?, ?, ?, ?)', [task, n, name, document, skipped]);
  let lastPage = numberOf('select max(id) as n from pages');

  let closed = false;

  /** Removes what is gone, some pages at a time, so that others have their turn; one of them may close the index. */
  async function sweep(): Promise<void> {
    const hop = messageHop();
    try {
      while (!closed && sweepSome()) {
        await file.flush();
        // In OPFS a flush is done at once, and nobody has had a turn.
        await hop();
      }
    } finally {
      hop.close();
    }
  }

  /** False when nothing is gone. */
  function sweepSome(): boolean {
    const id = numberOf(`select id as n from documents where state = ${states.gone} limit 1`);
    if (!id) return false;
    transaction(() => {
      const ids = database.rows<{ id: number }>('select id from pages where document = ? limit ?', [id, SWEPT]);
      for (const page of ids) {
        database.exec('delete from words where rowid = ?', [page.id]);
        database.exec('delete from texts where id = ?', [page.id]);
        database.exec('delete from pages where id = ?', [page.id]);
      }
      if (ids.length < SWEPT) database.exec('delete from documents where id = ?', [id]);
    });
    return true;
  }

  return {
    channel: file.channel,
    flush: file.flush,
    ...reading(database),

    /** How many files of the task are done with. */
    entries: (task: string) => numberOf('select count(*) as n from entries where task = ?', task),
    /** The task begins with its first file; what it has indexed is recognised. */
    restart: (task: string) => database.exec('delete from entries where task = ?', [task]),

    /** What the files of the task are called with which it is done. */
    names: (task: string) =>
      database.rows<{ file: string }>('select file from entries where task = ?', [task]).map(({ file: name }) => name),

    /**
     * The documents that are there already, whole, with these bytes and this name: also one that another has replaced for now. Behind
     * them those whose names begin as this one does with a number.
     */
    find: ({ file: name, digest, encoding }: Pick<Draft, 'file' | 'digest' | 'encoding'>) =>
      database.rows<{ id: number; file: string }>(
        `select id, file from documents
          where (file = ?1 and state in (${states.whole}, ${states.replaced})
              or file >= ?2 || ' (' and file < ?2 || ' )' and state = ${states.whole})
            and digest = ?3 and encoding is ?4
          order by file <> ?1, state, id`,
        [name, stemOf(name), digest, encoding],
      ),
    recognise: (task: string, n: number, name: string, id: number) =>
      transaction(() => {
        bring(task, name, id);
        addEntry(task, n, name, id, null);
      }),

    /** Goes on with a document that the task has begun, or begins it. */
    begin(task: string, { file: name, digest, format, encoding, size }: Draft): Begun {
      const begun = one<Begun>(
        `select id, pages, position from documents
          where task = ? and file = ? and digest = ? and state = ${states.partial}`,
        task,
        name,
        digest,
      );
      if (begun) return begun;
      // No id that was forgotten comes back, also when the index was begun anew: tasks and other tabs may still know it.
      return transaction(() => {
        const id = Math.max(numberOf('select max(id) as n from documents') + 1, Date.now());
        database.exec(
          `insert into documents (id, file, digest, format, encoding, size, added_at, state, task)
            values (?, ?, ?, ?, ?, ?, ?, ${states.partial}, ?)`,
          [id, name, digest, format, encoding, size, Date.now(), task],
        );
        return { id, pages: 0, position: null };
      });
    },

    /** Pages that follow those which are there, and where the document goes on, in one transaction. */
    add({ id }: Begun, name: string, texts: readonly string[], position: string) {
      transaction(() => {
        let page = numberOf('select pages as n from documents where id = ?', id);
        let characters = 0;
        for (const text of texts) {
          page += 1;
          characters += text.length;
          lastPage += 1;
          addPage.run([lastPage, id, page]);
          addText.run([lastPage, text]);
          // A document is found by its name, too: on its first page.
          addWords.run([lastPage, page === 1 ? indexable(name) : '', indexable(text)]);
        }
        database.exec('update documents set pages = ?, characters = characters + ?, position = ? where id = ?', [
          page,
          characters,
          position,
          id,
        ]);
      });
    },

    /** It is whole: from now on it is found, and what was there under its name is not. */
    finish: (task: string, n: number, { id }: Begun, name: string, title: string | null) =>
      transaction(() => {
        database.exec(
          `update documents set state = ${states.whole}, title = ?, position = null, task = null where id = ?`,
          [title, id],
        );
        bring(task, name, id);
        addEntry(task, n, name, id, null);
      }),

    /** What was read of the file goes. What was there under its name before stays. */
    skip: (task: string, n: number, name: string, why: string) =>
      transaction(() => {
        database.exec(
          `update documents set state = ${states.gone} where task = ? and file = ? and state = ${states.partial}`,
          [task, name],
        );
        addEntry(task, n, name, null, why);
      }),

    /**
     * The task has ended. What it brought stays, and what was there under its names before goes; or the other way round. What others have
     * brought since is not touched. What is left of files that it never came to the end of goes in any case.
     */
    settle(task: string, keep: boolean) {
      transaction(() => {
        database.exec(`update documents set state = ${states.gone}, task = null where task = ?`, [task]);
        const names = namesIn('versions where task = ?', task);
        if (keep) {
          database.exec('update versions set task = null where task = ?', [task]);
          // A version of a task that has not ended stays, though nothing finds it any more: the task tells of it yet.
          database.exec(
            `delete from versions where task is null and file in (select value from json_each(?)) and id <
              (select max(id) from versions newer where newer.file = versions.file and newer.task is null)`,
            [names],
          );
        } else database.exec('delete from versions where task = ?', [task]);
        show(names);
        database.exec('delete from entries where task = ?', [task]);
      });
    },

    /** Nothing of its name comes back, whatever becomes of the tasks that brought it. */
    forget: (id: number | null) =>
      transaction(() => {
        const found = `documents where state = ${states.whole} and id = coalesce(?, id)`;
        const count = numberOf(`select count(*) as n from ${found}`, id);
        const names = namesIn(found, id);
        database.exec('delete from versions where file in (select value from json_each(?))', [names]);
        show(names);
        return count;
      }),

    sweep,

    close() {
      closed = true;
      for (const statement of [addPage, addText, addWords]) statement.finalize();
      database.close();
    },
  };
}
