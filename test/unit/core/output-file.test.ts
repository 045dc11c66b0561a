import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { opfsFile } from '../../../src/core/opfs-file.ts';
import { outputFilesOf } from '../../../src/core/output-file.ts';
import { entryOf } from '../../../src/core/output-folder.ts';
import { freshStore } from './database.ts';

// Without OPFS, as in private windows of Firefox.
beforeEach(() => void vi.stubGlobal('navigator', {}));

const files = () => outputFilesOf(freshStore().database, 'folder');

test('a file in which nothing was written is there, and empty', async () => {
  const { openOutput, output } = files();
  const handle = await openOutput('task', 'a.txt', 'text/plain', 0);
  await handle.flush();
  expect((await output('task', 'a.txt'))?.size).toBe(0);
});

test('a file has the bytes up to the place where it was cut, and those that were written after it', async () => {
  const { openOutput, output } = files();
  const first = await openOutput('task', 'a.txt', 'text/plain', 0);
  await first.write('kept ');
  await first.flush();
  await first.write('lost');
  await first.flush();
  const second = await openOutput('task', 'a.txt', 'text/plain', 'kept '.length);
  await second.write('anew');
  await second.flush();
  expect(await (await output('task', 'a.txt'))?.text()).toBe('kept anew');
});

test('a file is kept in the database where OPFS is refused, and not where it only fails', async () => {
  const { openOutput, output } = files();
  const refuse = (name: string) =>
    vi.stubGlobal('navigator', {
      storage: { getDirectory: () => Promise.reject(new DOMException('Not in this window.', name)) },
    });
  refuse('SecurityError');
  const handle = await openOutput('task', 'a.txt', 'text/plain', 0);
  await handle.write('kept');
  await handle.flush();
  expect(await (await output('task', 'a.txt'))?.text()).toBe('kept');
  refuse('UnknownError');
  await expect(openOutput('task', 'a.txt', 'text/plain', 4)).rejects.toThrow('Not in this window.');
});

test('a file that is begun anew has nothing of before', async () => {
  const { openOutput, output } = files();
  const first = await openOutput('task', 'a.txt', 'text/plain', 0);
  await first.write('before');
  await first.flush();
  await openOutput('task', 'a.txt', 'text/plain', 0);
  expect(await (await output('task', 'a.txt'))?.text()).toBe('');
});

test('a file of which less is left than a checkpoint says is not written on behind a hole: it says what is gone', async () => {
  const { openOutput, removeOutputs } = files();
  const written = async () => {
    const handle = await openOutput('task', 'a.txt', 'text/plain', 0);
    await handle.write('eight by');
    await handle.flush();
  };
  await written();
  await expect(openOutput('task', 'a.txt', 'text/plain', 9)).rejects.toThrow('"a.txt" 8 bytes are left; there were 9');
  await removeOutputs('task');
  await expect(openOutput('task', 'a.txt', 'text/plain', 8)).rejects.toThrow('0 bytes are left; there were 8');
});

test('so it is in OPFS, and the file is free again', async () => {
  const handle = { getSize: () => 8, truncate: vi.fn(), close: vi.fn() };
  const directory = { getFileHandle: async () => ({ createSyncAccessHandle: async () => handle }) };
  const open = (size: number) => opfsFile(directory as unknown as FileSystemDirectoryHandle, 'a.txt', size);
  await expect(open(9)).rejects.toThrow('8 bytes are left; there were 9');
  expect(handle.close).toHaveBeenCalledOnce();
  expect(handle.truncate).not.toHaveBeenCalled();
  await open(7);
  expect(handle.truncate).toHaveBeenCalledWith(7);
});

test('the entry of a file fits every file system, and no two names share one', async () => {
  const names = ['a/b.txt', '..', '.', '%-', 'é'.repeat(300), `${'é'.repeat(299)}e`, '\ud800'];
  const entries = await Promise.all(names.map(entryOf));
  for (const entry of entries) expect(entry).toMatch(/^(?!\.{1,2}$)[\w!'()*.%~-]{1,255}$/);
  expect(new Set(entries).size).toBe(names.length);
});
