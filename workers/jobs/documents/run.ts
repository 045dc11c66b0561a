import { defineJob, type InputFile, type JobContext, type Progress } from '../../../src/core/job.ts';
import { INDEX } from '../../../src/core/search.ts';
import { digestOf, type Hashing } from '../hashing/digest.ts';
import { hasherOf } from '../hashing/hashers.ts';
import { answerOn } from '../index/answer.ts';
import { type Begun, type Index, openIndex } from '../index/open.ts';
import { bytesOf, opened } from '../opened.ts';
import { filesAhead, type Taken } from './ahead.ts';
import { formatOf, HEAD_BYTES } from './format.ts';
import { type Named, naming } from './naming.ts';
import type { Encoding, Format, Position } from './plan.ts';
import { type DocumentReader, openReader, Unreadable } from './reader.ts';
import { reportOf } from './report.ts';
import { spec } from './spec.ts';

/** What is in the index goes with the index: a task goes on from there. This only spares a file to be hashed again. */
interface Checkpoint {
  /** Of the file, in the order of the task. */
  n: number;
  hashing: Hashing | null;
  digest: string | null;
  /** As in the progress then. */
  done: number;
}

/** Of a file's share in progress; the rest is reading it. */
const HASHING = 0.1;
/** What is not flushed is read again after a kill; a flush waits for the disk. */
const FLUSH_MS = 500;
const MAX_LOGGED = 1_000;

export const job = defineJob({
  ...spec,
  async *run({ files, on_error, page_seconds, encoding }, context: JobContext<Checkpoint>) {
    const { task_id, signal } = context;
    const metas = yield* opened(files, context, context.resumeFrom?.done);
    const total = bytesOf(metas);
    const index = await open(context);
    const stopAnswering = answerOn(index.channel, { index: () => index, clear: null, task_id });
    const reader = openReader(page_seconds * 1000, signal);
    const take = filesAhead(files, context.file, async (bytes) =>
      (await hasherOf('blake3')).init().update(bytes).digest(),
    );
    const flushed = flushing(index);
    let ended = false;

    try {
      const first = begin(index, context);
      const namedAt = naming(
        index,
        task_id,
        metas.map(({ name }) => name),
      );
      let done = bytesOf(metas.slice(0, first));
      let logged = 0;
      for (const n of files.keys()) {
        if (n < first) continue;
        const named = namedAt(n);
        const size = metas[n]?.size ?? 0;
        const tell = ({ share, checkpoint, ...rest }: Told): Progress<Checkpoint> => {
          const now = done + Math.floor(size * share);
          return {
            done: now,
            total,
            unit: 'bytes',
            message: `${n + 1} of ${files.length}: ${named.name}`,
            ...rest,
            ...(checkpoint
              ? { checkpoint: () => ({ n, hashing: null, digest: null, done: now, ...checkpoint() }) }
              : {}),
          };
        };
        try {
          yield* bringIn({ n, named, take, encoding, index, flushed, reader, context, tell });
        } catch (error) {
          if (!(error instanceof Unreadable) || signal.aborted) throw error;
          const name = named.own();
          if (on_error === 'fail') throw new Error(`${name} ${error.message}`, { cause: error });
          index.skip(task_id, n, name, error.message);
          if (logged < MAX_LOGGED) context.log('warn', `${name} ${error.message.replace(/\.?$/, '.')}`);
          logged += 1;
        }
        done += size;
        yield tell({ share: 0, ...((await flushed()) ? { checkpoint: () => ({ n: n + 1 }) } : {}) });
      }
      const entries = index.report(task_id);
      const result = await reportOf(entries, context);
      ended = true;
      return result;
    } finally {
      reader.close();
      stopAnswering();
      // What a canceled task brought goes with it. (Of one that had to be terminated, the next who opens the index is told.)
      if (!ended && isDropped(signal)) {
        index.settle(task_id, false);
        await index.sweep();
      }
      await index.flush().finally(index.close);
    }
  },
});

interface Told {
  share: number;
  message?: string;
  checkpoint?: () => Partial<Checkpoint>;
}

