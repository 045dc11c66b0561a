import { expect, test } from 'vitest';
import { job } from '../../../workers/jobs/spin/run.ts';
import { killedAt, undisturbed } from './harness.ts';

test('spin says that it begins, then nothing until it is over', async () => {
  const { result, yields, logs } = await undisturbed(job, { ms: 1 });
  expect(result).toEqual({ ms: 1 });
  expect(yields).toEqual([{ done: 0, message: 'busy for 1 ms' }]);
  expect(logs).toEqual([{ level: 'info', message: 'cleaned up' }]);
});

test('spin starts over after it was killed', async () => {
  expect((await killedAt(job, { ms: 1 }, {}, 1)).yields).toHaveLength(1);
});
