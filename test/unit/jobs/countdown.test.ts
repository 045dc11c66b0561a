import { getEventListeners } from 'node:events';
import * as v from 'valibot';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { job } from '../../../workers/jobs/countdown/run.ts';
import { killedAgainAndAgain, killedAt, undisturbed } from './harness.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a countdown tells every step and results in their number', async () => {
  const { result, yields } = await undisturbed(job, { steps: 3, step_ms: 0 });
  expect(result).toEqual({ steps: 3 });
  expect(yields).toMatchObject([
    { done: 1, total: 3, unit: 'steps', message: '1 of 3' },
    { done: 2, total: 3, unit: 'steps', message: '2 of 3' },
    { done: 3, total: 3, unit: 'steps', message: '3 of 3' },
  ]);
});

test('without input a countdown takes ten steps of a second', async () => {
  const end = undisturbed(job, {});
  await vi.advanceTimersByTimeAsync(9_999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect((await end).result).toEqual({ steps: 10 });
});

test('a countdown goes on after the step it was killed at', async () => {
  for (const n of [0, 1, 2, 3, 4]) {
    const { result, yields } = await killedAt(job, { steps: 4, step_ms: 0 }, {}, n);
    expect(result).toEqual({ steps: 4 });
    expect(yields.map(({ done }) => done)).toEqual([1, 2, 3, 4].slice(n));
  }
  expect((await killedAgainAndAgain(job, { steps: 4, step_ms: 0 }, {})).result).toEqual({ steps: 4 });
});

test('a countdown fails at the step it was asked to fail at', async () => {
  await expect(undisturbed(job, { steps: 5, step_ms: 0, fail_at: 3 })).rejects.toThrow('Failed at step 3 of 5');
});

test('a countdown that is told to stop while it waits ends at once, cleans up and leaves no timer or listener', async () => {
  const { signal, abort } = stoppable();
  const log = vi.fn();
  const run = job.run(v.parse(job.input, { steps: 2 }), {
    signal,
    resumeFrom: null,
    log,
    output: never,
    task_id: 'task',
    randomOutput: never,
    lasting: never,
    file: never,
  });
  const first = run.next();
  await vi.advanceTimersByTimeAsync(1000);
  await first;
  const second = expect(run.next()).rejects.toThrow('enough');
  abort(new Error('enough'));
  await second;
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(log.mock.calls).toEqual([['info', 'cleaned up after step 1']]);
});

test('a countdown that is told to stop between two steps cleans up', async () => {
  const log = vi.fn();
  const { signal } = stoppable();
  const run = job.run(v.parse(job.input, { step_ms: 0 }), {
    signal,
    resumeFrom: null,
    log,
    output: never,
    task_id: 'task',
    randomOutput: never,
    lasting: never,
    file: never,
  });
  await run.next();
  await run.return({ steps: 0 });
  expect(log.mock.calls).toEqual([['info', 'cleaned up after step 1']]);
});

test('a countdown whose signal has aborted already does not begin to wait', async () => {
  await expect(undisturbed(job, {}, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  expect(vi.getTimerCount()).toBe(0);
});

test.each([{ steps: 0 }, { steps: 100_001 }, { steps: 1.5 }, { step_ms: -1 }, { fail_at: 0 }, { step: 1 }])(
  '%o is no input of a countdown',
  (input) => {
    expect(v.is(job.input, input)).toBe(false);
  },
);

function stoppable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: Error) => controller.abort(reason) };
}

const never = () => Promise.reject(new Error('a countdown has no files'));
