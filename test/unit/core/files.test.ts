import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { filesOf } from '../../../src/core/files.ts';
import { freshStore } from './database.ts';

beforeEach(() => void vi.stubGlobal('navigator', {}));
afterEach(() => void vi.restoreAllMocks());

function bench() {
  const fresh = freshStore();
  return { ...fresh, files: filesOf(fresh.database, 'folder') };
}

test('files that are added together take a few transactions, not one each', async () => {
  const { files } = bench();
  await files.addInput(new File(['first'], 'first'));
  const transactions = vi.spyOn(IDBDatabase.prototype, 'transaction');
  const added = await Promise.all(
    Array.from({ length: 500 }, (_, i) => files.addInput(new File([`${i}`], `${i}.txt`))),
  );
  expect(transactions.mock.calls.length).toBeLessThan(10);
  expect(new Set(added.map(({ file_id }) => file_id)).size).toBe(500);
  for (const { file_id, name } of added) expect(`${await (await files.content(file_id)).text()}.txt`).toBe(name);
});

test('one that cannot be stored takes none of those that came with it along', async () => {
  const { files } = bench();
  const { put } = IDBObjectStore.prototype;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, row, key) {
    if (row.title === 'bad') throw new DOMException('no room', 'QuotaExceededError');
    return put.call(this, row, key);
  });
  const names = ['before', 'a', 'bad', 'b'];
  const results = await Promise.allSettled(names.map((name) => files.addInput(new File([name], name))));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  for (const result of results) {
    if (result.status === 'fulfilled') {
      expect(await (await files.content(result.value.file_id)).text()).toBe(result.value.name);
    }
  }
});

test('an input file that no task names goes after its time, one that a task names stays', async () => {
  const { files, store, submit } = bench();
  const named = await files.addInput(new File(['named'], 'named'));
  const orphan = await files.addInput(new File(['orphan'], 'orphan'));
  await submit({ input: { files: [{ file_id: named.file_id }] } });
  await store.dropOrphans(Date.now() - 1000);
  expect(await files.input(orphan.file_id)).not.toBeNull();
  await store.dropOrphans(Date.now() + 1000);
  expect(await files.input(orphan.file_id)).toBeNull();
  expect(await files.input(named.file_id)).not.toBeNull();
});

test('an input file stays that a task names which came while the others were looked through', async () => {
  const { files, store, submit } = bench();
  const { file_id } = await files.addInput(new File(['late'], 'late'));
  await submit();
  const { getAll } = IDBObjectStore.prototype;
  let late: Promise<unknown> | undefined;
  vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(function (this: IDBObjectStore, ...range) {
    // Committed after the first look, and before anything is removed.
    if (this.name === 'tasks') late ??= submit({ input: { file: { file_id } } });
    return getAll.apply(this, range);
  });
  await store.dropOrphans(Date.now() + 1000);
  await late;
  expect(late).toBeDefined();
  expect(await files.input(file_id)).not.toBeNull();
});
