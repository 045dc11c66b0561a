import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Moment } from '../../../src/ui/task/moments.ts';
import { moved, noThroughput, seriesOf, summaryOf } from '../../../src/ui/task/throughput.ts';
import { change, completed, gap, lost, progress, started } from './moments.ts';

const of = (...moments: Moment[]) => moved(noThroughput, moments);
const amount = ({ bars }: ReturnType<typeof of>) => bars.reduce((sum, { done }) => sum + done, 0);

test('a steady task has one speed', () => {
  const throughput = of(started(0), progress(1, 100), progress(2, 200), completed(3, 300));
  const { times, rates } = seriesOf(throughput);
  expect(times[0]).toBe(0.125);
  expect(rates).toHaveLength(12);
  for (const rate of rates) expect(rate).toBeCloseTo(100);
  expect(summaryOf(throughput)).toEqual({ mean: expect.closeTo(100), peak: expect.closeTo(100) });
});

test('while a task does not run it has no speed, which is not a speed of nothing', () => {
  const paused = change(1, { kind: 'paused', reason: 'user', stopped: null }, { status: 'paused', done: 10 });
  const { rates } = seriesOf(of(started(0), progress(1, 10), paused, started(2, 2, 'a', 10), progress(3, 10, 2)));
  expect(rates.slice(4, 8)).toEqual([null, null, null, null]);
  expect(rates.slice(8)).toEqual([0, 0, 0, 0]);
});

test('what an attempt does again is done twice, and what was lost is nobody’s speed', () => {
  const throughput = of(started(0), progress(1, 100), lost(60, 100), started(60, 2, 'b', 50), progress(61, 150, 2));
  expect(amount(throughput)).toBeCloseTo(200);
  expect(summaryOf(throughput)?.mean).toBeCloseTo(100);
});

test('over a gap nothing is known', () => {
  const throughput = of(started(0), progress(1, 10), gap(3, 90, {}), progress(50, 900), progress(51, 910));
  expect(amount(throughput)).toBeCloseTo(20);
});

test('a task that never says how far it is has no speed', () => {
  expect(summaryOf(of(started(0), completed(5, 0)))).toBeNull();
  expect(seriesOf(noThroughput)).toEqual({ times: [], rates: [] });
});

test('however long and in however many pages, the bars are few and nothing is lost', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 1_000 })), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 50 }), (steps, page) => {
      let [time, done] = [0, 0];
      const moments = [started(0)];
      for (const [wait, more] of steps) {
        time += wait;
        done += more;
        moments.push(progress(time, done));
      }
      let throughput = noThroughput;
      for (let at = 0; at < moments.length; at += page) throughput = moved(throughput, moments.slice(at, at + page));
      expect(throughput.bars.length).toBeLessThanOrEqual(242);
      expect(amount(throughput)).toBeCloseTo(done, 3);
      expect(throughput.bars.reduce((sum, { ran }) => sum + ran, 0)).toBeCloseTo(time * 1000, 3);
    }),
    { numRuns: 100 },
  );
});