interface Work {
  n: number;
  named: Named;
  take(n: number): Promise<Taken>;
  encoding: Encoding;
  index: Index;
  flushed(): Promise<boolean>;
  reader: DocumentReader;
  context: JobContext<Checkpoint>;
  tell(told: Told): Progress<Checkpoint>;
}

async function open(context: JobContext<Checkpoint>): Promise<Index> {
  try {
    return await openIndex(await context.lasting(INDEX));
  } catch (error) {
    if (context.signal.aborted || error instanceof DOMException) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The index cannot be used: ${why}. Remove all documents from it, and it is begun anew.`, {
      cause: error,
    });
  }
}

/** Flushes now and then; true when it has: only there a checkpoint says no more than the index has. */
function flushing(index: Index): () => Promise<boolean> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < FLUSH_MS) return false;
    await index.flush();
    last = performance.now();
    return true;
  };
}

/** The file to go on with. */
function begin(index: Index, { task_id, resumeFrom, log }: JobContext<Checkpoint>): number {
  // Told to begin with the first file, or killed before the first checkpoint: what is there is recognised.
  if (!resumeFrom) index.restart(task_id);
  const first = index.entries(task_id);
  if (resumeFrom && first < resumeFrom.n) {
    log('warn', `The index has ${first} of the ${resumeFrom.n} files that were done with: the others are read again.`);
  }
  return first;
}

async function* bringIn(work: Work): AsyncGenerator<Progress<Checkpoint>, void, void> {
  const { n, named, take, encoding, index, context } = work;
  const { file, whole } = await take(n);
  const format = formatIn(named.name, await file.read(0, Math.min(file.size, HEAD_BYTES)), encoding);
  const digest = whole?.digest ?? (yield* digested(work, file));
  // A PDF says itself how its text is to be read.
  const bytes = { digest, format, encoding: format === 'pdf' ? null : encoding, size: file.size };
  const known = named.known(bytes);
  if (known !== null) {
    context.log('info', `${named.own()} is in the index already.`);
    return index.recognise(context.task_id, n, named.own(), known);
  }
  const begun = index.begin(context.task_id, { file: named.own(), ...bytes });
  const title = yield* readPages(work, { file, whole }, { format, digest, begun });
  index.finish(context.task_id, n, begun, named.own(), title);
}

function formatIn(name: string, head: Uint8Array, encoding: Encoding): Format {
  try {
    return formatOf(name, head, encoding);
  } catch (error) {
    throw new Unreadable(error instanceof Error ? error.message : String(error));
  }
}

async function* digested(
  { n, context, flushed, tell }: Work,
  file: InputFile,
): AsyncGenerator<Progress<Checkpoint>, string, void> {
  const from = context.resumeFrom?.n === n ? context.resumeFrom : null;
  if (from?.digest) return from.digest;
  const steps = digestOf(file, await hasherOf('blake3'), from?.hashing ?? null, context.log);
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
    yield tell({
      share: (HASHING * value.offset) / file.size,
      ...((await flushed()) ? { checkpoint: () => ({ hashing: value.save() }) } : {}),
    });
  }
}

async function* readPages(
  { named, encoding, index, flushed, reader, tell }: Work,
  { file, whole }: Taken,
  { format, digest, begun }: { format: Format; digest: string; begun: Begun },
): AsyncGenerator<Progress<Checkpoint>, string | null, void> {
  const from: Position | null = begun.position === null ? null : JSON.parse(begun.position);
  const steps = reader.read({ file, bytes: whole?.bytes ?? null, format, encoding, from });
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
      const told: Told = { share: HASHING + (1 - HASHING) * value.share };
      if (value.kind === 'at') {
        const page = value.page > 0 ? `, page ${value.page}` : '';
        const { message } = tell(told);
        yield tell({ ...told, message: `${message}${page}` });
        continue;
      }
      index.add(begun, named.own(), value.texts, JSON.stringify(value.position));
      yield tell({ ...told, ...((await flushed()) ? { checkpoint: () => ({ digest }) } : {}) });
    }
  } finally {
    await steps.return(null);
  }
}

const isDropped = ({ aborted, reason }: AbortSignal) =>
  aborted && reason instanceof DOMException && reason.message === 'drop';
