import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
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

test('a file that is begun anew has nothing of before', async () => {
  const { openOutput, output } = files();
  const first = await openOutput('task', 'a.txt', 'text/plain', 0);
  await first.write('before');
  await first.flush();
  await openOutput('task', 'a.txt', 'text/plain', 0);
  expect(await (await output('task', 'a.txt'))?.text()).toBe('');
});

test('the entry of a file fits every file system, and no two names share one', async () => {
  const names = ['a/b.txt', '..', '.', '%-', 'é'.repeat(300), `${'é'.repeat(299)}e`, '\ud800'];
  const entries = await Promise.all(names.map(entryOf));
  for (const entry of entries) expect(entry).toMatch(/^(?!\.{1,2}$)[\w!'()*.%~-]{1,255}$/);
  expect(new Set(entries).size).toBe(names.length);
});
