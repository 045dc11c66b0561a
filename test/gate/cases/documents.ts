import { createHash } from 'node:crypto';
import { INDEX } from '../../../src/core/search.ts';
import { openDatabase } from '../../../workers/jobs/sqlite/database.ts';
import {
  type BadWork,
  bytesFile,
  type Gate,
  type GateFile,
  linesFile,
  MiB,
  noiseFile,
  textFile,
  type Work,
} from '../gate.ts';
import { type PdfPage, pdfOf } from '../pdf-file.ts';

const page = (n: number): PdfPage => ({ lines: [`Page ${n} of a report`, `number ${n * 17}, naïve café`, `word${n}`] });
const pagesOf = (count: number) => Array.from({ length: count }, (_, n) => page(n + 1));
const report = pdfOf(pagesOf(20), { title: 'A report', compress: true });

const html = `<!doctype html><title>The &amp; title</title><style>p { color: red }</style>
<h1>Heading</h1><p>One&nbsp;paragraph, <b>bold</b>.<script>alert('no text')</script><ul><li>first<li>second</ul>`;

const mixed: GateFile[] = [
  bytesFile('papers/report.pdf', report),
  textFile('papers/notes.md', `# Notes\n\n${'Some *marked* text. 全文检索。\n'.repeat(900)}`),
  textFile('papers/page.html', html),
  linesFile('papers/log.txt', 60_000),
  textFile('papers/empty.txt', ''),
  bytesFile('papers/photo.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1)),
  bytesFile('papers/cut.pdf', report.slice(0, 900)),
  // Of the same name as the first, and with other bytes: a document of its own.
  bytesFile('papers/report.pdf', pdfOf(pagesOf(11))),
];

const work = (files: GateFile[], input: object = {}): Work => ({ files, input: (refs) => ({ files: refs, ...input }) });
const bad = (file: GateFile, names: (string | RegExp)[], input: object = {}): BadWork => ({
  ...work([textFile('good.txt', 'fine'), file], { on_error: 'fail', ...input }),
  names: [file.name, ...names],
});
const pdf = (name: string, bytes: Uint8Array<ArrayBuffer>) => bytesFile(name, bytes);

export const gate: Gate = {
  works: {
    'a folder': work(mixed),
    'one long text': work([linesFile('long.txt', 600_000)]),
  },
  bad: {
    'no PDF at all': bad(textFile('fake.pdf', 'this is none'), ['byte 0']),
    'a PDF that is cut off': bad(pdf('cut.pdf', report.slice(0, 700)), ['PDF']),
    'a cyclic tree of pages': bad(pdf('cyclic.pdf', pdfOf(pagesOf(1), { cyclic: true })), [/page 2 of 2/]),
    'a PDF that needs a password': bad(pdf('locked.pdf', pdfOf(pagesOf(1), { encrypt: { user: 'secret' } })), [
      'password',
    ]),
    'a picture': bad(bytesFile('photo.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1)), ['byte 0']),
    'bytes that are no text': bad(bytesFile('data.txt', Uint8Array.of(65, 66, 0, 1)), ['byte 2']),
    'bytes that are no text, late': bad(bytesFile('late.txt', new Uint8Array(70_000).fill(65, 0, 69_999)), [
      'byte 69999',
    ]),
    'a page that never ends': bad(pdf('endless.pdf', pdfOf([page(1), { lines: [], nested: 10 }])), [/page 2/], {
      page_seconds: 1,
    }),
  },
  big(bytes) {
    // Most PDF is pictures, which nobody reads for its text; the bytes are hashed all the same.
    const papers = Array.from({ length: Math.floor(bytes / 2 / (4 * MiB)) }, (_, n) => ({
      name: `papers/${n}.pdf`,
      parts: () => [pdfOf([page(n), page(n + 1)], { ballast: ballast(n) })],
    }));
    return work([...papers, linesFile('long.txt', bytes / 2)]);
  },

  async lasting(files) {
    const file = await files.open(INDEX);
    const database = await openDatabase(file);
    try {
      const [version] = database.rows<{ user_version: number }>('pragma user_version');
      if (version?.user_version === 0) return { documents: [], entries: 0, words: digestOf([]) };
      database.exec("insert into words (words) values ('integrity-check')");
      database.exec('create virtual table temp.vocabulary using fts5vocab(main, words, instance)');
      const documents = database.rows<{ id: number }>(
        'select id, file, digest, format, title, size, pages, characters, state from documents order by file, digest',
      );
      const textsOf = (id: number) =>
        database.rows(
          'select p.page, t.text from pages p join texts t using (id) where p.document = ? order by p.page',
          [id],
        );
      return {
        documents: documents.map(({ id, ...rest }) => ({ ...rest, texts: digestOf(textsOf(id)) })),
        entries: database.rows<{ n: number }>('select count(*) as n from entries')[0]?.n,
        // Where each word stands, whatever the numbers of the pages are.
        words: digestOf(
          database.rows(
            `select v.term, d.file, d.digest, p.page, v.col, v.offset from temp.vocabulary v
               join pages p on p.id = v.doc join documents d on d.id = p.document
              order by 1, 2, 3, 4, 5, 6`,
          ),
        ),
      };
    } finally {
      database.close();
      file.close();
    }
  },
};

const digestOf = (rows: unknown[]) => createHash('sha256').update(JSON.stringify(rows)).digest('hex');

function ballast(seed: number): Uint8Array {
  const [part = new Uint8Array()] = noiseFile('', MiB, seed).parts();
  return Buffer.concat([part, part, part, part]);
}
