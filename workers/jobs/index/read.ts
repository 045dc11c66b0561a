/** What the index is asked. */
import type { Documents, Hit, Hits, IndexedDocument, PageText } from '../../../src/core/search.ts';
import type { Database } from '../sqlite/database.ts';
import type { Entry } from './open.ts';
import { parsed } from './query.ts';
import { states } from './schema.ts';
import { snippetOf } from './snippet.ts';

interface DocumentRow extends Omit<IndexedDocument, 'document_id' | 'added_at'> {
  id: number;
  added_at: number;
}

const COLUMNS = 'd.id, d.file, d.title, d.format, d.size, d.pages, d.characters, d.digest, d.added_at';

const documentOf = ({ id, added_at, ...rest }: DocumentRow): IndexedDocument => ({
  document_id: id,
  ...rest,
  added_at: new Date(added_at).toISOString(),
});

/** A word in the name of a document counts for more than one in its text. */
const RANK = 'bm25(words, 4.0, 1.0)';

export const reading = (database: Database) => ({
  /** Throws `BadQuery`. */
  search(q: string, limit: number, offset: number): Hits {
    const { terms, match } = parsed(q);
    // One walk through what is found gives its number and its ranks; a text is only read of what is shown.
    const rows = database.rows<{ total: number; text: string | null } & Omit<Hit, 'snippet' | 'marks'>>(
      `with found as materialized (
         select p.id, p.document, p.page, -${RANK} as score from words
           join pages p on p.id = words.rowid
           join documents d on d.id = p.document and d.state = ${states.whole}
          where words match ?
       )
       select n.total, d.id as document_id, d.file, d.title, h.page, d.pages, h.score, t.text
         from (select count(*) as total from found) n
         left join (select * from found order by score desc, id limit ? offset ?) h
         left join documents d on d.id = h.document
         left join texts t on t.id = h.id
        order by h.score desc, h.id`,
      [match, limit, offset],
    );
    return {
      query: q,
      total: rows[0]?.total ?? 0,
      hits: rows.flatMap(({ total: _, text, ...hit }) =>
        text === null ? [] : [{ ...hit, ...snippetOf(text, terms) }],
      ),
    };
  },

  documents(q: string, limit: number, after: number): Documents {
    const like = `%${q.replace(/[\\%_]/g, '\\$&')}%`;
    const where = `d.state = ${states.whole} and (d.file like ?1 escape '\\' or d.title like ?1 escape '\\')`;
    const [found] = database.rows<{ n: number }>(`select count(*) as n from documents d where ${where}`, [like]);
    const rows = database.rows<DocumentRow>(
      `select ${COLUMNS} from documents d where ${where} and (?2 = 0 or d.id < ?2) order by d.id desc limit ?3`,
      [like, after, limit + 1],
    );
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      documents: shown.map(documentOf),
      total: found?.n ?? 0,
      next_page: last && rows.length > limit ? String(last.id) : null,
    };
  },

  /** The text of one page. */
  page(document_id: number, page: number): PageText | null {
    const [row] = database.rows<DocumentRow & { page: number; text: string }>(
      `select ${COLUMNS}, p.page, t.text from documents d
         join pages p on p.document = d.id join texts t on t.id = p.id
        where d.id = ? and p.page = ? and d.state = ${states.whole}`,
      [document_id, page],
    );
    if (!row) return null;
    const { page: at, text, ...document } = row;
    return { ...documentOf(document), page: at, text };
  },

  /** What became of the files of a task, in their order. */
  report: (task: string): Entry[] =>
    database
      .rows<DocumentRow & { name: string; skipped: string | null }>(
        `select e.file as name, e.skipped, ${COLUMNS} from entries e
           left join documents d on d.id = e.document and d.state <> ${states.gone}
          where e.task = ? order by e.n`,
        [task],
      )
      .map(({ name, skipped, ...document }) => ({
        file: name,
        document: document.id === null ? null : documentOf(document),
        skipped,
      })),

  /** The tasks whose documents are not settled. */
  unsettled: (): string[] =>
    database
      .rows<{ task: string }>(
        `select task from documents where task is not null union
         select task from versions where task is not null union
         select task from entries`,
      )
      .map(({ task }) => task),
});
