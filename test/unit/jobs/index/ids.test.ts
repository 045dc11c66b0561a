/** What documents are known by. */
import 'fake-indexeddb/auto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Index, openIndex } from '../../../../workers/jobs/index/open.ts';
import { freshStore } from '../../core/database.ts';
import { lastingIn } from '../../lasting.ts';

/** As a task does it, a millisecond after the one before. */
function bring(index: Index, task: string, file: string): number {
  vi.setSystemTime(Date.now() + 1);
  const begun = index.begin(task, { file, digest: file, format: 'text', encoding: 'auto', size: 1 });
  index.add(begun, file, [`words of ${file}`], 'null');
  index.finish(task, index.entries(task), begun, file, null);
  return begun.id;
}

test('the id of a document that was forgotten never comes back, also in an index that was begun anew', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  vi.stubGlobal('navigator', {});
  const file = await lastingIn(freshStore().database).open('index');
  let index = await openIndex(file);
  const old = bring(index, 'A', 'old');
  expect(index.forget(old)).toBe(1);
  await index.sweep();
  const next = bring(index, 'A', 'next');
  expect(next).toBeGreaterThan(old);
  // The task that brought the old one tells of no other in its place.
  expect(index.report('A').map((entry) => [entry.file, entry.document?.file ?? null])).toEqual([
    ['old', null],
    ['next', 'next'],
  ]);
  expect(index.page(next, 1)).toMatchObject({ document_id: next, text: 'words of next' });

  index.close();
  await file.clear();
  index = await openIndex(file);
  expect(bring(index, 'B', 'anew')).toBeGreaterThan(next);
  index.close();
  file.close();
});
