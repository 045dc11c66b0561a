/** How long a thread may take, on a machine that has other things to do. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { patience, slowdown } from '../../../workers/jobs/documents/patience.ts';

/** Threads that want the processor, many more than there are. */
async function busy(): Promise<void> {
  const threads = Array.from(
    { length: 8 * availableParallelism() },
    () => new Worker("require('node:worker_threads').parentPort.postMessage(0); for (;;);", { eval: true }),
  );
  onTestFinished(async () => void (await Promise.all(threads.map((thread) => thread.terminate()))));
  await Promise.all(threads.map((thread) => new Promise((resolve) => thread.once('message', resolve))));
}

test('where many threads want the processor, each is found to be several times slower', async () => {
  await busy();
  expect(await slowdown()).toBeGreaterThan(3);
});

test('what takes too long by the clock alone is waited for while the machine is busy, and is given up in the end', async () => {
  await busy();
  const { start, stop } = patience();
  onTestFinished(stop);
  const began = performance.now();
  await new Promise<void>((late) => start(100, late));
  const took = performance.now() - began;
  expect(took).toBeGreaterThan(300);
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
