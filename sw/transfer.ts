/** Everything as one file: `GET /tasks/export` writes it, `POST /tasks/import` takes it in whole or not at all. */
import * as v from 'valibot';
import { BrokenExport, type ExportRecord, readRecords, recordWriter } from '../src/core/export-record.ts';
import type { Files } from '../src/core/files.ts';
import type { OutputWriter } from '../src/core/output-file.ts';
import type { SavedOutput } from '../src/core/schema.ts';
import { decodeSnapshot, encodeSnapshot } from '../src/core/snapshot.ts';
import { NotTaken, type Snapshots, type TaskSnapshot, Unreadable } from '../src/core/store.ts';
import type { SavedBytes } from '../src/core/undo-reader.ts';
import { mediaType } from './body.ts';
import { Refusal } from './problem.ts';

export interface TransferHost {
  store: Snapshots;
  files: Files;
  version: string;
  /** Runs alone: not beside the clean-up, which would take what belongs to no task yet. */
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export const EXPORT_TYPE = 'application/vnd.holdfast.export';
/** 1 had no files that are written in place. */
const FORMATS = [1, 2] as const;
const FORMAT = 2;
const CHUNK_BYTES = 4 * 1024 * 1024;
const PROGRESS_MS = 200;

export function exportHeaders(now: Date): Record<string, string> {
  const day = now.toISOString().slice(0, 10);
  return {
    'Content-Type': EXPORT_TYPE,
    'Content-Disposition': `attachment; filename="holdfast-${day}.export"`,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': 'sandbox',
    'Cache-Control': 'no-store',
  };
}

/** Read on `pull`, a few megabytes at a time. */
export function exportStream(host: TransferHost): ReadableStream<Uint8Array> {
  const parts = exported(host);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: async () => void (await parts.return()),
    },
    { highWaterMark: 0 },
  );
}

async function* exported({ store, files, version }: TransferHost): AsyncGenerator<Uint8Array, void, void> {
  const record = recordWriter();
  let records = 0;
  async function* said(...[head, body]: Parameters<typeof record>) {
    records += 1;
    for (const part of await record(head, body)) if (part.length > 0) yield part;
  }
  async function* contents(kind: string, about: Record<string, unknown>, { size, read }: SavedBytes) {
    for (let offset = 0; offset === 0 || offset < size; offset += CHUNK_BYTES) {
      yield* said({ kind, ...about, size, offset }, await read(offset, Math.min(size, offset + CHUNK_BYTES)));
    }
  }
  async function* written(task_id: string) {
    const first = await store.snapshot(task_id).catch(unlessUnreadable);
    // A file that is written in place can be had as it was at its mark until the mark after the next.
    const release = first && inPlace(first) ? await files.holdMarks(task_id) : null;
    try {
      const found = release ? await store.snapshot(task_id).catch(unlessUnreadable) : first;
      if (!found) return;
      const { snapshot, outputs } = await withOutputs(found, files);
      yield* said({ kind: 'task', task_id }, encodeSnapshot(snapshot));
      for (const { about, content } of outputs) yield* contents('output', { task_id, ...about }, content);
    } finally {
      release?.();
    }
  }

  yield* said({ kind: 'holdfast', format: FORMAT, version, at: new Date().toISOString() });
  for (const task_id of await store.ids()) yield* written(task_id);
  for (const file_id of await files.inputIds()) {
    // A file that is gone or has changed is left out: its task waits for it there as it does here.
    const content = await files.content(file_id).catch(() => null);
    if (!content) continue;
    const { name, type, size, lastModified: last_modified } = content;
    const read = async (start: number, end: number) => new Uint8Array(await content.slice(start, end).arrayBuffer());
    yield* contents('input', { file_id, name, type, last_modified }, { size, read });
  }
  yield* said({ kind: 'end', records: records + 1 });
}

function unlessUnreadable(error: unknown): null {
  if (error instanceof Unreadable) return null;
  throw error;
}

