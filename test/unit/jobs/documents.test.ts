/** What is read of documents, by the real job; against pdftotext where there is one. */
import 'fake-indexeddb/auto';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import * as v from 'valibot';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { FileRef, Job, Progress } from '../../../src/core/job.ts';
import { isPartLost } from '../../../src/core/part-lost.ts';
import { INDEX } from '../../../src/core/search.ts';
import { readHtml } from '../../../workers/jobs/documents/html.ts';
import { paginate } from '../../../workers/jobs/documents/paginate.ts';
import { readPdf } from '../../../workers/jobs/documents/pdf.ts';
import type { Order, Report } from '../../../workers/jobs/documents/plan.ts';
import { openReader } from '../../../workers/jobs/documents/reader.ts';
import { reportOf } from '../../../workers/jobs/documents/report.ts';
import { job } from '../../../workers/jobs/documents/run.ts';
import { type Index, openIndex } from '../../../workers/jobs/index/open.ts';
import { bytesFile, type GateFile, MiB, noiseFile, textFile } from '../../gate/gate.ts';
import { type PdfPage, pdfOf } from '../../gate/pdf-file.ts';
import { freshStore } from '../core/database.ts';
import { attempt, finish } from '../gate/attempt.ts';
import { folderOf } from '../gate/outputs.ts';
import { watched } from '../gate/page.ts';
import { stage } from '../gate/stage.ts';
import { lastingIn } from '../lasting.ts';
import { NodeWorker } from '../node-worker.ts';

/** The text of each page of these files, by file. */
async function textsOf(files: GateFile[], input: object = {}) {
  const staged = await stage(job, { files, input: (refs: FileRef[]) => ({ files: refs, ...input }) });
  const { left } = await finish(job, staged, 'task');
  const index = await openIndex(await staged.lasting.open(INDEX));
  const texts: Record<string, string[]> = {};
  for (const { document_id, file, pages } of index.documents('', 100, 0).documents)
    texts[file] = Array.from({ length: pages }, (_, n) => index.page(document_id, n + 1)?.text ?? '');
  index.close();
  return { texts, result: left.result };
}

// Fonts of named codes need files that only a browser is given here: those are in the browser's test.
const pages: PdfPage[] = [
  { lines: ['Plain text, in (brackets) and with a \\ in it', 'a second line'] },
  { lines: ['Turned by a quarter'], rotate: 90 },
  { lines: ['Upside down'], rotate: 180 },
  { lines: ['Turned by three quarters'], rotate: 270 },
  { lines: ['Wide: żółw, Ωμέγα'], font: 'wide' },
  { lines: ['naïve café £5'] },
];
const expected = pages.map(({ lines }) => lines.join('\n'));
const kinds: Record<string, Uint8Array<ArrayBuffer>> = {
  'plain.pdf': pdfOf(pages),
  'packed.pdf': pdfOf(pages, { compress: true, title: 'A (fine) title' }),
  'encrypted.pdf': pdfOf(pages, { encrypt: { user: '' }, title: 'A (fine) title' }),
  'aes-128.pdf': pdfOf(pages, { encrypt: { user: '', by: 'aes-128' }, title: 'A (fine) title' }),
  'aes-256.pdf': pdfOf(pages, { encrypt: { user: '', by: 'aes-256' }, title: 'A (fine) title', compress: true }),
};

test('the text of a PDF is what stands on its pages, whatever its fonts, turned, packed or encrypted', async () => {
  const { texts, result } = await textsOf(Object.entries(kinds).map(([name, bytes]) => bytesFile(name, bytes)));
  for (const name of Object.keys(kinds)) expect({ name, texts: texts[name] }).toEqual({ name, texts: expected });
  const title = (file: string) =>
    (result as { files: { file: string; title: string | null }[] }).files.find((each) => each.file === file)?.title;
  expect(title('packed.pdf')).toBe('A (fine) title');
  for (const name of ['encrypted.pdf', 'aes-128.pdf', 'aes-256.pdf']) expect(title(name)).toBe('A (fine) title');
  expect(title('plain.pdf')).toBe(null);
});

