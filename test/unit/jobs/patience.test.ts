/** How long a thread may take, on a machine that has other things to do. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { patience, slowdown } from '../../../workers/jobs/documents/patience.ts';

/** Threads that want the processor, more than there are. */
async function busy(): Promise<void> {
  const threads = Array.from(
    { length: 4 * availableParallelism() },
    () => new Worker("require('node:worker_threads').parentPort.postMessage(0); for (;;);", { eval: true }),
  );
  onTestFinished(async () => void (await Promise.all(threads.map((thread) => thread.terminate()))));
  await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('message', resolve))));
}

test('where many threads want the processor, one is waited for as much longer as it takes, and is given up in the end', async () => {
  await busy();
  const times = await slowdown();
  expect(times).toBeGreaterThan(2);
  const { start, stop } = patience();
  onTestFinished(stop);
  const began = performance.now();
  await new Promise<void>((late) => start(400, late));
  expect(performance.now() - began).toBeGreaterThan((400 * Math.min(10, times)) / 2);
});

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
