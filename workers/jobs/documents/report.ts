/** What a task made of its files: the same whether a document was new or known. */
import type { JobContext } from '../../../src/core/job.ts';
import type { Entry } from '../index/open.ts';

const LISTED = 200;

export async function reportOf(entries: readonly Entry[], context: Pick<JobContext<unknown>, 'output'>) {
  const list = await context.output('documents.jsonl', 'application/x-ndjson');
  const rows = entries.map(({ file, document, skipped }) => ({
    file,
    format: document?.format ?? null,
    title: document?.title ?? null,
    pages: document?.pages ?? 0,
    characters: document?.characters ?? 0,
    blake3: document?.digest ?? null,
    error: skipped,
  }));
  for (const row of rows) await list.write(`${JSON.stringify(row)}\n`);
  const skipped = rows.filter(({ error }) => error !== null);
  const read = rows.filter(({ error }) => error === null);
  return {
    documents: read.length,
    pages: read.reduce((sum, { pages }) => sum + pages, 0),
    characters: read.reduce((sum, { characters }) => sum + characters, 0),
    /** Scans, most often: there is a picture of a text on their pages, and no text. Of one that was forgotten since, that is not known. */
    without_text: entries
      .filter(({ document }) => document?.characters === 0)
      .map(({ file }) => file)
      .slice(0, LISTED),
    skipped: skipped.length,
    files: rows.slice(0, LISTED).map(({ blake3: _, ...row }) => row),
  };
}
