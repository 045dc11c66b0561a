import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { paced } from '../../../src/ui/pacing.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('paced work is done at once, then once for all that asked meanwhile, and at once again after a rest', () => {
  const work = vi.fn();
  const ask = paced(100, work);
  ask();
  expect(work).toHaveBeenCalledTimes(1);
  ask();
  vi.advanceTimersByTime(50);
  ask();
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(50);
  expect(work).toHaveBeenCalledTimes(2);
  ask();
  vi.advanceTimersByTime(99);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(1_000);
  expect(work).toHaveBeenCalledTimes(3);
  ask();
  expect(work).toHaveBeenCalledTimes(4);
});
