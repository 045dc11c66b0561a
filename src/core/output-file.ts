/** Output files: in OPFS, or as chunks in IndexedDB where there is none (WebKitGTK 2.50; private windows of Firefox). */
import { blockFile, blocksAtMark, blocksWriter } from './block-file.ts';
import type { Connection } from './connection.ts';
import { type FileRow, LAST } from './idb-schema.ts';
import type { RandomOutput } from './job.ts';
import { marksLock } from './names.ts';
import type { SavedOutput } from './schema.ts';
import { headerBytes, lastMark, logOfMark, undoable } from './undo-log.ts';
import { atMark, type SavedBytes } from './undo-reader.ts';

/** An output file, and what its runner does with it. */
export interface OutputHandle {
  readonly name: string;
  readonly type: string;
  /** Bytes written so far. */
  readonly size: number;
  /** Resolves when there is room for more. Throws `QuotaExceededError` when the storage is full. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Resolves when every byte written is stored. */
  flush(): Promise<void>;
  /** Gives the file free for others; unflushed bytes are lost. */
  close(): void;
}

/** Writes an output file from its beginning to its end. */
export interface OutputWriter {
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  close(): Promise<void>;
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

export interface OutputFiles {
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
  /** Keeps the task's job from setting marks: its files can be read at those that they have. Resolves with the release. */
  holdMarks(task_id: string): Promise<() => void>;
  /** Removes what was kept to bring a task's files back to their marks: none will be wanted any more. */
  removeMarks(task_id: string): Promise<void>;
  /** The bytes of an output file, or null. */
  output(task_id: string, name: string): Promise<Blob | null>;
  /** Removes all output files of a task; waits for a dying worker that still has one open. */
  removeOutputs(task_id: string): Promise<void>;
  /** The ids of the tasks that have output files. */
  outputOwners(): Promise<string[]>;
  /** Removes the app's whole folder, whatever is in it. */
  removeFolder(): Promise<void>;
}

const OWNER = 'task:';
const ownerOf = (task_id: string) => `${OWNER}${task_id}`;
/** No output's name has it, encoded. */
const UNDO = '@undo';
const BUFFER_BYTES = 256 * 1024;
/** Chromium takes about two seconds to stop a busy worker that was terminated; its handles are free only then (measured, 156). */
const HANDLE_RETRIES = 50;
const HANDLE_RETRY_MS = 100;

export function outputFilesOf(connection: Connection, folder: string): OutputFiles {
  /** Where there is no lock manager, nothing is written by another thread. */
  const alone = async <T>(task_id: string, work: () => T | Promise<T>): Promise<T> =>
    navigator.locks ? navigator.locks.request(marksLock(folder, task_id), work) : work();

  async function outputOf(directory: FileSystemDirectoryHandle | null, task_id: string, name: string) {
    const handle = directory && (await absent(directory.getFileHandle(await entryOf(name))));
    if (handle) return handle.getFile();
    const rows = await connection((db) => db.getAll('files', chunksOf(task_id, name)));
    return rows.length > 0 ? new Blob(rows.map((row) => row.body as BlobPart)) : null;
  }

  return {
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
        ? await undoableFile(directory, name, mark)
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
      };
    },

    async savedOutput(task_id, { name, size, mark }) {
      const directory = await taskFolder(folder, task_id, false);
      if (mark === undefined) {
        const blob = await outputOf(directory, task_id, name);
        return blob && blob.size >= size ? appended(blob, size, () => outputOf(directory, task_id, name)) : null;
      }
      if (!directory) {
        const blob = await blocksAtMark(connection, rowOf(task_id, name, ''), mark);
        return blob?.size === size ? appended(blob, size, async () => null) : null;
      }
      const entry = await entryOf(name);
      const open = async (which: 'file' | 0 | 1) => {
        const handle = await absent(directory.getFileHandle(which === 'file' ? entry : `${entry}${UNDO}${which}`));
        return (await handle?.getFile()) ?? null;
      };
      const saved = await atMark(open, mark);
      return saved?.size === size ? saved : null;
    },

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

    output: async (task_id, name) => outputOf(await taskFolder(folder, task_id, false), task_id, name),

    async removeOutputs(task_id) {
      const range = IDBKeyRange.bound([ownerOf(task_id)], [ownerOf(task_id), LAST]);
      await connection((db) => db.delete('files', range));
      const parent = await appFolder(folder, false);
      if (parent) await whenFree(() => absent(parent.removeEntry(task_id, { recursive: true })));
    },

