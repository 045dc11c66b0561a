import { expect, onTestFinished, test, vi } from 'vitest';
import type { IndexMessage } from '../../../src/core/search.ts';
import { keepIndex } from '../../../workers/executor/index-keeper.ts';
import { until } from './bench.ts';

const CHANNEL = 'app:lasting:index';

/** An executor's keeper whose workers do what a test tells them; `held`: who has the index open. */
function keeper() {
  const held = new Set<object>();
  const workers: Pick<Worker, 'onmessage'>[] = [];
  const request = async (_: string, __: LockOptions, granted: (lock: object) => unknown) => granted({});
  const stop = keepIndex({
    channel: CHANNEL,
    keeperLock: 'app:keeper',
    locks: {
      request: request as LockManager['request'],
      query: async () => ({ held: [...held].map(() => ({ name: CHANNEL })), pending: [] }),
    },
    create() {
      const worker = { onmessage: null, onerror: null, postMessage() {}, terminate: () => void held.delete(worker) };
      workers.push(worker);
      return worker as Partial<Worker> as Worker;
    },
    scope: '/app/',
    report: (error) => expect(error).toBe(undefined),
  });
  const channel = new BroadcastChannel(CHANNEL);
  onTestFinished(() => {
    stop();
    channel.close();
  });
  const ask = () =>
    channel.postMessage({
      kind: 'ask',
      id: 'a',
      question: { about: 'documents', q: '', limit: 1, after: 0 },
    } satisfies IndexMessage);
  return { held, workers, ask };
}

test('a worker that died with the index, and told nobody, is followed by another at the next question', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { held, workers, ask } = keeper();
  ask();
  await until(() => workers.length === 1);
  const [first] = workers;
  if (first) held.add(first);
  await vi.advanceTimersByTimeAsync(20_000);
  ask();
  await until(() => true);
  expect(workers.length).toBe(1);
  held.clear();
  await vi.advanceTimersByTimeAsync(20_000);
  ask();
  await until(() => workers.length === 2);
});
