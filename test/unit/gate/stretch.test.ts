import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import type { Job } from '../../../src/core/job.ts';
import { job as countdown } from '../../../workers/jobs/countdown/run.ts';
import { openPage, watched } from './page.ts';
import { type Stage, stage, works } from './stage.ts';
import { watchTurns } from './turns.ts';

/** A job that is told to stop hears of it within this time, on a machine that does nothing else. */
const LIMIT_MS = 100;
/** What is found in this many runs at the same place is the job's; what is not was the machine's. */
const RUNS = 4;

/** The stretches of over 100 ms in which nothing else has its turn, each named by the yield that it leads to. */
async function stretchesOf(job: Job, staged: Stage): Promise<string[]> {
  let found: Map<string, number> | null = null;
  for (let run = 0; run < RUNS; run += 1) {
    const now = await stretchesOfOne(job, staged);
    const before: Map<string, number> = found ?? now;
    found = new Map([...now].filter(([place]) => before.has(place)));
    if (found.size === 0) break;
  }
  return [...(found ?? [])].map(([place, ms]) => `${Math.round(ms)} ms ${place}`);
}

async function stretchesOfOne(job: Job, staged: Stage): Promise<Map<string, number>> {
  const stretches = new Map<string, number>();
  const turns = watchTurns();
  const note = (place: string) => {
    const ms = turns.longest();
    if (ms > LIMIT_MS) stretches.set(place, ms);
  };
  const page = await openPage(
    staged,
    watched(job, (n, { message }) => note(`before its yield ${n} (${message})`)),
  );
  const { task_id } = await page.submit(staged.input);
  turns.longest();
  const { status } = await page.ended(task_id);
  note('before its end');
  turns.stop();
  page.close();
  expect(status).toBe('completed');
  return stretches;
}

test.each(works.filter(({ busy }) => !busy))(
  '$type ($what) lets others have their turn every 100 ms',
  async ({ job, work }) => {
    expect(await stretchesOf(job, await stage(job, work))).toEqual([]);
  },
);

test('a job that computes for longer is found, and the place is named', async () => {
  const job: Job = {
    ...countdown,
    async *run() {
      yield { done: 1, message: 'quick' };
      const { user } = process.cpuUsage();
      while (process.cpuUsage().user - user < 300_000);
      yield { done: 2, message: 'slow' };
      return null;
    },
  };
  const staged = await stage(countdown, { files: [], input: () => ({}) });
  expect(await stretchesOf(job, staged)).toEqual([expect.stringMatching(/^\d+ ms before its yield 2 \(slow\)$/)]);
});
