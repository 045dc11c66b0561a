/** Input and output files. Inputs are handles or blobs in IndexedDB; outputs lie in OPFS, or as chunks in IndexedDB where there is none. */
import { byteReader } from './byte-reader.ts';
import type { Connection } from './connection.ts';
import { INPUT, LAST } from './idb-schema.ts';
import { inputParts } from './input-parts.ts';
import type { InputFile, OutputRef } from './job.ts';
import { type OutputFiles, outputFilesOf } from './output-file.ts';
import { contentOf, FileChanged, FileMissing, readParts, type StoredFiles, storedFiles } from './stored-files.ts';

export interface Files extends StoredFiles, OutputFiles {
  inputIds(): Promise<string[]>;
  /** Throws `FileMissing`, `FileChanged`; so does its `read`. */
  openInput(file_id: string): Promise<InputFile>;
  /** An output file of another task, to be read. Throws like `openInput`. */
  readOutput(ref: OutputRef): Promise<InputFile>;
}

const READS_A_LOOK = 16;

export function filesOf(connection: Connection, folder: string): Files {
  const parts = inputParts(connection);
  const stored = storedFiles(connection, folder);
  const outputs = outputFilesOf(connection, folder);

  return {
    ...stored,
    ...outputs,

    inputIds: async () => {
      const keys = await connection((db) => db.getAllKeys('files', IDBKeyRange.bound([INPUT], [INPUT, LAST])));
      return keys.map(([, file_id]) => file_id);
    },

    async openInput(file_id) {
      const row = await stored.input(file_id);
      if (!row) throw new FileMissing(`The input file ${file_id} is gone.`);
      const { title: name, size, last_modified } = row;
      if (!row.body) return { name, size, last_modified, read: (start, end) => readParts(parts, row, start, end) };
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
  };
}