/** The pages of a PDF that names the table of its codes, where what is fetched is answered so. */
async function readNamed(answer: (path: string) => Promise<Response>): Promise<string[]> {
  vi.stubGlobal('self', globalThis);
  vi.stubGlobal('location', { href: 'https://localhost/' });
  vi.stubGlobal('DOMMatrix', class {});
  vi.stubGlobal('fetch', ({ pathname }: URL) => answer(pathname));
  onTestFinished(() => void vi.unstubAllGlobals());
  const pdf = pdfOf([{ lines: ['全文检索系统'], font: 'named' }]);
  const bytes = async (start: number, end: number) => pdf.slice(start, end);
  const texts: string[] = [];
  const source = { name: 'named.pdf', size: pdf.length, encoding: 'auto', from: null, bytes, at: () => {} } as const;
  for await (const bunch of readPdf(source)) texts.push(...bunch.texts);
  return texts;
}

const table = async (path: string) => new Response(await readFile(`node_modules/pdfjs-dist/cmaps/${basename(path)}`));

test('a PDF that names the table of its codes is read with that table', async () => {
  expect(await readNamed(table)).toEqual(['全文检索系统']);
});

test.each([
  ['offline', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['an answer of 503', async () => new Response('', { status: 503 })],
])('a PDF whose table of codes cannot be had (%s) is not read as one without text', async (_, answer) => {
  const error = await readNamed(answer).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(Error);
  expect(isPartLost(String(error))).toBe(true);
  expect(String(error)).toMatch(/GBK-EUC-H\.bcmap/);
  // What was lost is not remembered.
  expect(await readNamed(table)).toEqual(['全文检索系统']);
});

test('a large PDF is read right where a later part of it is there before an earlier one', async () => {
  vi.stubGlobal('Worker', NodeWorker);
  const long: PdfPage[] = Array.from({ length: 400 }, (_, page) => ({
    lines: Array.from({ length: 60 }, (_, line) => `page ${page} line ${line} ${'some text '.repeat(8)}`),
  }));
  const pdf = pdfOf(long, { ballast: Buffer.concat([...noiseFile('', 9 * MiB).parts()]) });
  const waiting: (() => void)[] = [];
  let overtaken = 0;
  const answer = () => {
    overtaken += Math.max(0, waiting.length - 1);
    for (const give of waiting.splice(0).reverse()) give();
  };
  const file = {
    name: 'large.pdf',
    size: pdf.length,
    last_modified: 0,
    read(start: number, end: number) {
      if (waiting.length === 0) setTimeout(answer, 5);
      return new Promise<Uint8Array>((resolve) => waiting.push(() => resolve(pdf.slice(start, end))));
    },
  };
  const reader = openReader(20_000, new AbortController().signal);
  onTestFinished(reader.close);
  const texts: string[] = [];
  for await (const step of reader.read({ file, bytes: null, format: 'pdf', encoding: 'auto', from: null }))
    if (step.kind === 'pages') texts.push(...step.texts);
  expect(texts.map((text) => text.split(' line ')[0])).toEqual(long.map((_, page) => `page ${page}`));
  expect(overtaken).toBeGreaterThan(0);
});

test.skipIf(spawnSync('pdftotext', ['-v']).error)(
  'pdftotext reads the same (skipped where it is not installed)',
  async () => {
    const folder = await folderOf(Object.entries(kinds));
    const { texts } = await textsOf(Object.entries(kinds).map(([name, bytes]) => bytesFile(name, bytes)));
    const words = (text: string) => text.split(/\s+/).filter(Boolean);
    for (const name of Object.keys(kinds)) {
      const there = execFileSync('pdftotext', ['-q', '-enc', 'UTF-8', `${folder}/${name}`, '-'], { encoding: 'utf8' });
      const but = (page: string) => page.trim() !== '';
      expect(there.split('\f').filter(but).map(words)).toEqual((texts[name] ?? []).filter(but).map(words));
    }
  },
);

test('a PDF begins a little late, or has no name that says so; a text that mentions one is no PDF', async () => {
  const pdf = pdfOf([{ lines: ['one'] }]);
  const late = new Uint8Array(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), pdf]));
  const mention = 'A file begins with `%PDF-1.7`.';
  const { texts } = await textsOf([
    bytesFile('late.pdf', late),
    bytesFile('paper', late),
    bytesFile('wrong.txt', pdf),
    ...['notes.md', 'notes.txt', 'notes.html'].map((name) => textFile(name, mention)),
  ]);
  expect(texts).toEqual({
    'late.pdf': ['one'],
    paper: ['one'],
    'wrong.txt': ['one'],
    'notes.md': [mention],
    'notes.txt': [mention],
    'notes.html': [mention],
  });
});

