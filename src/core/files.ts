/** Input and output files. Inputs are handles or blobs in IndexedDB; outputs lie in OPFS, or as chunks in IndexedDB where there is none. */
import type { Connection } from './connection.ts';
import { type FileRow, LAST } from './idb-schema.ts';
import type { InputFile, Output } from './job.ts';
import type { AddedFile } from './protocol.ts';

/** An input file that cannot be had now: the task that needs it waits. */
export class FileMissing extends Error {
  override name = 'FileMissing';
}

/** An input file that is no longer what was added: a task that has read of it fails. */
export class FileChanged extends Error {
  override name = 'FileChanged';
}

/** An output file, and what its runner does with it. */
export interface OutputHandle extends Output {
  readonly name: string;
  readonly type: string;
  /** Resolves when every byte written is stored. */
  flush(): Promise<void>;
  /** Gives the file free for others; unflushed bytes are lost. */
  close(): void;
}

export interface Files {
  addInput(source: Blob | FileSystemFileHandle, name?: string): Promise<AddedFile>;
  /** The row of an input file, or null. */
  input(file_id: string): Promise<FileRow | null>;
  /** What an input file holds now. Throws `FileMissing`, `FileChanged`. */
  content(file_id: string): Promise<File>;
  /** Throws `FileMissing`, `FileChanged`; so does its `read`. */
  openInput(file_id: string): Promise<InputFile>;
  removeInput(file_id: string): Promise<void>;
  /** Opens an output file cut to `size` bytes; only one thread can have it open. */
  openOutput(task_id: string, name: string, type: string, size: number): Promise<OutputHandle>;
  /** The bytes of an output file, or null. */
  output(task_id: string, name: string): Promise<Blob | null>;
  /** Removes all output files of a task; waits for a dying worker that still has one open. */
  removeOutputs(task_id: string): Promise<void>;
}

const INPUT = 'input';
const ownerOf = (task_id: string) => `task:${task_id}`;
const BUFFER_BYTES = 256 * 1024;
/** Chromium takes about two seconds to stop a busy worker that was terminated; its handles are free only then (measured, 156). */
const HANDLE_RETRIES = 50;
const HANDLE_RETRY_MS = 100;

export function filesOf(connection: Connection, folder: string): Files {
  const find = (file_id: string) => connection((db) => db.get('files', [INPUT, file_id, 0]));

  async function content(file_id: string): Promise<File> {
    const row = await find(file_id);
    if (!row) throw new FileMissing(`The input file ${file_id} is gone.`);
    return contentOf(row);
  }

  return {
    async addInput(source, name) {
      const file = 'getFile' in source ? await source.getFile() : source;
      const row: FileRow = {
        owner: INPUT,
        name: crypto.randomUUID(),
        offset: 0,
        title: name ?? ('name' in file ? String(file.name) : 'file'),
        type: file.type || 'application/octet-stream',
        size: file.size,
        last_modified: 'lastModified' in file ? Number(file.lastModified) : Date.now(),
        body: source,
      };
      await connection((db) => db.put('files', row));
      return { file_id: row.name, name: row.title, size: row.size, type: row.type };
    },

    input: async (file_id) => (await find(file_id)) ?? null,
    content,

    async openInput(file_id) {
      const row = await find(file_id);
      if (!row) throw new FileMissing(`The input file ${file_id} is gone.`);
      const file = await contentOf(row);
      return {
        name: row.title,
        size: row.size,
        async read(start, end) {
          try {
            return new Uint8Array(await file.slice(start, end).arrayBuffer());
          } catch (error) {
            // A snapshot whose file moved on under it reads no more: say which of the two happened.
            await contentOf(row);
            throw error instanceof DOMException ? new FileChanged(`${row.title} changed while it was read.`) : error;
          }
        },
      };
    },

    removeInput: (file_id) => connection((db) => db.delete('files', [INPUT, file_id, 0])),

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
  };
}

/** The current file behind a row. Throws `FileMissing` or `FileChanged`. */
async function contentOf(row: FileRow): Promise<File> {
  const { body, title, type, size, last_modified } = row;
  if (body instanceof Blob) return new File([body], title, { type, lastModified: last_modified });
  if (!body || !('getFile' in body)) throw new FileMissing(`${title} is gone.`);
  const file = await body.getFile().catch((error: unknown) => {
    if (!(error instanceof DOMException)) throw error;
    const why = error.name === 'NotAllowedError' ? 'needs your permission to be read again' : 'is gone';
    throw new FileMissing(`${title} ${why}.`);
  });
  if (file.size !== size || file.lastModified !== last_modified) {
    throw new FileChanged(`${title} has changed since it was added: ${size} bytes then, ${file.size} now.`);
  }
  return file;
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
      if (waiting >= BUFFER_BYTES) await drain();
    },
    async flush() {
      await drain();
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
  const row = { owner: ownerOf(task_id), name, title: name, type, last_modified: 0 };
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
