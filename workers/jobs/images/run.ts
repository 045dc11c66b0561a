import { defineJob, type JobContext } from '../../../src/core/job.ts';
import { isPartLost } from '../../../src/core/part-lost.ts';
import { freeName } from '../archive/names.ts';
import type { Entry } from '../archive/zip-format.ts';
import { bytesOf, opened } from '../opened.ts';
import { inOrder } from './flight.ts';
import type { Format } from './header.ts';
import { nameOf, type Size, type Target, TYPES } from './plan.ts';
import { openPool } from './pool.ts';
import { spec } from './spec.ts';
import { zipInto } from './zip.ts';

interface Row {
  name: string;
  from: (Size & { bytes: number; format: Format }) | null;
  to: (Size & { name: string; bytes: number; format: Target }) | null;
  /** A `data:` address; only the first have one. */
  thumbnail: string | null;
  /** Why it was left out. */
  error: string | null;
}

interface Checkpoint {
  /** Of the files that are done. */
  rows: Row[];
  /** Of the ZIP. */
  entries: Entry[];
  /** As in the progress. */
  done: number;
}

/** As extract does: a file that is gone, a full storage, or a thread that does not start, is not the picture's fault. */
const BLAMED = ['Error', 'RangeError', 'TypeError'];
const MAX_THREADS = 4;
const THUMBNAILS = 60;

const threads = () => Math.max(1, Math.min(MAX_THREADS, (navigator.hardwareConcurrency ?? 2) - 1));

export const job = defineJob({
  ...spec,
  async *run({ files, zip: zipped, on_error, width = null, height = null, ...rest }, context: JobContext<Checkpoint>) {
    const rows = [...(context.resumeFrom?.rows ?? [])];
    const entries = [...(context.resumeFrom?.entries ?? [])];
    const metas = yield* opened(files, context, context.resumeFrom?.done);
    const total = bytesOf(metas);
    const zip = zipped ? await zipInto(await context.output('pictures.zip', 'application/zip')) : null;
    const taken = new Set(rows.flatMap(({ to }) => (to ? [to.name] : [])));
    const wish = { ...rest, width, height };
    const pool = openPool(threads(), context.signal);
    let done = bytesOf(metas.slice(0, rows.length));

    try {
      for await (const { file, work } of inOrder(files, rows.length, THUMBNAILS, wish, pool, context)) {
        const end = await work.catch((error: unknown) => blamed(error, context.signal));
        if (end instanceof Error) {
          if (on_error === 'fail') throw new Error(`${file.name}: ${end.message}`, { cause: end });
          context.log('warn', `${file.name} is left out: ${end.message}`);
          rows.push({ name: file.name, from: null, to: null, thumbnail: null, error: end.message });
        } else {
          const { made, header, to } = end;
          const name = freeName(nameOf(file.name, to), taken);
          if (zip) entries.push(await zip.add(name, made.bytes, file.last_modified));
          else {
            const output = await context.output(name, TYPES[to]);
            await output.write(made.bytes);
            await output.close();
          }
          const { width, height } = made;
          rows.push({
            name: file.name,
            from: { ...header, bytes: file.size },
            to: { name, format: to, width, height, bytes: made.bytes.length },
            thumbnail: made.thumbnail && `data:image/jpeg;base64,${base64(made.thumbnail)}`,
            error: null,
          });
        }
        done += file.size;
        yield {
          done,
          total,
          unit: 'bytes',
          message: `${rows.length} of ${files.length}: ${file.name}`,
          checkpoint: () => ({ rows: [...rows], entries: [...entries], done }),
        };
      }
    } finally {
      pool.close();
    }
    await zip?.finish(entries);
    const made = rows.flatMap(({ from, to }) => (from && to ? [{ before: from.bytes, after: to.bytes }] : []));
    return {
      pictures: made.length,
      failed: rows.length - made.length,
      before: made.reduce((sum, { before }) => sum + before, 0),
      after: made.reduce((sum, { after }) => sum + after, 0),
      files: rows,
    };
  },
});

function blamed(error: unknown, signal: AbortSignal): Error {
  const isBlamed = error instanceof Error && BLAMED.includes(error.name) && !isPartLost(error.message);
  if (!signal.aborted && isBlamed) return error;
  throw error;
}

const base64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));
