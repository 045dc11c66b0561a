/** Answers on the channel of the index. */
import 'fake-indexeddb/auto';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Answer, IndexMessage, Question } from '../../../../src/core/search.ts';
import { answerOn } from '../../../../workers/jobs/index/answer.ts';
import { openIndex } from '../../../../workers/jobs/index/open.ts';
import { freshStore } from '../../core/database.ts';
import { lastingIn } from '../../lasting.ts';

/** Whoever asks on a channel, as the service worker does. */
function asker(name: string) {
  const channel = new BroadcastChannel(name);
  const waiting = new Map<string, (answer: Answer) => void>();
  channel.onmessage = ({ data }: MessageEvent<IndexMessage>) => {
    if (data.kind === 'answer') waiting.get(data.id)?.(data);
  };
  onTestFinished(() => channel.close());
  return {
    /** Asked so many times, as happens while no answer comes. */
    ask(id: string, question: Question, times = 1): Promise<Answer> {
      const { promise, resolve } = Promise.withResolvers<Answer>();
      waiting.set(id, resolve);
      for (let i = 0; i < times; i += 1) channel.postMessage({ kind: 'ask', id, question } satisfies IndexMessage);
      return promise;
    },
  };
}

test('an index that is begun anew is begun anew once, however often that was asked, and what is asked meanwhile waits', async () => {
  vi.stubGlobal('navigator', {});
  const file = await lastingIn(freshStore().database).open('index');
  let index = await openIndex(file);
  let cleared = 0;
  const stop = answerOn(file.channel, {
    index: () => index,
    async clear() {
      cleared += 1;
      index.close();
      await file.clear();
      index = await openIndex(file);
    },
  });
  onTestFinished(() => {
    stop();
    index.close();
    file.close();
  });
  const { ask } = asker(file.channel);
  const answers = await Promise.all([
    ask('a', { about: 'forget', document_id: null }, 3),
    ask('b', { about: 'documents', q: '', limit: 1, after: 0 }),
  ]);
  expect(answers.map(({ refused }) => refused)).toEqual([null, null]);
  expect(cleared).toBe(1);
});

test('a task that has the index open is not settled by others: what is to become of it was asked before it was retried', async () => {
  vi.stubGlobal('navigator', {});
  const file = await lastingIn(freshStore().database).open('index');
  const index = await openIndex(file);
  const stop = answerOn(file.channel, { index: () => index, clear: null, task_id: 'retried' });
  onTestFinished(() => {
    stop();
    index.close();
    file.close();
  });
  for (const task of ['retried', 'canceled']) {
    const begun = index.begin(task, { file: task, digest: task, format: 'text', encoding: 'auto', size: 1 });
    index.add(begun, task, ['words'], 'null');
    index.finish(task, 0, begun, task, null);
  }
  const { ask } = asker(file.channel);
  for (const task_id of ['retried', 'canceled'])
    expect(await ask(task_id, { about: 'settle', task_id, keep: false })).toMatchObject({ refused: null });
  expect(index.report('retried').map(({ document }) => document?.file)).toEqual(['retried']);
  expect(index.documents('', 10, 0).documents.map(({ file }) => file)).toEqual(['retried']);
});
