/** The worker that has the index open while no task does. */
import 'fake-indexeddb/auto';
import { expect, onTestFinished, test, vi } from 'vitest';
import { connection } from '../../../../src/core/connection.ts';
import { lastingFilesOf } from '../../../../src/core/lasting-file.ts';
import { namesFor } from '../../../../src/core/names.ts';
import { type Answer, INDEX, type IndexMessage, type Question } from '../../../../src/core/search.ts';
import { openIndex } from '../../../../workers/jobs/index/open.ts';

const SCOPE = 'https://localhost/';

test('where no room is left to take out what was forgotten, the index is answered all the same, and can be begun anew', async () => {
  const posted: unknown[] = [];
  const post = (data: unknown) => void posted.push(data);
  const self = { onmessage: (_: { data: string }) => {}, postMessage: post, reportError: post };
  vi.stubGlobal('self', self);
  // Nobody else wants the file.
  const request = async (_: string, options: unknown, granted = options as LockGrantedCallback<unknown>) =>
    granted(null);
  const locks = { request } as LockManager;
  vi.stubGlobal('navigator', { locks });
  const names = namesFor(SCOPE);
  const database = connection(names.database);
  const file = await lastingFilesOf(database, names, locks).open(INDEX);
  const index = await openIndex(file);
  const begun = index.begin('task', { file: 'a', digest: 'a', format: 'text', encoding: 'auto', size: 1 });
  index.add(begun, 'a', ['words'], 'null');
  index.finish('task', 0, begun, 'a', null);
  index.settle('task', true);
  index.forget(null);
  await index.flush();
  index.close();
  file.close();

  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('The storage is full', 'QuotaExceededError');
  });
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => void vi.restoreAllMocks());
  const channel = new BroadcastChannel(file.channel);
  onTestFinished(() => channel.close());
  const ask = (question: Question) =>
    new Promise<Answer>((resolve) => {
      channel.onmessage = ({ data }: MessageEvent<IndexMessage>) => data.kind === 'answer' && resolve(data);
      channel.postMessage({ kind: 'ask', id: question.about, question } satisfies IndexMessage);
    });
  await import('../../../../workers/index/main.ts');
  self.onmessage({ data: SCOPE });
  await vi.waitFor(() => expect(told).toHaveBeenCalledWith('holdfast index:', expect.anything()), { timeout: 30_000 });
  expect(await ask({ about: 'documents', q: '', limit: 1, after: 0 })).toMatchObject({ value: { total: 0 } });
  put.mockRestore();
  expect(await ask({ about: 'forget', document_id: null })).toMatchObject({ value: { count: 0 }, refused: null });
  expect(posted).toEqual([]);
  channel.postMessage({ kind: 'wanted' } satisfies IndexMessage);
  await vi.waitFor(() => expect(posted).toEqual(['closed']), { timeout: 30_000 });
});
