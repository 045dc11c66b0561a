import { expect, test } from 'vitest';
import { judge } from '../../soak/judge.mjs';

const MIB = 1024;
/** Half an hour, a sample every ten seconds. */
const times = Array.from({ length: 180 }, (_, n) => n / 6);
const samples = (value: (at: number) => number) => times.map((at) => ({ at, value: value(at) }));
/** A store that is compacted about every minute; until then it takes up as much as it was written to, up to 20 MiB. */
const compacted = (at: number) => 4 * MIB + (at % 1.1) * (14 + 4 * Math.sin(at * 12.9898)) * MIB;

test('a leak under the noise of a store that is compacted is seen in its low points', () => {
  const leak = samples((at) => compacted(at) + (at / 60) * 6 * MIB);
  expect(judge(leak, { from: 9, lows: true }).verdict).toBe('GROWS');
  expect(judge(leak, { from: 9 }).verdict).toBe('flat');
  expect(judge(samples(compacted), { from: 9, lows: true }).verdict).toBe('flat');
});

test('a store that is smaller than what it is compacted at may still grow', () => {
  const growing = (to: number) => samples((at) => MIB + (at / 30) * (to - MIB));
  const how = { lows: true, compactedFrom: 10 * MIB };
  expect([judge(growing(9 * MIB), how).verdict, judge(growing(11 * MIB), how).verdict]).toEqual([
    'not compacted',
    'GROWS',
  ]);
});

test('a line says what growth it would have told', () => {
  const noisy = samples((at) => 100 + 5 * Math.sin(at * 78.233));
  const { seenFrom } = judge(noisy, { from: 0 });
  const grown = (hourly: number) => judge(samples((at) => 100 + 5 * Math.sin(at * 78.233) + (at / 60) * hourly));
  expect(seenFrom).toBeGreaterThan(10);
  expect([grown(seenFrom * 0.7).verdict, grown(seenFrom * 1.3).verdict]).toEqual(['flat', 'GROWS']);
});

test('what comes before and after does not count', () => {
  const filled = samples((at) => Math.min(at, 9) * 100);
  expect([judge(filled).verdict, judge(filled, { from: 9 }).verdict]).toEqual(['GROWS', 'flat']);
  const dropped = samples((at) => (at > 20 ? 0 : at * 100));
  expect([judge(dropped).verdict, judge(dropped, { until: 20 }).verdict]).toEqual(['flat', 'GROWS']);
});

test('a tenth of the mean an hour is allowed', () => {
  const rising = (hourly: number) => samples((at) => 1_000 + ((at - 15) / 60) * hourly);
  expect([judge(rising(90)).verdict, judge(rising(110)).verdict]).toEqual(['flat', 'GROWS']);
});

test('what was hardly measured is not flat', () => {
  expect(judge(samples(() => 1).slice(0, 2)).verdict).toBe('too few samples');
  expect(judge([]).verdict).toBe('too few samples');
});
