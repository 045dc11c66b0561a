import { expect, test } from 'vitest';
import { measured, said } from '../../../src/ui/format.ts';
import { speak } from '../../../src/ui/strings.ts';

await speak('en');

test('what is completed is told once, and what is not as a part of the whole', () => {
  const task = { done: 2_000, total: 2_000, unit: 'bytes' };
  expect(measured({ ...task, status: 'completed' })).toEqual(['2 kB']);
  expect(measured({ ...task, done: 1_000, status: 'paused' })).toEqual(['1 kB of 2 kB']);
  expect(measured({ done: 0, total: null, unit: null, status: 'running' })).toEqual([]);
});

test('a message that only repeats the figures is not told beside them', () => {
  expect(said({ message: '77 of 10000', done: 77, total: 10_000 })).toEqual([]);
  expect(said({ message: '77 of 10000: a.txt', done: 77, total: 10_000 })).toEqual(['77 of 10000: a.txt']);
  expect(said({ message: '', done: 77, total: 10_000 })).toEqual([]);
});
