/** Input and output files. Inputs are handles or blobs in IndexedDB; outputs lie in OPFS, or as chunks in IndexedDB where there is none. */
import * as v from 'valibot';
import { byteReader } from './byte-reader.ts';
import type { Connection } from './connection.ts';
import { groupCommit } from './group-commit.ts';
import { type FileRow, INPUT, LAST, partsOf } from './idb-schema.ts';
import { inputParts, takesNoBlobs } from './input-parts.ts';
import type { InputFile, OutputRef } from './job.ts';
import { type OutputFiles, outputFilesOf } from './output-file.ts';
import type { AddedFile } from './schema.ts';

/** An input file that cannot be had now: the task that needs it waits. */
export class FileMissing extends Error {
  override name = 'FileMissing';
}

/** An input file that is no longer what was added: a task that has read of it fails. */
export class FileChanged extends Error {
  override name = 'FileChanged';
}

export interface Files extends OutputFiles {
  /** `file_id`: the one that it had elsewhere. */
  addInput(source: Blob | FileSystemFileHandle, name?: string, file_id?: string): Promise<AddedFile>;
  inputIds(): Promise<string[]>;
  /** The row of an input file, or null. */
  input(file_id: string): Promise<FileRow | null>;
  /** What an input file holds now. Throws `FileMissing`, `FileChanged`. */
  content(file_id: string): Promise<File>;
  /** Throws `FileMissing`, `FileChanged`; so does its `read`. */
  openInput(file_id: string): Promise<InputFile>;
  /** An output file of another task, to be read. Throws like `openInput`. */
  readOutput(ref: OutputRef): Promise<InputFile>;
  removeInput(file_id: string): Promise<void>;
}

const READS_A_LOOK = 16;

/** What has to be right in a stored row for its file to be there. */
const KeptFileSchema = v.looseObject({
  title: v.string(),
  type: v.string(),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  last_modified: v.number(),
  body: v.nullable(v.looseObject({})),
});

export function filesOf(connection: Connection, folder: string): Files {
  const parts = inputParts(connection);
  const put = groupedPuts(connection);
  const find = async (file_id: string) => {
    const row = await connection((db) => db.get('files', [INPUT, file_id, 0]));
    return v.is(KeptFileSchema, row) ? row : undefined;
  };

  async function content(file_id: string): Promise<File> {
    const row = await find(file_id);
    if (!row) throw new FileMissing(`The input file ${file_id} is gone.`);
    if (row.body) return contentOf(row);
    const { title, type, last_modified } = row;
    return new File([(await readParts(row, 0, row.size)) as BlobPart], title, { type, lastModified: last_modified });
  }

  async function readParts(row: FileRow, start: number, end: number): Promise<Uint8Array> {
    const bytes = await parts.read(row.name, start, end);
    if (bytes.length < end - start) throw new FileMissing(`${row.title} is gone.`);
    return bytes;
  }

  const outputs = outputFilesOf(connection, folder);

  return {
    async addInput(source, name, file_id = crypto.randomUUID()) {
      const file = 'getFile' in source ? await source.getFile() : source;
      const row: FileRow = {
        owner: INPUT,
        name: file_id,
        offset: 0,
        title: name ?? ('name' in file ? String(file.name) : 'file'),
        type: file.type || 'application/octet-stream',
        size: file.size,
        added_at: Date.now(),
        last_modified: 'lastModified' in file ? Number(file.lastModified) : Date.now(),
        body: source,
      };
      try {
        await put(row);
      } catch (error) {
        if (!(source instanceof Blob) || !takesNoBlobs(error)) throw error;
        await connection((db) => db.put('files', { ...row, body: null }));
        await parts.write(row, source);
      }
      return { file_id: row.name, name: row.title, size: row.size, type: row.type };
    },

    inputIds: async () => {
      const keys = await connection((db) => db.getAllKeys('files', IDBKeyRange.bound([INPUT], [INPUT, LAST])));
      return keys.map(([, file_id]) => file_id);
    },

    input: async (file_id) => (await find(file_id)) ?? null,
    content,

    async openInput(file_id) {
      const row = await find(file_id);
      if (!row) throw new FileMissing(`The input file ${file_id} is gone.`);
      const { title: name, size, last_modified } = row;
      if (!row.body) return { name, size, last_modified, read: (start, end) => readParts(row, start, end) };
      const bytes = byteReader(await contentOf(row));
      let reads = 0;
      return {
        name,
        size,
        last_modified,
        async read(start, end) {
          try {
            const read = await bytes(start, end);
            reads += 1;
            // A stream that is open does not notice that its file changes: look again now and then, and at the end.
            if (end >= row.size || reads % READS_A_LOOK === 0) await contentOf(row);
            return read;
          } catch (error) {
            // A snapshot whose file moved on under it reads no more: say which of the two happened.
            await contentOf(row);
            throw error instanceof DOMException ? new FileChanged(`${row.title} changed while it was read.`) : error;
          }
        },
      };
    },

    async removeInput(file_id) {
      await connection(async (db) => {
        const tx = db.transaction('files', 'readwrite');
        await Promise.all([tx.store.delete([INPUT, file_id, 0]), tx.store.delete(partsOf(file_id)), tx.done]);
      });
    },

    async readOutput({ task_id, name }) {
      const blob = await outputs.output(task_id, name);
      if (!blob) throw new FileMissing(`${name}, an output of task ${task_id}, is gone.`);
      const bytes = byteReader(blob);
      return {
        name,
        size: blob.size,
        last_modified: blob instanceof File ? blob.lastModified : 0,
        read: (start, end) =>
          bytes(start, end).catch((error: unknown) => {
            throw error instanceof DOMException ? new FileChanged(`${name} changed while it was read.`) : error;
          }),
      };
    },

    ...outputs,
  };
}

/** A folder may bring 20,000 files: what comes together is written together. */
const groupedPuts = (connection: Connection) => {
  const write = (rows: FileRow[]) =>
    connection(async (db) => {
      const tx = db.transaction('files', 'readwrite');
      await Promise.all([...rows.map((row) => tx.store.put(row)), tx.done]);
    });
  return groupCommit<FileRow, void>(async (rows) => {
    try {
      await write(rows);
      return rows.map(() => ({ status: 'fulfilled', value: undefined }));
    } catch (error) {
      if (rows.length === 1) throw error;
      // One that cannot be stored must not take the others with it.
      return Promise.allSettled(rows.map((row) => write([row])));
    }
  });
};

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
