/**
 * Files that outlast the task that wrote them, as an index does. Written in place, by one thread at a time; who dies while writing leaves
 * the file as it was at the last flush. In OPFS, or block by block in IndexedDB where there is none.
 */
import { blockFile, lastBlockMark } from './block-file.ts';
import type { Connection } from './connection.ts';
import type { Locks } from './discard.ts';
import type { FileRow } from './idb-schema.ts';
import type { LastingFile } from './job.ts';
import type { Names } from './names.ts';
import { LATEST, openUndoable } from './opfs-file.ts';

export type LastingFiles = ReturnType<typeof lastingFilesOf>;

/** No input, output or import has it. */
export const LASTING = 'lasting';
/** Whoever has the file and nothing urgent to do hears of this, and lets go. */
const WANTED_MS = 500;

/** From whoever wants a file to whoever has it. */
export interface Wanted {
  kind: 'wanted';
}

export function lastingFilesOf(connection: Connection, names: Pick<Names, 'lasting' | 'lastingLock'>, locks: Locks) {
  const rowOf = (name: string): FileRow => ({
    owner: LASTING,
    name,
    offset: 0,
    title: name,
    type: '',
    size: 0,
    added_at: 0,
    last_modified: 0,
    body: null,
  });

  async function store(name: string, from: typeof LATEST | null) {
    const file = await openUndoable(names.lasting, name, from);
    if (file) return file;
    const row = rowOf(name);
    return blockFile(connection, row, from === null ? null : await lastBlockMark(connection, row));
  }

  return {
    /** Resolves once nobody else has the file open. `signal` ends the waiting. */
    async open(name: string, signal?: AbortSignal): Promise<LastingFile> {
      const channel = names.lastingLock(name);
      const release = await taken(locks, channel, signal);
      let file = await store(name, LATEST).catch((error: unknown) => {
        release();
        throw error;
      });
      let flushing: Promise<unknown> = Promise.resolve();
      const close = () => {
        file.close();
        release();
      };
      return {
        channel,
        get size() {
          return file.size;
        },
        read: (into, at) => file.read(into, at),
        write: (bytes, at) => file.write(bytes, at),
        truncate: (size) => file.truncate(size),
        async flush() {
          const now = flushing.then(() => file.flush());
          // What fails is told to who asked for it; the next flush has its own chance.
          flushing = now.catch(() => {});
          await now;
        },
        async clear() {
          await flushing;
          file.close();
          file = await store(name, null);
        },
        close,
      };
    },
  };
}

/** Takes the lock, and says so to whoever has it until then. Resolves with its release. */
async function taken(locks: Locks, name: string, signal: AbortSignal | undefined): Promise<() => void> {
  const channel = new BroadcastChannel(name);
  const tell = () => channel.postMessage({ kind: 'wanted' } satisfies Wanted);
  // Told again and again: who is only about to take it does not hear yet.
  const again = setInterval(tell, WANTED_MS);
  try {
    return await new Promise<() => void>((resolve, reject) => {
      tell();
      locks
        .request(name, signal ? { signal } : {}, () => new Promise<void>((release) => resolve(release)))
        .catch(reject);
    });
  } finally {
    clearInterval(again);
    channel.close();
  }
}
