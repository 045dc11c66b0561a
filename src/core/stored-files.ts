/** Input and output files as they are stored: added, read whole, removed. What a job does with them is in `files.ts`. */
import * as v from 'valibot';
import type { Connection } from './connection.ts';
import { groupCommit } from './group-commit.ts';
import { type FileRow, INPUT, partsOf } from './idb-schema.ts';
import { inputParts, takesNoBlobs } from './input-parts.ts';
import type { AddedFile } from './schema.ts';
import { type StoredOutputs, storedOutputs } from './stored-outputs.ts';

/** An input file that cannot be had now: the task that needs it waits. */
export class FileMissing extends Error {
  override name = 'FileMissing';
}

/** An input file that is no longer what was added: a task that has read of it fails. */
export class FileChanged extends Error {
  override name = 'FileChanged';
}

export interface StoredFiles extends StoredOutputs {
  /** `file_id`: the one that it had elsewhere. */
  addInput(source: Blob | FileSystemFileHandle, name?: string, file_id?: string): Promise<AddedFile>;
  /** The row of an input file, or null. */
  input(file_id: string): Promise<FileRow | null>;
  /** What an input file holds now. Throws `FileMissing`, `FileChanged`. */
  content(file_id: string): Promise<File>;
  removeInput(file_id: string): Promise<void>;
}

/** What has to be right in a stored row for its file to be there. */
const KeptFileSchema = v.looseObject({
  title: v.string(),
  type: v.string(),
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  last_modified: v.number(),
  body: v.nullable(v.looseObject({})),
});

export function storedFiles(connection: Connection, folder: string): StoredFiles {
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
    return new File([(await readParts(parts, row, 0, row.size)) as BlobPart], title, {
      type,
      lastModified: last_modified,
    });
  }

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

    input: async (file_id) => (await find(file_id)) ?? null,
    content,

    async removeInput(file_id) {
      await connection(async (db) => {
        const tx = db.transaction('files', 'readwrite');
        await Promise.all([tx.store.delete([INPUT, file_id, 0]), tx.store.delete(partsOf(file_id)), tx.done]);
      });
    },

    ...storedOutputs(connection, folder),
  };
}

/** Throws `FileMissing`. */
export async function readParts(
  parts: Pick<ReturnType<typeof inputParts>, 'read'>,
  row: FileRow,
  start: number,
  end: number,
): Promise<Uint8Array> {
  const bytes = await parts.read(row.name, start, end);
  if (bytes.length < end - start) throw new FileMissing(`${row.title} is gone.`);
  return bytes;
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
export async function contentOf(row: FileRow): Promise<File> {
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