test('HTML gives its text, without scripts and styles, with its entities read and its blocks apart', async () => {
  const html = `<!doctype html><meta charset="windows-1252"><title>A &lt;title&gt;</title><style>p{}</style>
    <body>one<br>two<p>three&nbsp;<b>bo</b>ld &amp; <script>var four</script><ul><li>five<li>six</ul><pre>a  b</pre> caf\xe9`;
  const { texts } = await textsOf([
    bytesFile(
      'page.html',
      Uint8Array.from(html, (c) => c.charCodeAt(0)),
    ),
  ]);
  expect(texts['page.html']).toEqual(['one\ntwo\nthree bold &\n\nfive\n\nsix\n\na  b\ncafé']);
});

test('the title of a page is not that of a picture on it', async () => {
  const picture = '<svg><title>Menu</title><text>none</text></svg>';
  const { result } = await textsOf([
    textFile('a.html', `<!doctype html><title>A page</title><p>one ${picture} two`),
    textFile('b.html', `<!doctype html><p>one ${picture} two`),
  ]);
  expect(result).toMatchObject({ files: [{ title: 'A page' }, { title: null }] });
});

test.each(['a.md', 'a.txt'])('%s may begin with any number of comments, as HTML may', async (name) => {
  const comments = '<!-- a -->\n'.repeat(10_000);
  const { texts, result } = await textsOf([
    textFile(name, `${comments}# Title`),
    textFile('page', `${'<!-- a -->\n'.repeat(50)}<!doctype html><p>HTML`),
  ]);
  expect(texts[name]?.at(-1)).toMatch(/# Title$/);
  expect(texts.page).toEqual(['HTML']);
  expect(result).toMatchObject({ documents: 2 });
});

test.each([
  ['utf-8', new TextEncoder().encode('Größe 全文')],
  ['utf-8 with a mark', new TextEncoder().encode('\ufeffGröße 全文')],
  ['utf-16', new Uint8Array(Buffer.from('\ufeffGröße 全文', 'utf16le'))],
])('text in %s is told apart by itself', async (_, bytes) => {
  expect((await textsOf([bytesFile('a.txt', bytes)])).texts).toEqual({ 'a.txt': ['Größe 全文'] });
});

test('text in GB 18030 and in Windows-1252 is told apart, and another encoding can be named', async () => {
  // 全文检索, then "naïve", then "мир".
  const chinese = Uint8Array.of(0xc8, 0xab, 0xce, 0xc4, 0xbc, 0xec, 0xcb, 0xf7);
  const western = Uint8Array.of(0x6e, 0x61, 0xef, 0x76, 0x65);
  expect((await textsOf([bytesFile('a', chinese), bytesFile('b', western)])).texts).toEqual({
    a: ['全文检索'],
    b: ['naïve'],
  });
  const russian = Uint8Array.of(0xec, 0xe8, 0xf0);
  expect((await textsOf([bytesFile('c', russian)], { encoding: 'windows-1251' })).texts).toEqual({ c: ['мир'] });
});

test('HTML that calls itself UTF-16 in plain bytes is UTF-8', async () => {
  const files = ['utf-16', 'UTF-16LE', 'utf-16be'].map((name) =>
    textFile(`${name}.html`, `<!doctype html><meta charset="${name}"><p>Größe 全文`),
  );
  const { texts } = await textsOf(files);
  for (const { name } of files) expect(texts[name]).toEqual(['Größe 全文']);
});

test('text in UTF-16 without a mark is read when its encoding is named', async () => {
  const bytes = new Uint8Array(Buffer.from('hello wörld', 'utf16le'));
  const files = [bytesFile('a.txt', bytes), bytesFile('b.html', new Uint8Array(Buffer.from('<p>one', 'utf16le')))];
  expect((await textsOf(files, { encoding: 'utf-16le' })).texts).toEqual({
    'a.txt': ['hello wörld'],
    'b.html': ['one'],
  });
});

test('a long text has pages of some thousand characters, cut where a paragraph, a line or a sentence ends', async () => {
  const { texts } = await textsOf([textFile('a.txt', `${'A sentence of a text. '.repeat(400)}\fAfter a form feed.`)]);
  const pages = texts['a.txt'] ?? [];
  expect(pages.length).toBe(4);
  for (const page of pages) expect(page).toMatch(/\.$/);
  expect(pages.at(-1)).toBe('After a form feed.');
  expect(pages.slice(0, -1).join(' ')).toBe('A sentence of a text. '.repeat(400).trim());
});

test.each(['utf-16le', 'utf-16be'])('no word of a long text in %s is cut', async (label) => {
  const words = Array.from({ length: 30_000 }, (_, n) => `${n}`.padStart(11, 'w'));
  for (const gap of [' ', '\n']) {
    const bytes = Buffer.from(`\ufeff${words.join(gap)}`, 'utf16le');
    const { texts } = await textsOf([
      bytesFile('a.txt', new Uint8Array(label === 'utf-16be' ? bytes.swap16() : bytes)),
    ]);
    expect((texts['a.txt'] ?? []).join(' ').split(/\s/)).toEqual(words);
  }
});

test.each(['中', 'é', '😀', 'é中😀'])(
  'a text of nothing but "%s", without an end of line, loses no character',
  async (some) => {
    const text = some.repeat(Math.ceil(300_000 / new TextEncoder().encode(some).length));
    const { texts } = await textsOf([textFile('a.txt', text)]);
    expect((texts['a.txt'] ?? []).join('') === text).toBe(true);
  },
);

// Of two bytes and of four: an odd one first, so that the ends of parts lie within characters.
test.each([
  ['gb18030', [0x41], [0xc8, 0xab], '全'],
  ['gb18030', [0x41], [0x81, 0x30, 0x84, 0x36], '¥'],
  ['gb18030', [0x41, 0x41, 0x41], [0x81, 0x30, 0x84, 0x36], '¥'],
  ['big5', [0x41], [0xa5, 0xfe], '全'],
  ['shift_jis', [0x41], [0x91, 0x53], '全'],
  ['euc-kr', [0x41], [0xb0, 0xa1], '가'],
])('a long text in %s without an end of line loses no character', async (encoding, first, one, character) => {
  const times = 150_000;
  const bytes = new Uint8Array(first.length + times * one.length);
  bytes.set(first);
  for (let at = first.length; at < bytes.length; at += one.length) bytes.set(one, at);
  const { texts } = await textsOf([bytesFile('a.txt', bytes)], { encoding });
  expect((texts['a.txt'] ?? []).join('') === 'A'.repeat(first.length) + character.repeat(times)).toBe(true);
});

/** An index that lasts, and tasks that read files into it, one after the other. */
async function shelf() {
  const staged = await stage(job, { files: [textFile('none', '')], input: (refs) => ({ files: refs }) });
  let tasks = 0;
  return {
    async read(files: GateFile[], input: object = {}) {
      const refs: FileRef[] = [];
      for (const { name, parts } of files) {
        const { file_id } = await staged.files.addInput(new File([...parts()], name), name);
        refs.push({ file_id });
      }
      tasks += 1;
      const { left } = await finish(
        job,
        { ...staged, input: v.parse(job.input, { files: refs, ...input }) },
        `task ${tasks}`,
      );
      return left.result;
    },
    async look<T>(work: (index: Index) => T): Promise<T> {
      const index = await openIndex(await staged.lasting.open(INDEX));
      try {
        return work(index);
      } finally {
        index.close();
      }
    },
  };
}

const listed = (index: Index) => index.documents('', 100, 0).documents;

test('a Markdown file is called by its first heading, whatever blanks and signs come before', async () => {
  const blanks = ' '.repeat(15_000);
  const { result } = await textsOf(
    [
      textFile('a.md', 'Text.\n\n## The  title ##\n\n# Another'),
      textFile('b.md', '# About C#\n'),
      textFile('c.md', `#${blanks}\n${blanks}\n#${blanks}The title${blanks}#${blanks}.\n`),
      textFile('d.md', 'No #heading\n#none'),
    ],
    { page_seconds: 2 },
  );
  const titles = (result as { files: { title: string | null }[] }).files.map(({ title }) => title);
  expect(titles).toEqual(['The title', 'About C#', 'The title', null]);
});

test('a file that was read before is recognised, and its result is as when it was read', async () => {
  const { read, look } = await shelf();
  const files = [bytesFile('a.pdf', pdfOf(pages, { title: 'A title' })), textFile('b.txt', 'text')];
  const result = await read(files);
  const before = await look(listed);
  expect(before.map(({ file, pages }) => [file, pages])).toEqual([
    ['b.txt', 1],
    ['a.pdf', pages.length],
  ]);
  expect(await read(files)).toEqual(result);
  // Read again it would be another document.
  expect(await look(listed)).toEqual(before);
});

test('a text that was read in a wrong encoding is read again when its own is named', async () => {
  const { read, look } = await shelf();
  const files = [
    bytesFile('a.txt', Uint8Array.of(0xec, 0xe8, 0xf0)),
    bytesFile('b.pdf', pdfOf([{ lines: ['the same in any'] }])),
  ];
  await read(files);
  const pdf = await look((index) => listed(index).find(({ file }) => file === 'b.pdf'));
  await read(files, { encoding: 'windows-1251' });
  expect(await look((index) => index.search('мир', 10, 0).hits.map(({ file }) => file))).toEqual(['a.txt']);
  // Nothing in a PDF depends on it.
  expect(await look((index) => listed(index).filter(({ file }) => file === 'b.pdf'))).toEqual([pdf]);
  const before = await look(listed);
  expect(before.map(({ file }) => file).sort()).toEqual(['a.txt', 'b.pdf']);
  await read(files, { encoding: 'windows-1251' });
  expect(await look(listed)).toEqual(before);
});

test('a file that has changed takes the place of what was there under its name, and no other', async () => {
  const { read, look } = await shelf();
  await read([textFile('a.txt', 'old words'), textFile('b.txt', 'old words'), textFile('b/a.txt', 'old words')]);
  await read([textFile('a.txt', 'new words')]);
  const found = (q: string) =>
    look((index) =>
      index
        .search(q, 10, 0)
        .hits.map(({ file }) => file)
        .sort(),
    );
  expect(await found('new')).toEqual(['a.txt']);
  expect(await found('old')).toEqual(['b.txt', 'b/a.txt']);
  expect((await look(listed)).map(({ file }) => file).sort()).toEqual(['a.txt', 'b.txt', 'b/a.txt']);
});

test('what was there stays when a changed file cannot be read', async () => {
  const { read, look } = await shelf();
  await read([bytesFile('a.pdf', pdfOf([{ lines: ['old words'] }]))]);
  expect(
    await read([bytesFile('a.pdf', pdfOf([{ lines: ['new words'] }, { lines: ['x'] }], { cyclic: true }))]),
  ).toMatchObject({ documents: 0, skipped: 1, files: [{ file: 'a.pdf', error: expect.stringContaining('page 2') }] });
  expect(await look((index) => index.search('words', 10, 0).hits.map(({ snippet }) => snippet))).toEqual(['old words']);
});

test('a PDF that hangs is given up, its reader ended, and the files behind it are read by another', async () => {
  const hanging = bytesFile('hanging.pdf', pdfOf([{ lines: ['first'] }, { lines: [], nested: 10 }]));
  const { texts, result } = await textsOf(
    [
      textFile('a.txt', 'before'),
      hanging,
      bytesFile('b.pdf', pdfOf([{ lines: ['behind'] }])),
      textFile('c.txt', 'last'),
    ],
    { page_seconds: 0.5 },
  );
  expect(texts).toEqual({ 'a.txt': ['before'], 'b.pdf': ['behind'], 'c.txt': ['last'] });
  expect(result).toMatchObject({
    documents: 3,
    skipped: 1,
    files: [
      { error: null },
      { file: 'hanging.pdf', error: 'cannot be read: its reader was given up after 0.5 s at page 2' },
      { error: null },
      { error: null },
    ],
  });
});

test('a large PDF that is damaged is left out before it is all in memory, and the files behind it are read', async () => {
  const bytes = new Uint8Array(70 * MiB).fill(0x61);
  bytes.set(pdfOf([{ lines: ['first'] }]).subarray(0, 200));
  bytes.set(new TextEncoder().encode('\nstartxref\n100\n%%EOF'), bytes.length - 21);
  const damaged = bytesFile('damaged.pdf', bytes);
  const { texts, result } = await textsOf([damaged, textFile('c.txt', 'last')]);
  expect(texts).toEqual({ 'c.txt': ['last'] });
  const error = expect.stringMatching(/^cannot be read: 7\d{7} bytes of it are needed at once, as of a damaged file/);
  expect(result).toMatchObject({ documents: 1, skipped: 1, files: [{ file: 'damaged.pdf', error }, { error: null }] });
});

test('a reader whose code does not come is no fault of a document’s', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.stubGlobal('Worker', saying([], []));
  const reader = openReader(20_000, new AbortController().signal);
  const file = { name: 'a.pdf', size: 100, last_modified: 0, read: async () => new Uint8Array() };
  const step = reader.read({ file, bytes: null, format: 'pdf', encoding: 'auto', from: null }).next();
  const failed = expect(step).rejects.toThrow(
    'A part of the code could not be loaded, the reader of documents: it has not come for 60 s',
  );
  await vi.advanceTimersByTimeAsync(61_000);
  await failed;
});

