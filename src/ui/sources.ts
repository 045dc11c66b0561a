/** Files and folders that people drop or pick. Where the browser has handles, they are kept: nothing is copied then. */
import type { AddedFile } from '../client/index.ts';

/** An output file of a task that is completed. */
export interface OutputRef {
  task_id: string;
  name: string;
}

export interface Source {
  source: File | FileSystemFileHandle | AddedFile | OutputRef;
  /** With its folders, as in `photos/2026/a.jpg`. */
  name: string;
}

export const canPickFolders = 'showDirectoryPicker' in window || 'webkitdirectory' in HTMLInputElement.prototype;

/** What was dropped. Has to be called in the handler itself: after its first `await` the transfer is empty. */
export function dropped({ items }: DataTransfer): Promise<Source[]> {
  const found = [...items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({
      handle: item.getAsFileSystemHandle?.(),
      entry: item.webkitGetAsEntry(),
      file: item.getAsFile(),
    }));
  return flat(
    found.map(async ({ handle, entry, file }) => {
      const kept = await handle;
      if (kept) return inHandle(kept, kept.name);
      if (entry) return inEntry(entry);
      return file ? [{ source: file, name: file.name }] : [];
    }),
  );
}

/** What the system has opened the app with. */
export const launched = (handles: readonly FileSystemHandle[]): Promise<Source[]> =>
  flat(handles.map((handle) => inHandle(handle, handle.name)));

/** What was pasted: files, or else its text as a file of the given name. */
export function pasted(data: DataTransfer, nameOfText: string): Source[] {
  const found = [...data.files].map((source) => ({ source, name: source.name }));
  const text = data.getData('text/plain');
  if (found.length > 0 || text === '') return found;
  return [{ source: new File([text], nameOfText, { type: 'text/plain' }), name: nameOfText }];
}

export async function pickFiles(): Promise<Source[]> {
  if (!window.showOpenFilePicker) return pickByInput({ multiple: true });
  const handles = await unlessLeft(window.showOpenFilePicker({ multiple: true }));
  return (handles ?? []).map((source) => ({ source, name: source.name }));
}

export async function pickFolder(): Promise<Source[]> {
  if (!window.showDirectoryPicker) return pickByInput({ webkitdirectory: true });
  const handle = await unlessLeft(window.showDirectoryPicker({ mode: 'read' }));
  return handle ? inHandle(handle, handle.name) : [];
}

/** Null when a picker was closed without a choice. */
export async function unlessLeft<T>(picked: Promise<T>): Promise<T | null> {
  try {
    return await picked;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

function pickByInput(kind: { multiple: true } | { webkitdirectory: true }): Promise<Source[]> {
  const input = Object.assign(document.createElement('input'), { type: 'file', ...kind });
  return new Promise((resolve) => {
    input.addEventListener('cancel', () => resolve([]));
    input.addEventListener('change', () => {
      const files = [...(input.files ?? [])];
      resolve(files.map((source) => ({ source, name: source.webkitRelativePath || source.name })));
    });
    input.click();
  });
}

async function inHandle(handle: FileSystemHandle, path: string): Promise<Source[]> {
  if (handle instanceof FileSystemFileHandle) return [{ source: handle, name: path }];
  if (!(handle instanceof FileSystemDirectoryHandle)) return [];
  const children: FileSystemHandle[] = [];
  for await (const child of handle.values()) children.push(child);
  return flat(children.sort(byName).map((child) => inHandle(child, `${path}/${child.name}`)));
}

async function inEntry(entry: FileSystemEntry): Promise<Source[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (isFileEntry(entry)) {
    const source = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ source, name: path }];
  }
  if (!isDirectoryEntry(entry)) return [];
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    // One call gives at most a hundred of them, none after the last.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    children.push(...some);
  }
  return flat(children.sort(byName).map(inEntry));
}

const isFileEntry = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isDirectoryEntry = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

const flat = async (parts: Promise<Source[]>[]): Promise<Source[]> => (await Promise.all(parts)).flat();