/** The outputs that a task's end, or its checkpoint, names. Without one of them the checkpoint is worth nothing. */
async function withOutputs(snapshot: TaskSnapshot, files: Files) {
  const { task_id } = snapshot.task;
  const outputs = [];
  for (const saved of expectedOutputs(snapshot)) {
    const content = await files.savedOutput(task_id, saved);
    if (!content) return { snapshot: { ...snapshot, checkpoint: null }, outputs: [] };
    const { size: _, ...about } = saved;
    outputs.push({ about, content });
  }
  return { snapshot, outputs };
}

const expectedOutputs = ({ task, checkpoint }: TaskSnapshot): SavedOutput[] =>
  task.status === 'completed' ? task.files : (checkpoint?.outputs ?? []);

const inPlace = (snapshot: TaskSnapshot) => expectedOutputs(snapshot).some(({ mark }) => mark !== undefined);

const Size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const RecordSchema = v.variant('kind', [
  v.object({
    kind: v.literal('holdfast'),
    format: v.picklist(FORMATS, `Only the formats ${FORMATS.join(' and ')} are known here.`),
  }),
  v.object({ kind: v.literal('task'), task_id: v.string() }),
  v.object({
    kind: v.literal('output'),
    task_id: v.string(),
    name: v.string(),
    type: v.string(),
    size: Size,
    mark: v.optional(Size),
    offset: Size,
  }),
  v.object({
    kind: v.literal('input'),
    file_id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(64)),
    name: v.string(),
    type: v.string(),
    last_modified: v.number(),
    size: Size,
    offset: Size,
  }),
  v.object({ kind: v.literal('end'), records: Size }),
]);

/** Resolves with how many tasks were taken. Throws a `Refusal` that names the place; nothing is taken then. */
export async function importAll(
  request: Request,
  host: TransferHost,
  progress: (read: number, size: number) => void,
): Promise<number> {
  const type = mediaType(request);
  if (type !== EXPORT_TYPE && type !== 'application/octet-stream') {
    throw new Refusal(415, 'unsupported-media-type', `The body has to be ${EXPORT_TYPE}.`);
  }
  // Firefox has no Request.body in a service worker, and a blob stays on disk.
  const body = await request.blob();
  try {
    return await host.alone(() => takeIn(body, host, told(progress, body.size)));
  } catch (error) {
    if (error instanceof BrokenExport) {
      const { message, position, record } = error;
      throw new Refusal(422, 'invalid-input', message, { position, record });
    }
    if (error instanceof NotTaken && error.reason === 'exists') {
      throw new Refusal(409, 'conflict', error.message, { task_id: error.task_id });
    }
    throw error;
  }
}

/** Not more often than anybody can see. */
function told(progress: (read: number, size: number) => void, size: number) {
  let last = 0;
  return (read: number) => {
    if (Date.now() - last < PROGRESS_MS && read < size) return;
    last = Date.now();
    progress(read, size);
  };
}

async function takeIn(body: Blob, { store, files }: TransferHost, read: (bytes: number) => void): Promise<number> {
  const intake = store.intake();
  const owners = new Set<string>();
  const added: string[] = [];
  const taking: Taking = { files, intake, owners, added, writing: null, read, records: 0 };
  try {
    await readAll(body, taking);
    return await intake.commit();
  } catch (error) {
    // One that cannot be read at all has its number from its reader.
    if (error instanceof BrokenExport) error.record ??= taking.records;
    await intake.abort();
    await taking.writing?.abort();
    for (const task_id of owners) await files.removeOutputs(task_id);
    for (const file_id of added) await files.removeInput(file_id);
    throw error;
  }
}

interface Taking {
  files: Files;
  intake: ReturnType<Snapshots['intake']>;
  /** The tasks that have output files from here. */
  owners: Set<string>;
  /** The input files from here. */
  added: string[];
  /** The output file that is open: nothing can be removed that has one. */
  writing: OutputWriter | null;
  /** Told how far it has come, in bytes. */
  read(bytes: number): void;
  /** How many records were read. */
  records: number;
}