/** A thread that has its next page each time the clock has gone on by so much, and never comes to an end. */
function endless(every: number) {
  return class {
    onmessage: ((event: { data: unknown }) => void) | null = null;
    #page = 0;
    #timer = setInterval(() => {
      this.#page += 1;
      this.#say({ kind: 'at', page: this.#page, share: 0 });
    }, every);
    constructor() {
      queueMicrotask(() => this.#say({ kind: 'ready' }));
    }
    #say(data: unknown) {
      this.onmessage?.({ data });
    }
    postMessage() {}
    terminate() {
      clearInterval(this.#timer);
    }
  };
}

test.each([
  { size: 100, seconds: 600 },
  { size: 10 * MiB, seconds: 1_200 },
])(
  'a PDF of $size bytes whose pages take long without an end is given up after $seconds s',
  async ({ size, seconds }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    vi.stubGlobal('Worker', endless(15_000));
    const reader = openReader(20_000, new AbortController().signal);
    const file = { name: 'endless.pdf', size, last_modified: 0, read: async () => new Uint8Array() };
    let page = 0;
    let ended: unknown = null;
    const read = async () => {
      for await (const step of reader.read({ file, bytes: null, format: 'pdf', encoding: 'auto', from: null }))
        if (step.kind === 'at') page = step.page;
    };
    read().catch((error: unknown) => {
      ended = error;
    });
    await vi.advanceTimersByTimeAsync((seconds - 1) * 1_000);
    expect(ended).toBe(null);
    expect(page).toBe(Math.floor((seconds - 1) / 15));
    for (let more = 0; more < 100 && !ended; more += 1) await vi.advanceTimersByTimeAsync(1_000);
    expect(String(ended)).toContain(`cannot be read: it was not done after ${seconds} s, at page `);
  },
);

