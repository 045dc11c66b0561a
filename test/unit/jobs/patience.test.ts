/** How long a thread may take, on a machine that has other things to do. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { allowance, patience, slowdown } from '../../../workers/jobs/patience.ts';
import { clockThatLeaps } from './clock.ts';

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

test('an allowance lasts over many turns: only those count, and what is left at the end of one is there in the next', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const late = vi.fn();
  const { run, rest } = allowance(10_000, late, async () => 2);
  for (let turn = 0; turn < 8; turn += 1) {
    run();
    await vi.advanceTimersByTimeAsync(2_400);
    rest();
    await vi.advanceTimersByTimeAsync(60_000);
  }
  expect(late).not.toHaveBeenCalled();
  run();
  await vi.advanceTimersByTimeAsync(799);
  expect(late).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(late).toHaveBeenCalledOnce();
});

test('time in which a frozen tab or a sleeping machine runs no timers does not count', async () => {
  const { leap } = clockThatLeaps();
  const late = vi.fn();
  patience(async () => 1).start(20_000, late);
  for (let second = 0; second < 5; second += 1) await leap(1_000);
  await leap(8 * 3_600_000);
  for (let second = 0; second < 13; second += 1) await leap(1_000);
  expect(late).not.toHaveBeenCalled();
  await leap(1_000);
  expect(late).toHaveBeenCalledOnce();
});
