import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { filesOf } from '../../../src/core/files.ts';
import { FileMissing } from '../../../src/core/stored-files.ts';
import { freshStore } from './database.ts';

const MiB = 1024 * 1024;

beforeEach(() => void vi.stubGlobal('navigator', {}));
afterEach(() => void vi.restoreAllMocks());

/** Files in a database that takes no blobs, as in a private window of Safari. */
function blobless() {
  const { database } = freshStore();
  const { put } = IDBObjectStore.prototype;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, row, key) {
    if (row.body instanceof Blob) throw new DOMException('Error preparing Blob/File data', 'UnknownError');
    return put.call(this, row, key);
  });
  return { files: filesOf(database, 'folder'), database };
}

const bytes = new Uint8Array(9 * MiB + 5).map((_, i) => (i * 31) >> 3);

test('a file is kept byte by byte where the database takes no blobs', async () => {
  const { files } = blobless();
  const { file_id } = await files.addInput(new File([bytes], 'a.bin', { type: 'x/y' }));
  const file = await files.content(file_id);
  expect({ name: file.name, type: file.type, size: file.size }).toEqual({
    name: 'a.bin',
    type: 'x/y',
    size: bytes.length,
  });
  expect(Buffer.from(await file.arrayBuffer()).equals(bytes)).toBe(true);
});

test('a job reads what it asks for, across the parts too', async () => {
  const { files } = blobless();
  const { file_id } = await files.addInput(new File([bytes], 'a.bin'));
  const input = await files.openInput(file_id);
  expect(input.size).toBe(bytes.length);
  for (const [start, end] of [
    [0, 10],
    [4 * MiB - 3, 4 * MiB + 3],
    [MiB, 9 * MiB],
    [8 * MiB, bytes.length],
    [5, 5],
  ] as const)
    expect(Buffer.from(await input.read(start, end)).equals(bytes.subarray(start, end)), `${start} to ${end}`).toBe(
      true,
    );
});

test('an empty file is there, and empty', async () => {
  const { files } = blobless();
  const { file_id } = await files.addInput(new File([], 'empty'));
  expect((await files.content(file_id)).size).toBe(0);
});

test('a file that is removed leaves no part behind, and is missing', async () => {
  const { files, database } = blobless();
  const { file_id } = await files.addInput(new File([bytes], 'a.bin'));
  await files.removeInput(file_id);
  expect(await database((db) => db.count('files'))).toBe(0);
  await expect(files.content(file_id)).rejects.toThrow(FileMissing);
});

test('a file that was not written to its end is missing', async () => {
  const { files, database } = blobless();
  const { file_id } = await files.addInput(new File([bytes], 'a.bin'));
  await database((db) => db.delete('files', [`input:${file_id}`, file_id, 8 * MiB]));
  await expect(files.content(file_id)).rejects.toThrow(FileMissing);
  const input = await files.openInput(file_id);
  await expect(input.read(8 * MiB, bytes.length)).rejects.toThrow(FileMissing);
});
