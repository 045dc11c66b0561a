/** The thread that reads documents, seen from the job: it is watched, and terminated when a page takes too long. */
import type { InputFile } from '../../../src/core/job.ts';
import { isPartLost, partLost } from '../../../src/core/part-lost.ts';
import { allowance, patience } from '../patience.ts';
import { startThread } from '../thread.ts';
import type { Encoding, Format, Order, Pages, Position, Report } from './plan.ts';
import { AHEAD } from './room.ts';

/** A document that cannot be read. Its message goes on from the file's name. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

export type Step = { kind: 'at'; page: number; share: number } | ({ kind: 'pages' } & Pages);

export interface ReadOrder {
  file: InputFile;
  /** All of it, when it is at hand; else the thread asks for what it needs. */
  bytes: Uint8Array | null;
  format: Format;
  encoding: Encoding;
  from: Position | null;
}

export interface DocumentReader {
  /** Gives the pages of a document, and its title at the end. Throws `Unreadable`, and what reading the file threw. */
  read(order: ReadOrder): AsyncGenerator<Step, string | null, void>;
  close(): void;
}

const MIB = 1024 * 1024;
/** A damaged PDF is searched from one end to the other; this much of it is in memory three times then. */
const MAX_PART = 64 * MIB;
/** The thread's code is large, and comes from the network at first. */
const LOAD_MS = 60_000;
/** Pages that take long one by one must come to an end as well: a file has the time of so many of them, and of so many more each MiB. */
const PAGES_FILE = 30;
const PAGES_MIB = 3;
const REPORTS = new Set(['want', 'at', 'pages', 'end', 'failed']);

/** `page_ms`: as long as the thread may take without having anything to show for it; on a busy machine, longer. */
export function openReader(page_ms: number, signal: AbortSignal): DocumentReader {
  let thread: Worker | null = null;
  const create = () =>
    new Worker(new URL('./reader.worker.ts', import.meta.url), { type: 'module', name: 'documents' });

  function close() {
    thread?.terminate();
    thread = null;
  }

  return {
    close,
    async *read({ file, bytes, format, encoding, from }) {
      const worker = thread ?? (await startThread(create, signal));
      thread = worker;
      const { next, report, fail, stop } = inbox();
      const send = (order: Order, transfer: Transferable[] = []) => worker.postMessage(order, { transfer });
      let page = 0;
      let begun = false;
      const perPage = patience();
      const file_ms = page_ms * (PAGES_FILE + PAGES_MIB * Math.floor(file.size / MIB));
      const perFile = allowance(file_ms, () => {
        const place = page > 0 ? `, at page ${page}` : '';
        fail(new Unreadable(`cannot be read: it was not done after ${file_ms / 1000} s${place}`));
      });
      const rest = () => {
        perPage.stop();
        perFile.rest();
      };
      // Only the thread's own time counts: what it waits for, the file's bytes or room for bunches of pages, does not.
      let [parts, bunches] = [0, 0];
      let done = false;
      const watch = () => {
        if (parts > 0 || bunches >= AHEAD || done) return rest();
        if (begun) perFile.run();
        perPage.start(begun ? page_ms : LOAD_MS, () => {
          // That is not this file's fault, and would be no better with the next one.
          if (!begun) return fail(partLost('the reader of documents', `it has not come for ${LOAD_MS / 1000} s`));
          const place = page > 0 ? ` at page ${page}` : ' at its beginning';
          fail(new Unreadable(`cannot be read: its reader was given up after ${page_ms / 1000} s${place}`));
        });
      };
      const give = async ({ wanted, start, end }: Extract<Report, { kind: 'want' }>) => {
        if (end - start > MAX_PART) {
          throw new Unreadable(
            `cannot be read: ${end - start} bytes of it are needed at once, as of a damaged file, and at most ${MAX_PART} are read`,
          );
        }
        parts += 1;
        rest();
        const part = (await file.read(start, end)).slice();
        parts -= 1;
        send({ kind: 'bytes', wanted, bytes: part }, [part.buffer]);
        watch();
      };
      const aborted = () => fail(signal.reason);
      signal.addEventListener('abort', aborted);
      worker.onmessage = ({ data }: MessageEvent<Report>) => {
        // pdf.js says something here, too, when it is loaded.
        if (!REPORTS.has(data.kind)) return;
        begun = true;
        if (data.kind === 'want') return void give(data).catch(fail);
        if (data.kind === 'at') page = data.page;
        if (data.kind === 'pages') bunches += 1;
        done = data.kind === 'end' || data.kind === 'failed';
        watch();
        report(data);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        fail(new Unreadable(`cannot be read: ${event.message || 'the thread that read it died'}`));
      };
      let ended = false;
      try {
        if (signal.aborted) aborted();
        watch();
        const whole = bytes?.slice() ?? null;
        send(
          { kind: 'read', name: file.name, size: file.size, bytes: whole, format, encoding, from },
          whole ? [whole.buffer] : [],
        );
        for (;;) {
          const data = await next();
          if (data.kind === 'end') {
            ended = true;
            return data.title;
          }
          if (data.kind === 'failed') throw isPartLost(data.why) ? new Error(data.why) : new Unreadable(data.why);
          if (data.kind === 'at') yield data;
          if (data.kind !== 'pages') continue;
          rest();
          yield data;
          send({ kind: 'more' });
          bunches -= 1;
          watch();
        }
      } finally {
        stop();
        rest();
        signal.removeEventListener('abort', aborted);
        // One that has failed, or was left in the middle, is not asked again: what it left behind may be anything.
        if (!ended) close();
      }
    },
  };
}

/** Reports, in the order in which they came; after a failure there are no more. */
function inbox() {
  const reports: Report[] = [];
  let failure: { error: unknown } | null = null;
  let wake = () => {};
  let open = true;
  return {
    report(report: Report) {
      if (!open) return;
      reports.push(report);
      wake();
    },
    fail(error: unknown) {
      failure ??= { error };
      wake();
    },
    async next(): Promise<Report> {
      for (;;) {
        if (failure) throw failure.error;
        const report = reports.shift();
        if (report) return report;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop() {
      open = false;
    },
  };
}
