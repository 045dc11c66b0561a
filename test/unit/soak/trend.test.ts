import { expect, test } from 'vitest';
import { grows, trendOf } from '../../soak/trend.mjs';

const samples = (values: number[]) => values.map((value, at) => ({ at, value }));
/** Noise that is the same at each run, between -1 and 1. */
const noise = (at: number) => Math.sin(at * 12.9898) * Math.cos(at * 78.233);

test('the line through points of a line is that line, without error', () => {
  const { mean, slope, error } = trendOf(samples([1, 3, 5, 7]));
  expect([mean, slope]).toEqual([4, 2]);
  expect(error).toBeCloseTo(0);
});

test('the error of a slope is that of the textbook', () => {
  // x 0…4, y 1 2 1 3 2: slope 0.3, residuals squared 1.9 together, sqrt(1.9 / 3 / 10).
  const { slope, error } = trendOf(samples([1, 2, 1, 3, 2]));
  expect(slope).toBeCloseTo(0.3);
  expect(error).toBeCloseTo(Math.sqrt(1.9 / 3 / 10));
});

test('noise does not grow, and a leak under the same noise does', () => {
  const times = Array.from({ length: 60 }, (_, at) => at);
  const flat = trendOf(samples(times.map((at) => 100 + 5 * noise(at))));
  const leak = trendOf(samples(times.map((at) => 100 + 5 * noise(at) + at * 0.5)));
  expect([flat, leak].map((trend) => grows(trend, 0))).toEqual([false, true]);
});

test('growth within what is allowed is none', () => {
  const trend = trendOf(samples([1, 2, 3, 4]));
  expect([grows(trend, 0.9), grows(trend, 1.1)]).toEqual([true, false]);
});

test('too few samples, or all at once, have no trend', () => {
  expect(() => trendOf(samples([1, 2]))).toThrow('three samples');
  expect(() => trendOf([1, 2, 3].map((value) => ({ at: 0, value })))).toThrow('same time');
  expect(() => trendOf(samples([1, 2, Number.NaN, 4]))).toThrow('no number');
});
