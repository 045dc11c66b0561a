/** Reads PDF, by pdf.js. This thread is its worker, too: there is none below it. */
import type * as PdfJs from 'pdfjs-dist';
import { characterMaps } from './character-maps.ts';
import { BUNCH_CHARACTERS, clean, MAX_PAGE_CHARACTERS, type Pages, type Source, titleOf } from './plan.ts';

/** Of pages: a few, so that little is read again. */
const BUNCH = 8;
/** One that is larger is asked for part by part; of it, too, only as much is kept as is used. */
const WHOLE_BYTES = 8 * 1024 * 1024;
const MAX_BYTES = 1024 * 1024 * 1024;
const MAX_PAGES = 100_000;

let loading: Promise<typeof PdfJs> | undefined;
// The legacy build has what engines lack that are not of this year. Its worker's half is found in a global.
const load = () =>
  (loading ??= Promise.all([
    import('pdfjs-dist/legacy/build/pdf.mjs'),
    import('pdfjs-dist/legacy/build/pdf.worker.mjs'),
  ]).then(([pdfjs]) => pdfjs));

export async function* readPdf(source: Source): AsyncGenerator<Pages, string | null, void> {
  const { size, from, at } = source;
  if (size > MAX_BYTES) throw new Error(`is a PDF of ${size} bytes, and at most ${MAX_BYTES} are read`);
  const pdfjs = await load();
  at(0, 0);
  const maps = characterMaps();
  const task = pdfjs.getDocument({
    ...(size <= WHOLE_BYTES ? { data: await source.bytes(0, size) } : { range: ranges(pdfjs, source) }),
    length: size,
    disableAutoFetch: true,
    disableStream: true,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    useWasm: false,
    isImageDecoderSupported: false,
    isOffscreenCanvasSupported: false,
    enableXfa: false,
    isEvalSupported: false,
    BinaryDataFactory: maps.factory,
    verbosity: pdfjs.VerbosityLevel.ERRORS,
  });
  try {
    const document = await task.promise.catch((error: unknown) => {
      throw new Error(`cannot be read as a PDF: ${reasonOf(error)}`);
    });
    const { numPages } = document;
    if (numPages > MAX_PAGES) throw new Error(`says that it has ${numPages} pages, and at most ${MAX_PAGES} are read`);
    let texts: string[] = [];
    let length = 0;
    for (let page = 1 + (from && ('page' in from) ? from.page : 0); page <= numPages; page += 1) {
      at(page, (page - 1) / numPages);
      const text = await textOf(document, page).catch((error: unknown) => {
        throw new Error(`cannot be read, at page ${page} of ${numPages}: ${reasonOf(error)}`);
      });
      maps.check();
      texts.push(text);
      length += text.length;
      if (texts.length < BUNCH && length < BUNCH_CHARACTERS && page < numPages) continue;
      yield { texts, position: { page }, share: page / numPages };
      [texts, length] = [[], 0];
    }
    const { info } = await document.getMetadata();
    return titleOf('Title' in info && typeof info.Title === 'string' ? info.Title : '');
  } finally {
    await task.destroy();
  }
}

async function textOf(document: PdfJs.PDFDocumentProxy, number: number): Promise<string> {
  const page = await document.getPage(number);
  const reader = page.streamTextContent({ includeMarkedContent: false }).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    for (const item of value.items) {
      if (!('str' in item)) continue;
      text += item.hasEOL ? `${item.str}\n` : item.str;
    }
    if (text.length > MAX_PAGE_CHARACTERS) {
      await reader.cancel(new Error('too long'));
      throw new Error(`it has more than ${MAX_PAGE_CHARACTERS} characters`);
    }
  }
  page.cleanup();
  return clean(text).trim();
}

/** A file that is asked for part by part. */
function ranges(pdfjs: typeof PdfJs, { size, bytes }: Source): PdfJs.PDFDataRangeTransport {
  return new (class extends pdfjs.PDFDataRangeTransport {
    override requestDataRange(begin: number, end: number) {
      // A failure ends the thread's order, in which the parts are asked for.
      bytes(begin, end).then((part) => this.onDataRange(begin, part));
    }
  })(size, null);
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) {
    if (error.name === 'PasswordException') return 'it is encrypted, and needs a password';
    return error.message || error.name;
  }
  return String(error);
}