    removeFolder: () => removeOpfsFolder(folder),

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

/** What was written by then does not change; a `File` of it is worth nothing once more is written, and is opened again. */
function appended(first: Blob, size: number, again: () => Promise<Blob | null>): SavedBytes {
  let blob: Blob | null = first;
  return {
    size,
    async read(start, end) {
      for (let left = HANDLE_RETRIES; ; left -= 1) {
        if (!blob) throw new DOMException('The output file is gone.', 'NotFoundError');
        try {
          return new Uint8Array(await blob.slice(start, Math.min(end, size)).arrayBuffer());
        } catch (error) {
          const changed = error instanceof DOMException && error.name === 'NotReadableError';
          if (!changed || left === 0) throw error;
          blob = await again();
        }
      }
    },
  };
}

interface Bytes {
  write(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void>;
  flush(): Promise<void>;
  close(): void;
}

function buffered(name: string, type: string, start: number, store: Bytes): OutputHandle {
  let stored = start;
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let waiting = 0;
  let drained = Promise.resolve();
  async function drain() {
    if (waiting === 0) return;
    const [only] = pending;
    const bytes = only && pending.length === 1 ? only : joined(pending, waiting);
    pending = [];
    waiting = 0;
    const offset = stored;
    stored += bytes.length;
    await store.write(bytes, offset);
  }
  return {
    name,
    type,
    get size() {
      return stored + waiting;
    },
    async write(data) {
      const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data.slice();
      pending.push(bytes);
      waiting += bytes.length;
      if (waiting < BUFFER_BYTES) return;
      // A write that the job did not wait for is waited for by the flush.
      drained = drained.then(drain);
      await drained;
    },
    async flush() {
      drained = drained.then(drain);
      await drained;
      await store.flush();
    },
    close: () => store.close(),
  };
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function opfsFile(directory: FileSystemDirectoryHandle, name: string, size: number): Promise<Bytes> {
  const file = await directory.getFileHandle(await entryOf(name), { create: true });
  const handle = await whenFree(() => file.createSyncAccessHandle());
  handle.truncate(size);
  return {
    write: async (bytes, at) => {
      for (let done = 0; done < bytes.length; ) done += handle.write(bytes.subarray(done), { at: at + done });
    },
    flush: async () => handle.flush(),
    close: () => handle.close(),
  };
}

/** With whatever is in it; waits for a dying worker that still has some of it open. */
export async function removeOpfsFolder(folder: string): Promise<void> {
  if (!(await appFolder(folder, false))) return;
  const root = await navigator.storage.getDirectory();
  await whenFree(() => absent(root.removeEntry(folder, { recursive: true })));
}

/** The last mark that the file has, whichever that is. */
export const LATEST = 'latest';

/** A file of an OPFS folder that is written in place; null where there is no OPFS. */
export async function openUndoable(folder: string, name: string, mark: number | typeof LATEST | null) {
  const directory = await appFolder(folder, true);
  return directory && undoableFile(directory, name, mark);
}

async function undoableFile(directory: FileSystemDirectoryHandle, name: string, mark: number | typeof LATEST | null) {
  const opened: FileSystemSyncAccessHandle[] = [];
  const open = async (suffix: string) => {
    const file = await directory.getFileHandle((await entryOf(name)) + suffix, { create: true });
    const handle = await whenFree(() => file.createSyncAccessHandle());
    opened.push(handle);
    return handle;
  };
  try {
    const file = await open('');
    const logs = [await open(`${UNDO}0`), await open(`${UNDO}1`)] as const;
    return undoable(file, logs, mark === LATEST ? lastMark(logs) : mark);
  } catch (error) {
    for (const handle of opened) handle.close();
    throw error;
  }
}

const rowOf = (task_id: string, name: string, type: string): FileRow => ({
  owner: ownerOf(task_id),
  name,
  offset: 0,
  title: name,
  type,
  size: 0,
  added_at: Date.now(),
  last_modified: 0,
  body: null,
});

/** File systems take names of up to 255 bytes, and neither "." nor "..". A percent sign with no digits behind it is in no encoded name. */
const MAX_ENTRY = 200;

/** The entry in a task's folder that holds an output file: its name in ASCII without slashes, or what stands for it. */
export async function entryOf(name: string): Promise<string> {
  const encoded = encodeURIComponent(name.toWellFormed());
  if (encoded.length <= MAX_ENTRY && !/^\.{1,2}$/.test(encoded)) return encoded;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name)));
  return `%-${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

const chunksOf = (task_id: string, name: string, from = 0) =>
  IDBKeyRange.bound([ownerOf(task_id), name, from], [ownerOf(task_id), name, LAST]);

async function chunkedFile(
  connection: Connection,
  task_id: string,
  name: string,
  type: string,
  size: number,
): Promise<Bytes> {
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

async function appFolder(folder: string, create: boolean): Promise<FileSystemDirectoryHandle | null> {
  if (!('storage' in navigator) || typeof navigator.storage?.getDirectory !== 'function') return null;
  const root = await navigator.storage.getDirectory();
  return absent(root.getDirectoryHandle(folder, { create }));
}

async function taskFolder(folder: string, task_id: string, create: boolean): Promise<FileSystemDirectoryHandle | null> {
  const parent = await appFolder(folder, create);
  return parent && absent(parent.getDirectoryHandle(task_id, { create }));
}

async function absent<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}

/** A handle that another worker has open is free soon: after a reload, or once a terminated worker has stopped. */
async function whenFree<T>(open: () => Promise<T>): Promise<T> {
  for (let left = HANDLE_RETRIES; ; left -= 1) {
    try {
      return await open();
    } catch (error) {
      const busy = error instanceof DOMException && error.name === 'NoModificationAllowedError';
      if (!busy || left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, HANDLE_RETRY_MS));
    }
  }
}
