/** Output files: in OPFS, or as chunks in IndexedDB where there is none (WebKitGTK 2.50; private windows of Firefox). */
import { blockFile, blocksWriter } from './block-file.ts';
import { type Bytes, buffered, cutShort, type OutputHandle } from './buffered-output.ts';
import type { Connection } from './connection.ts';
import { type Database, LAST } from './idb-schema.ts';
import type { RandomOutput } from './job.ts';
import { marksLock } from './names.ts';
import { opfsFile, undoableFile } from './opfs-file.ts';
import {
  absent,
  appFolder,
  chunksOf,
  entryOf,
  OWNER,
  ownerOf,
  rowOf,
  taskFolder,
  UNDO,
  whenFree,
} from './output-folder.ts';
import { savedOutput } from './saved-output.ts';
import type { SavedOutput } from './schema.ts';
import { type StoredOutputs, storedOutputs } from './stored-outputs.ts';
import { headerBytes, logOfMark } from './undo-format.ts';
import type { SavedBytes } from './undo-reader.ts';

/** Writes an output file from its beginning to its end. */
export interface OutputWriter {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
  /** Instead of `close`: the file can be removed then, which is left to the caller. */
  abort(): Promise<void>;
}

/** An output file that is written in place, and what its runner does with it. */
export interface RandomHandle extends RandomOutput {
  readonly name: string;
  readonly type: string;
  /** Stores all of it; resolves with the number of the mark that it can be opened at from now on. */
  flush(): Promise<number>;
  /** Gives the file free for others. */
  close(): void;
}

export interface OutputFiles extends StoredOutputs {
  /** Opens an output file cut to `size` bytes; only one thread can have it open. */
  openOutput(task_id: string, name: string, type: string, size: number): Promise<OutputHandle>;
  /** Opens an output file as it was at its mark `mark`, the last or the last but one; null: empty. */
  openRandomOutput(task_id: string, name: string, type: string, mark: number | null): Promise<RandomHandle>;
  /**
   * Begins an output file anew, also where there are no sync handles (a service worker): its bytes are there once it is closed.
   * `mark`: what a file that is written in place can be opened at then.
   */
  createOutput(task_id: string, name: string, type: string, mark?: number): Promise<OutputWriter>;
  /** An output file as it was at a checkpoint, while its job may go on; null when it cannot be had. Of one with a mark, see `holdMarks`. */
  savedOutput(task_id: string, saved: SavedOutput): Promise<SavedBytes | null>;
  /** Keeps the task's job from setting marks, and from going back to one: its files can be read at those that they have. Resolves with the release. */
  holdMarks(task_id: string): Promise<() => void>;
  /** Removes what was kept to bring a task's files back to their marks: none will be wanted any more. */
  removeMarks(task_id: string): Promise<void>;
  /** The ids of the tasks that have output files. */
  outputOwners(): Promise<string[]>;
}

