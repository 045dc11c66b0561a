/** `GET /tasks/export`: everything as one file. */
import { recordWriter } from '../src/core/export-record.ts';
import type { Files } from '../src/core/files.ts';
import { encodeSnapshot } from '../src/core/snapshot.ts';
import { type TaskSnapshot, Unreadable } from '../src/core/store.ts';
import type { SavedBytes } from '../src/core/undo-reader.ts';
import { EXPORT_TYPE, expectedOutputs, FORMAT, type TransferHost } from './transfer.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

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

const inPlace = (snapshot: TaskSnapshot) => expectedOutputs(snapshot).some(({ mark }) => mark !== undefined);