/** A thread that says this when it is to read, a second apart, and this when there is room for more. */
function saying(first: Report[], then: Report[]) {
  return class {
    onmessage: ((event: { data: Report }) => void) | null = null;
    constructor() {
      queueMicrotask(() => this.onmessage?.({ data: { kind: 'ready' } }));
    }
    postMessage({ kind }: Order) {
      const reports = kind === 'read' ? first : then.splice(0);
      for (const [n, data] of reports.entries()) setTimeout(() => this.onmessage?.({ data }), n * 1_000);
    }
    terminate() {}
  };
}

const at = (page: number): Report => ({ kind: 'at', page, share: 0 });
const bunch = (page: number): Report => ({ kind: 'pages', texts: [`page ${page}`], position: { page }, share: 0 });
const end: Report = { kind: 'end', title: null };

test.each<[string, Report[], Report[]]>([
  ['waits for room', [at(1), bunch(1), at(2), bunch(2)], [end]],
  ['is done', [at(1), bunch(1), end], []],
])('a document is not given up while its thread %s and its pages are taken slowly', async (_, first, then) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.stubGlobal('Worker', saying(first, then));
  const reader = openReader(20_000, new AbortController().signal);
  const file = { name: 'a.pdf', size: 100, last_modified: 0, read: async () => new Uint8Array() };
  const read = async () => {
    let taken = 0;
    for await (const step of reader.read({ file, bytes: null, format: 'pdf', encoding: 'auto', from: null })) {
      if (step.kind !== 'pages') continue;
      taken += 1;
      await new Promise((resolve) => setTimeout(resolve, 15 * 60_000));
    }
    return taken;
  };
  let ended: unknown = null;
  read().then(
    (taken) => {
      ended = taken;
    },
    (error: unknown) => {
      ended = error;
    },
  );
  for (let second = 0; second < 31 * 60 && !ended; second += 1) await vi.advanceTimersByTimeAsync(1_000);
  expect(ended).toBe(first.filter(({ kind }) => kind === 'pages').length);
});