export function outputFilesOf(connection: Connection, folder: string): OutputFiles {
  /** Where there is no lock manager, nothing is written by another thread. */
  const alone = async <T>(task_id: string, work: () => T | Promise<T>): Promise<T> =>
    navigator.locks ? navigator.locks.request(marksLock(folder, task_id), work) : work();

  return {
    ...storedOutputs(connection, folder),

    async openOutput(task_id, name, type, size) {
      const directory = await taskFolder(folder, task_id, true);
      const store = directory
        ? await opfsFile(directory, name, size)
        : await chunkedFile(connection, task_id, name, type, size);
      return buffered(name, type, size, store);
    },

    async openRandomOutput(task_id, name, type, mark) {
      const directory = await taskFolder(folder, task_id, true);
      const store = directory
        ? await alone(task_id, () => undoableFile(directory, name, mark))
        : await blockFile(connection, rowOf(task_id, name, type), mark);
      return {
        name,
        type,
        get size() {
          return store.size;
        },
        read: store.read,
        write: store.write,
        truncate: store.truncate,
        // Blocks in the database are read in one transaction; nobody has to wait for that.
        flush: async () => (directory ? alone(task_id, () => store.flush()) : store.flush()),
        close: store.close,
      };
    },

    async createOutput(task_id, name, type, mark) {
      const directory = await taskFolder(folder, task_id, true);
      const entry = await entryOf(name);
      const file = await directory?.getFileHandle(entry, { create: true });
      if (file && directory && 'createWritable' in file) {
        const writable = await file.createWritable();
        return {
          write: (bytes) => writable.write(bytes),
          abort: () => writable.abort(),
          async close() {
            await writable.close();
            if (mark === undefined) return;
            const log = await directory.getFileHandle(`${entry}${UNDO}${logOfMark(mark)}`, { create: true });
            const header = await log.createWritable();
            await header.write(headerBytes(mark, (await file.getFile()).size));
            await header.close();
          },
        };
      }
      if (mark !== undefined) return blocksWriter(connection, rowOf(task_id, name, type), mark);
      const store = await chunkedFile(connection, task_id, name, type, 0);
      let at = 0;
      return {
        async write(bytes) {
          await store.write(bytes, at);
          at += bytes.length;
        },
        close: async () => store.close(),
        abort: async () => store.close(),
      };
    },

    savedOutput: (task_id, saved) => savedOutput(connection, folder, task_id, saved),

    holdMarks: (task_id) =>
      new Promise((held, failed) => {
        alone(task_id, () => new Promise<void>((release) => held(release))).catch(failed);
      }),

    async removeMarks(task_id) {
      const range = IDBKeyRange.bound([ownerOf(task_id)], [ownerOf(task_id), LAST]);
      await connection(async (db) => {
        const tx = db.transaction('files', 'readwrite');
        const keys = await tx.store.getAllKeys(range);
        await Promise.all(keys.filter(([, name]) => name.includes('\u0000')).map((key) => tx.store.delete(key)));
        await tx.done;
      });
      const directory = await taskFolder(folder, task_id, false);
      if (!directory) return;
      const names: string[] = [];
      for await (const name of directory.keys()) if (name.includes(UNDO)) names.push(name);
      for (const name of names) await whenFree(() => absent(directory.removeEntry(name)));
    },

    async outputOwners() {
      const range = IDBKeyRange.bound([OWNER], [`${OWNER}\uffff`]);
      const keys = await connection((db) => db.getAllKeys('files', range));
      const owners = new Set(keys.map(([owner]) => owner.slice(OWNER.length)));
      const parent = await appFolder(folder, false);
      if (parent) for await (const name of parent.keys()) owners.add(name);
      return [...owners];
    },
  };
}

async function chunkedFile(
  connection: Connection,
  task_id: string,
  name: string,
  type: string,
  size: number,
): Promise<Bytes> {
  const held = size > 0 ? await connection((db) => endOfChunks(db, task_id, name, size)) : 0;
  if (held < size) throw cutShort(name, held, size);
  await connection((db) => db.delete('files', chunksOf(task_id, name, size)));
  const row = rowOf(task_id, name, type);
  // A file with nothing in it is a file too; the first bytes take this chunk's place.
  if (size === 0) await connection((db) => db.put('files', { ...row, offset: 0, size: 0, body: new Uint8Array() }));
  return {
    // Each chunk is its own short transaction: a job that computes must not hold one open.
    write: (body, offset) =>
      connection(async (db) => void (await db.put('files', { ...row, offset, size: body.length, body }))),
    flush: async () => undefined,
    close: () => undefined,
  };
}

/** Where the last chunk ends that begins before `size`. */
async function endOfChunks(db: Database, task_id: string, name: string, size: number): Promise<number> {
  const before = IDBKeyRange.bound([ownerOf(task_id), name, 0], [ownerOf(task_id), name, size], false, true);
  const last = (await db.transaction('files').store.openCursor(before, 'prev'))?.value;
  return last ? last.offset + last.size : 0;
}
