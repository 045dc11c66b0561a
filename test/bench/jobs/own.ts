/** The jobs of the bench. */
import { defineJob, type Job } from '../../../src/core/job.ts';
import { between, clock, pause } from '../bench.ts';
import * as specs from './specs.ts';
import { yields } from './yields.ts';

/** Each progress says when it was yielded. */
const ticks = defineJob({
  ...specs.ticks,
  async *run({ count, low_ms, high_ms }) {
    for (let done = 1; done <= count; done += 1) {
      await pause(between(low_ms, high_ms));
      yield { done, total: count, message: String(clock()) };
    }
  },
});

/** Each line says when it was logged. */
const flood = defineJob({
  ...specs.flood,
  async *run({ count }, { log }) {
    for (let done = 1; done <= count; done += 1) {
      log('info', String(clock()));
      if (done % 100 === 0) yield { done, total: count };
    }
  },
});

export const jobs = new Map<string, Job>([
  ['ticks', ticks],
  ['flood', flood],
  ['yields', defineJob({ ...specs.yields, run: ({ count }) => yields(count) })],
]);
