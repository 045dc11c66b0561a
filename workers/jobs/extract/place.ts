/** Where an archive unpacks to, and how far it has come. */
import type { InputFile, JobContext, Output, Progress } from '../../../src/core/job.ts';
import { bytesText } from '../bytes-text.ts';

/** What has been written; how far an output has come is told by its size. */
export interface Counts {
  files: number;
  bytes: number;
  /** Of the archive at hand. */
  here: number;
}

/** How many entries of a ZIP are done; or where in a stream a member begins, and how much was written before it. */
export type At = { kind: 'zip'; entries: number } | { kind: 'stream'; position: number; before: number };

export interface Checkpoint extends Counts {
  /** How many archives are done. */
  archives: number;
  at: At | null;
  /** As in the progress. */
  done: number;
}

export interface Limits {
  limit_bytes: number;
  limit_ratio: number;
}

export type Place = ReturnType<typeof placeOf>;

/** What may come out of any archive, however small. */
const UNSUSPICIOUS = 64 * 1024 * 1024;

/** `before`: bytes of the archives that are done; `total`: of all. */
export function placeOf(
  file: InputFile,
  archives: number,
  counts: Counts,
  { limit_bytes, limit_ratio }: Limits,
  { before, total }: { before: number; total: number },
  context: JobContext<Checkpoint>,
) {
  let done = before;

  function count(more: number) {
    counts.bytes += more;
    counts.here += more;
    if (counts.bytes > limit_bytes) throw new Error(`more than ${bytesText(limit_bytes)} would come out (limit_bytes)`);
    if (counts.here > UNSUSPICIOUS && counts.here > file.size * limit_ratio) {
      throw new Error(
        `it unpacks to more than ${limit_ratio} times its ${file.size} bytes (limit_ratio); it may be a bomb`,
      );
    }
  }

  return {
    file,

    /** Opens an output. Only one that was begun before a kill has anything in it. */
    async open(name: string, begun: boolean): Promise<Output> {
      const output = await context.output(name, 'application/octet-stream');
      if (output.size > 0 && !begun) throw new Error(`two files would be called ${JSON.stringify(name)}`);
      return output;
    },

    /** Writes all but the first `skip` bytes, which were written before a kill; gives how many are still to be skipped. */
    async put(output: Output, bytes: Uint8Array, skip: number): Promise<number> {
      const fresh = bytes.subarray(Math.min(skip, bytes.length));
      if (fresh.length > 0) {
        count(fresh.length);
        await output.write(fresh);
      }
      return skip - (bytes.length - fresh.length);
    },

    async finish(output: Output) {
      await output.close();
      counts.files += 1;
    },

    progress(read: number, message: string): Progress<never> {
      done = before + Math.min(read, file.size);
      return { done, total, unit: 'bytes', message };
    },

    /** Goes with the newest progress. */
    checkpoint: (at: At) => (): Checkpoint => ({ archives, ...counts, at, done }),

    warn: (message: string) => context.log('warn', `${file.name}: ${message}`),
  };
}
