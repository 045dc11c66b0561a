/** Where the output files of a task lie: a folder of OPFS, or rows of the database where there is none. */
import { type FileRow, LAST } from './idb-schema.ts';

export const OWNER = 'task:';
export const ownerOf = (task_id: string) => `${OWNER}${task_id}`;
/** No output's name has it, encoded. */
export const UNDO = '@undo';
/** Chromium takes about two seconds to stop a busy worker that was terminated; its handles are free only then (measured, 156). */
export const HANDLE_RETRIES = 50;
const HANDLE_RETRY_MS = 100;

export async function appFolder(folder: string, create: boolean): Promise<FileSystemDirectoryHandle | null> {
  if (!('storage' in navigator) || typeof navigator.storage?.getDirectory !== 'function') return null;
  const root = await navigator.storage.getDirectory().catch((error: unknown) => {
    // There is one, and this window may not have it (private windows of Firefox).
    if (error instanceof DOMException && error.name === 'SecurityError') return null;
    throw error;
  });
  return root && absent(root.getDirectoryHandle(folder, { create }));
}

export async function taskFolder(
  folder: string,
  task_id: string,
  create: boolean,
): Promise<FileSystemDirectoryHandle | null> {
  const parent = await appFolder(folder, create);
  return parent && absent(parent.getDirectoryHandle(task_id, { create }));
}

export async function absent<T>(promise: Promise<T>): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}

/** A handle that another worker has open is free soon: after a reload, or once a terminated worker has stopped. */
export async function whenFree<T>(open: () => Promise<T>): Promise<T> {
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

/** With whatever is in it; waits for a dying worker that still has some of it open. */
export async function removeOpfsFolder(folder: string): Promise<void> {
  if (!(await appFolder(folder, false))) return;
  const root = await navigator.storage.getDirectory();
  await whenFree(() => absent(root.removeEntry(folder, { recursive: true })));
}

export const rowOf = (task_id: string, name: string, type: string): FileRow => ({
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
export const MAX_ENTRY = 200;

/** The entry in a task's folder that holds an output file: its name in ASCII without slashes, or what stands for it. */
export async function entryOf(name: string): Promise<string> {
  const encoded = encodeURIComponent(name.toWellFormed());
  if (encoded.length <= MAX_ENTRY && !/^\.{1,2}$/.test(encoded)) return encoded;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(name)));
  return `%-${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export const chunksOf = (task_id: string, name: string, from = 0) =>
  IDBKeyRange.bound([ownerOf(task_id), name, from], [ownerOf(task_id), name, LAST]);
