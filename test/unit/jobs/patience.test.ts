/** How long a thread may take, on a machine that has other things to do. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { patience, slowdown } from '../../../workers/jobs/patience.ts';

/** Threads that want the processor, more than there are. */
async function busy(): Promise<void> {
  const threads = Array.from(
    { length: 2 * availableParallelism() },
    () => new Worker("require('node:worker_threads').parentPort.postMessage(0); for (;;);", { eval: true }),
  );
  onTestFinished(async () => void (await Promise.all(threads.map((thread) => thread.terminate()))));
  await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('message', resolve))));
}

test('where many threads want the processor, it is noticed', async () => {
  await busy();
  expect(await slowdown()).toBeGreaterThan(1.5);
});

test.for([
  { times: 1, ms: 100 },
  { times: 3, ms: 300 },
  { times: 1_000, ms: 1_000 },
])(
  'where a thread takes $times times as long, one is waited for as much longer as it takes: $ms ms',
  async ({ times, ms }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { start } = patience(async () => times);
    const late = vi.fn();
    start(100, late);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(late).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(late).toHaveBeenCalledOnce();
  },
);

test('what is there in time is never late', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { start, stop } = patience();
  const late = vi.fn();
  start(100, late);
  await vi.advanceTimersByTimeAsync(99);
  start(100, late);
  await vi.advanceTimersByTimeAsync(99);
  stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(late).not.toHaveBeenCalled();
});
