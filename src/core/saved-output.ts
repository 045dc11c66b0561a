/** An output file as it was at a checkpoint, while its job may go on. */
import { blocksAtMark } from './block-file.ts';
import type { Connection } from './connection.ts';
import { absent, entryOf, HANDLE_RETRIES, rowOf, taskFolder, UNDO } from './output-folder.ts';
import type { SavedOutput } from './schema.ts';
import { outputOf } from './stored-outputs.ts';
import { atMark, type SavedBytes } from './undo-reader.ts';

/** Null when it cannot be had. */
export async function savedOutput(
  connection: Connection,
  folder: string,
  task_id: string,
  { name, size, mark }: SavedOutput,
): Promise<SavedBytes | null> {
  const directory = await taskFolder(folder, task_id, false);
  if (mark === undefined) {
    const blob = await outputOf(connection, directory, task_id, name);
    return blob && blob.size >= size
      ? appended(blob, size, () => outputOf(connection, directory, task_id, name))
      : null;
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
          const bytes = new Uint8Array(await blob.slice(start, Math.min(end, size)).arrayBuffer());
          if (bytes.length < Math.min(end, size) - start) throw new Error('The output file was begun anew meanwhile.');
          return bytes;
        } catch (error) {
          const changed = error instanceof DOMException && error.name === 'NotReadableError';
          if (!changed || left === 0) throw error;
          blob = await again();
        }
      }
    },
  };
}
