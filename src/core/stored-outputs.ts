/** Output files as they are stored: read whole, and removed. What writes them is `output-file.ts`. */
import type { Connection } from './connection.ts';
import { LAST } from './idb-schema.ts';
import {
  absent,
  appFolder,
  chunksOf,
  entryOf,
  ownerOf,
  removeOpfsFolder,
  taskFolder,
  whenFree,
} from './output-folder.ts';

export interface StoredOutputs {
  /** The bytes of an output file, or null. */
  output(task_id: string, name: string): Promise<Blob | null>;
  /** Removes all output files of a task; waits for a dying worker that still has one open. */
  removeOutputs(task_id: string): Promise<void>;
  /** Removes the app's whole folder, whatever is in it. */
  removeFolder(): Promise<void>;
}

export function storedOutputs(connection: Connection, folder: string): StoredOutputs {
  return {
    output: async (task_id, name) => outputOf(connection, await taskFolder(folder, task_id, false), task_id, name),

    async removeOutputs(task_id) {
      const range = IDBKeyRange.bound([ownerOf(task_id)], [ownerOf(task_id), LAST]);
      await connection((db) => db.delete('files', range));
      const parent = await appFolder(folder, false);
      if (parent) await whenFree(() => absent(parent.removeEntry(task_id, { recursive: true })));
    },

    removeFolder: () => removeOpfsFolder(folder),
  };
}

export async function outputOf(
  connection: Connection,
  directory: FileSystemDirectoryHandle | null,
  task_id: string,
  name: string,
) {
  const handle = directory && (await absent(directory.getFileHandle(await entryOf(name))));
  if (handle) return handle.getFile();
  const rows = await connection((db) => db.getAll('files', chunksOf(task_id, name)));
  return rows.length > 0 ? new Blob(rows.map((row) => row.body as BlobPart)) : null;
}
