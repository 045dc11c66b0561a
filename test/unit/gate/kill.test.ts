import 'fake-indexeddb/auto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Job } from '../../../src/core/job.ts';
import type { Checkpoint } from '../../../src/core/schema.ts';
import type { Work } from '../../gate/gate.ts';
import { attempt, finish } from './attempt.ts';
import { stage, works } from './stage.ts';

/** A life for each checkpoint: on a machine that does other work as well that takes its time. */
const LONG_MS = 180_000;

/** The runner takes a checkpoint a second: on this clock that is at every yield. */
beforeEach(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 1_000;
    return now;
  });
});
afterEach(() => void vi.restoreAllMocks());

/** What each work leaves when nothing disturbs it: found out once. */
const undisturbed = new Map<Work, ReturnType<typeof finish>>();

function wholeOf(job: Job, work: Work) {
  const whole = undisturbed.get(work) ?? stage(job, work).then((staged) => finish(job, staged, 'whole'));
  undisturbed.set(work, whole);
  return whole;
}

test.each(works)(
  '$type ($what), killed at any of its checkpoints, ends as if nothing had been',
  async ({ job, work }) => {
    const whole = await wholeOf(job, work);
    const staged = await stage(job, work);
    for (let n = 0; n < whole.taken; n += 1) {
      const task_id = `killed after ${n}`;
      await staged.afresh();
      const killed = await attempt(job, staged, task_id, null, n);
      if (killed.kind === 'ended') throw new Error(`It had no checkpoint ${n} this time, of ${whole.taken}.`);
      const { left } = await finish(job, staged, task_id, killed.checkpoint);
      expect({ n, ...left }).toEqual({ n, ...whole.left });
    }
  },
  LONG_MS,
);

test.each(works)(
  '$type ($what), killed again and again after one checkpoint more, ends as if nothing had been',
  async ({ job, work }) => {
    const whole = await wholeOf(job, work);
    const staged = await stage(job, work);
    await staged.afresh();
    let checkpoint: Checkpoint | null = null;
    for (let lives = 0; ; lives += 1) {
      const life = await attempt(job, staged, 'again and again', checkpoint, 1);
      if (life.kind === 'ended') {
        expect(life.left).toEqual(whole.left);
        return;
      }
      expect(lives).toBeLessThan(whole.taken + 2);
      checkpoint = life.checkpoint;
    }
  },
);

test.each(works.filter(({ busy }) => !busy))(
  '$type ($what) has checkpoints enough to be killed at',
  async ({ job, work }) => {
    const { taken } = await wholeOf(job, work);
    expect(taken).toBeGreaterThanOrEqual(3);
  },
);
