/** Files of OPFS, open for one thread: one that is written to its end, and one that is written in place. */
import { type Bytes, cutShort } from './buffered-output.ts';
import { appFolder, entryOf, UNDO, whenFree } from './output-folder.ts';
import { lastMark, undoable } from './undo-log.ts';

export async function opfsFile(directory: FileSystemDirectoryHandle, name: string, size: number): Promise<Bytes> {
  const file = await directory.getFileHandle(await entryOf(name), { create: true });
  const handle = await whenFree(() => file.createSyncAccessHandle());
  const held = handle.getSize();
  if (held < size) {
    handle.close();
    throw cutShort(name, held, size);
  }
  handle.truncate(size);
  return {
    write: async (bytes, at) => {
      for (let done = 0; done < bytes.length; ) done += handle.write(bytes.subarray(done), { at: at + done });
    },
    flush: async () => handle.flush(),
    close: () => handle.close(),
  };
}

/** The last mark that the file has, whichever that is. */
export const LATEST = 'latest';

/** A file of an OPFS folder that is written in place; null where there is no OPFS. */
export async function openUndoable(folder: string, name: string, mark: number | typeof LATEST | null) {
  const directory = await appFolder(folder, true);
  return directory && undoableFile(directory, name, mark);
}

export async function undoableFile(
  directory: FileSystemDirectoryHandle,
  name: string,
  mark: number | typeof LATEST | null,
) {
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