test('a text without ends of lines is cut in no time, too', () => {
  const took = (characters: number) => {
    const before = performance.now();
    const text = 'x'.repeat(characters);
    expect([...paginate(text)].join('').length).toBe(characters);
    return performance.now() - before;
  };
  took(100_000);
  expect(took(3 * MiB)).toBeLessThan(1_000);
});

test('HTML of one endless line of spaces is read', async () => {
  const { texts } = await textsOf([textFile('a.html', `<pre>one${' '.repeat(MiB / 4)}two</pre>`)], { page_seconds: 2 });
  expect(texts['a.html']?.map((text) => text.trim()).filter(Boolean)).toEqual(['one', 'two']);
});

test('where reading goes on behind many pages of HTML, the reader has something to say on the way there', async () => {
  const bytes = new TextEncoder().encode(`<p>${'some text '.repeat(MiB / 10)}`);
  let [told, pages] = [0, 0];
  const reading = readHtml({
    name: 'a.html',
    size: bytes.length,
    encoding: 'auto',
    from: { page: 300 },
    bytes: async (start, end) => bytes.slice(start, end),
    at: () => {
      told += 1;
    },
  });
  const { value } = await reading.next();
  if (typeof value === 'object' && value) pages = value.position && 'page' in value.position ? value.position.page : 0;
  expect(pages).toBeGreaterThan(300);
  // Once for each part of the file, and on the way.
  expect(told).toBeGreaterThan(Math.ceil(bytes.length / (256 * 1024)));
});