async function readAll(body: Blob, taking: Taking): Promise<void> {
  const { files, intake, owners, added, read } = taking;
  /** By task and name, the output files that may still come; a task that goes on from its checkpoint cannot do without. */
  const expected = new Map<string, { size: number; mark: number | undefined; wanted: boolean }>();
  let output: { key: string; offset: number; writer: OutputWriter } | null = null;
  let input: { file_id: string; offset: number; parts: Blob[] } | null = null;
  let ended = false;
  let last = 0;

  for await (const record of readRecords(body.stream())) {
    const { at, end, body: bytes } = record;
    taking.records += 1;
    const head = headOf(record);
    last = at;
    read(end);
    if (ended) throw new BrokenExport(at, 'Something follows the end.');
    if ((head.kind === 'holdfast') !== (taking.records === 1))
      throw new BrokenExport(at, 'This is no export of Holdfast.');
    const open = output ?? input;
    if (open && head.kind !== (output ? 'output' : 'input')) throw new BrokenExport(at, 'A file is cut short.');
    switch (head.kind) {
      case 'task': {
        const snapshot = decoded(bytes, at);
        if (snapshot.task.task_id !== head.task_id) throw new BrokenExport(at, 'The task is another than it says.');
        await intake.add(snapshot).catch((error: unknown) => {
          throw error instanceof NotTaken && error.reason === 'broken' ? new BrokenExport(at, error.message) : error;
        });
        const wanted = snapshot.task.status !== 'completed';
        for (const { name, size, mark } of expectedOutputs(snapshot))
          expected.set(keyOf(head.task_id, name), { size, mark, wanted });
        break;
      }
      case 'output': {
        const key = keyOf(head.task_id, head.name);
        const known = expected.get(key);
        if (known?.size !== head.size || known.mark !== head.mark)
          throw new BrokenExport(at, `No task here has the file ${head.name}.`);
        if (!output) {
          owners.add(head.task_id);
          const writer = await files.createOutput(head.task_id, head.name, head.type, head.mark);
          taking.writing = writer;
          output = { key, offset: 0, writer };
        }
        if (output.key !== key || output.offset !== head.offset) throw new BrokenExport(at, 'A file is cut short.');
        await output.writer.write(bytes);
        output.offset += bytes.length;
        if (output.offset < head.size) break;
        await output.writer.close();
        taking.writing = null;
        if (output.offset > head.size) throw new BrokenExport(at, `${head.name} is longer than it says.`);
        expected.delete(key);
        output = null;
        break;
      }
      case 'input': {
        input ??= { file_id: head.file_id, offset: 0, parts: [] };
        if (input.file_id !== head.file_id || input.offset !== head.offset) {
          throw new BrokenExport(at, 'A file is cut short.');
        }
        // Of the file itself, which lies on a disk: Chromium keeps a blob of bytes in memory.
        input.parts.push(body.slice(end - bytes.length, end));
        input.offset += bytes.length;
        if (input.offset < head.size) break;
        if (input.offset > head.size) throw new BrokenExport(at, `${head.name} is longer than it says.`);
        const { file_id, name, type, last_modified: lastModified } = head;
        if (!(await files.input(file_id))) {
          added.push(file_id);
          await files.addInput(new File(input.parts, name, { type, lastModified }), name, file_id);
        }
        input = null;
        break;
      }
      case 'end':
        if (head.records !== taking.records) throw new BrokenExport(at, 'Records are missing.');
        ended = true;
        break;
    }
  }
  if (!ended) throw new BrokenExport(last, 'The file ends too early.');
  const missing = [...expected].find(([, { wanted }]) => wanted);
  if (missing) throw new BrokenExport(last, `A file that a task goes on from is missing: ${missing[0]}.`);
}

const keyOf = (task_id: string, name: string) => JSON.stringify([task_id, name]);

function headOf({ head, at }: ExportRecord) {
  const parsed = v.safeParse(RecordSchema, head);
  if (parsed.success) return parsed.output;
  throw new BrokenExport(at, `The record "${head.kind}" is not understood: ${v.summarize(parsed.issues)}`);
}

function decoded(bytes: Uint8Array<ArrayBuffer>, at: number): TaskSnapshot {
  try {
    return decodeSnapshot(bytes);
  } catch (error) {
    throw new BrokenExport(at, `The task cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
}
