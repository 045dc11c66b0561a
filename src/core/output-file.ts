/** Output files: in OPFS, or as chunks in IndexedDB where there is none (WebKitGTK 2.50; private windows of Firefox). */
import type { Connection } from './connection.ts';
import { LAST } from './idb-schema.ts';
import type { Output } from './job.ts';

/** An output file, and what its runner does with it. */
export interface OutputHandle extends Output {
  readonly name: string;
  readonly type: string;
  /** Resolves when every byte written is stored. */
  flush(): Promise<void>;
  /** Gives the file free for others; unflushed bytes are lost. */
  close(): void;
}

export interface OutputFiles {
  /** Opens an output file cut to `size` bytes; only one thread can have it open. */
  openOutput(task_id: string, name: string, type: string, size: number): Promise<OutputHandle>;
  /** The bytes of an output file, or null. */
  output(task_id: string, name: string): Promise<Blob | null>;
  /** Removes all output files of a task; waits for a dying worker that still has one open. */
  removeOutputs(task_id: string): Promise<void>;
  /** The ids of the tasks that have output files. */
  outputOwners(): Promise<string[]>;
}

const OWNER = 'task:';
const ownerOf = (task_id: string) => `${OWNER}${task_id}`;
const BUFFER_BYTES = 256 * 1024;
/** Chromium takes about two seconds to stop a busy worker that was terminated; its handles are free only then (measured, 156). */
const HANDLE_RETRIES = 50;
const HANDLE_RETRY_MS = 100;

export function outputFilesOf(connection: Connection, folder: string): OutputFiles {
  return {
    async openOutput(task_id, name, type, size) {
      const directory = await taskFolder(folder, task_id, true);
      const store = directory
        ? await opfsFile(directory, name, size)
        : await chunkedFile(connection, task_id, name, type, size);
      return buffered(name, type, size, store);
    },

    async output(task_id, name) {
      const directory = await taskFolder(folder, task_id, false);
      if (directory) {
        const handle = await absent(directory.getFileHandle(encodeURIComponent(name)));
        if (handle) return handle.getFile();
      }
      const rows = await connection((db) => db.getAll('files', chunksOf(task_id, name)));
      return rows.length > 0 ? new Blob(rows.map((row) => row.body as BlobPart)) : null;
    },

    async removeOutputs(task_id) {
      const range = IDBKeyRange.bound([ownerOf(task_id)], [ownerOf(task_id), LAST]);
      await connection((db) => db.delete('files', range));
      const parent = await appFolder(folder, false);
      if (parent) await whenFree(() => absent(parent.removeEntry(task_id, { recursive: true })));
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

interface Bytes {
  write(bytes: Uint8Array<ArrayBuffer>, at: number): Promise<void>;
  flush(): Promise<void>;
  close(): void;
}

function buffered(name: string, type: string, start: number, store: Bytes): OutputHandle {
  let stored = start;
  let pending: Uint8Array[] = [];
  let waiting = 0;
  let drained = Promise.resolve();
  async function drain() {
    if (waiting === 0) return;
    const bytes = new Uint8Array(waiting);
    let at = 0;
    for (const part of pending) {
      bytes.set(part, at);
      at += part.length;
    }
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

async function opfsFile(directory: FileSystemDirectoryHandle, name: string, size: number): Promise<Bytes> {
  const file = await directory.getFileHandle(encodeURIComponent(name), { create: true });
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
  const row = { owner: ownerOf(task_id), name, title: name, type, added_at: Date.now(), last_modified: 0 };
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