test('while the files of a task that was resumed are opened, its progress is what it was', async () => {
  // On this clock what was read is flushed, and a checkpoint taken, at every yield.
  let now = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1_000;
    return now;
  });
  onTestFinished(() => clock.mockRestore());
  const files = Array.from({ length: 150 }, (_, n) => textFile(`${n}.txt`, `text ${n}`));
  const staged = await stage(job, { files, input: (refs) => ({ files: refs }) });
  const died = await attempt(job, staged, 'task', null, 8);
  if (died.kind === 'ended') throw new Error('it was to die');
  const seen: Progress<unknown>[] = [];
  await finish(
    watched(job as Job, (_, progress) => void seen.push(progress)),
    staged,
    'task',
    died.checkpoint,
  );
  expect(seen[0]?.message).toBe('100 of 150 files opened');
  expect(seen[0]?.done).toBeGreaterThan(0);
  expect(died.checkpoint?.data).toMatchObject({ done: seen[0]?.done });
});

test('of several files with one name each is recognised when it comes again, alone or in another order', async () => {
  const { read, look } = await shelf();
  const [one, two, three] = ['one', 'two', 'three'].map((text) => textFile('a.txt', text)) as [
    GateFile,
    GateFile,
    GateFile,
  ];
  await read([one, two]);
  const before = await look(listed);
  expect(before.map(({ file }) => file)).toEqual(['a (2).txt', 'a.txt']);
  expect(await read([two])).toMatchObject({ files: [{ file: 'a (2).txt' }] });
  expect(await look(listed)).toEqual(before);
  await read([two, one]);
  expect(await look(listed)).toEqual(before);
  // What is new among them takes a name that none of them has.
  await read([two, one, three]);
  const texts = await look((index) =>
    listed(index).map(({ document_id, file }) => [file, index.page(document_id, 1)?.text]),
  );
  expect(texts).toEqual([
    ['a (3).txt', 'three'],
    ['a (2).txt', 'two'],
    ['a.txt', 'one'],
  ]);
});

test('a file that is really called as another would be with a number is recognised, and so is that other', async () => {
  const { read, look } = await shelf();
  const files = [textFile('a.txt', 'one'), textFile('a.txt', 'two'), textFile('a (2).txt', 'three')];
  const result = await read(files);
  const before = await look(listed);
  expect(await read(files)).toEqual(result);
  expect(await look(listed)).toEqual(before);
});

test('a file that becomes the same as its copy is that under its own name', async () => {
  const { read, look } = await shelf();
  await read([textFile('a.txt', 'one'), textFile('a (2).txt', 'two')]);
  await read([textFile('a.txt', 'two'), textFile('a (2).txt', 'two')]);
  const texts = await look((index) =>
    listed(index).map(({ document_id, file }) => [file, index.page(document_id, 1)?.text]),
  );
  expect(texts.sort()).toEqual([
    ['a (2).txt', 'two'],
    ['a.txt', 'two'],
  ]);
});

test('two files with the same name are two documents, and a scan is told of', async () => {
  const { texts, result } = await textsOf([
    textFile('a.txt', 'one'),
    textFile('a.txt', 'two'),
    bytesFile('scan.pdf', pdfOf([{ lines: [] }])),
  ]);
  expect(texts).toEqual({ 'a.txt': ['one'], 'a (2).txt': ['two'], 'scan.pdf': [''] });
  expect(result).toMatchObject({ documents: 3, without_text: ['scan.pdf'] });
});

test('a document that was forgotten while its task ran is not told of as a scan', async () => {
  vi.stubGlobal('navigator', {});
  const index = await openIndex(await lastingIn(freshStore().database).open(INDEX));
  onTestFinished(index.close);
  for (const [n, file] of ['forgotten', 'scan'].entries()) {
    const begun = index.begin('task', { file, digest: file, format: 'pdf', encoding: null, size: 1 });
    index.add(begun, file, [file === 'scan' ? '' : 'text'], 'null');
    index.finish('task', n, begun, file, null);
    if (file === 'forgotten') index.forget(begun.id);
  }
  const list = { size: 0, write: async () => {}, close: async () => {} };
  expect(await reportOf(index.report('task'), { output: async () => list })).toMatchObject({
    documents: 2,
    without_text: ['scan'],
  });
});

test('while a file is hashed, a checkpoint is offered only where the index is flushed', async () => {
  let [now, step] = [0, 0];
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
    now += step;
    return now;
  });
  onTestFinished(() => clock.mockRestore());
  const ballast = Buffer.concat([...noiseFile('', 5 * MiB).parts()]);
  const files = [textFile('a.txt', 'text'), bytesFile('b.pdf', pdfOf([{ lines: ['text'] }], { ballast }))];
  const offered = async () => {
    const seen: unknown[] = [];
    const watch = watched(job as Job, (_, { checkpoint }) => void (checkpoint && seen.push(checkpoint())));
    await finish(watch, await stage(job, { files, input: (refs) => ({ files: refs }) }), 'task');
    return seen;
  };
  // What stands still is never due.
  expect(await offered()).toEqual([]);
  step = 1_000;
  expect(await offered()).toContainEqual(expect.objectContaining({ n: 1, hashing: expect.anything() }));
});
