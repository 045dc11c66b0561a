import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import type { Job } from '../../../src/core/job.ts';
import type { Work } from '../../gate/gate.ts';
import { aborted, openPage, watched } from './page.ts';
import { leftBy, stage, works } from './stage.ts';

const places = [
  ['a third', 1 / 3],
  ['two thirds', 2 / 3],
  ['the last yield', 1],
] as const;
const cases = works.flatMap((each) => places.map(([place, share]) => ({ ...each, place, share })));

/** What each work does when nothing disturbs it: found out once. */
const undisturbed = new Map<Work, ReturnType<typeof runWhole>>();

async function runWhole(job: Job, work: Work) {
  const staged = await stage(job, work);
  let yields = 0;
  const page = await openPage(
    staged,
    watched(job, (n) => {
      yields = n;
    }),
  );
  const { task_id, result, files } = await page.ended((await page.submit(staged.input)).task_id);
  const left = await leftBy(staged, task_id, result, files);
  page.close();
  return { yields, left };
}

/** A task that is told to stop when it has come to that yield, and comes no further. */
async function stoppedAt(job: Job, work: Work, share: number, how: 'cancel' | 'pause') {
  const whole = undisturbed.get(work) ?? runWhole(job, work);
  undisturbed.set(work, whole);
  const { yields, left } = await whole;
  const staged = await stage(job, work);
  const empty = await staged.outlasting();
  const at = Math.max(1, Math.round(yields * share));
  let stopped: Promise<unknown> | undefined;
  const page = await openPage(
    staged,
    watched(job, async (n, _, signal) => {
      if (stopped || n !== at) return;
      stopped = page.backend[how]((await submitted).task_id);
      await aborted(signal);
    }),
  );
  const submitted = page.submit(staged.input);
  const { task_id } = await submitted;
  const status = how === 'cancel' ? 'canceled' : 'paused';
  const task = await page.when(task_id, (task) => task.status === status);
  await stopped;
  return { staged, page, task, empty, left };
}

test.each(cases)('$type ($what), canceled at $place, leaves nothing', async ({ job, work, share }) => {
  const { staged, page, task, empty } = await stoppedAt(job, work, share, 'cancel');
  expect(task).toMatchObject({ status: 'canceled', stopped: { rung: 'return' }, files: [], result: null });
  const { task_id } = task;
  const keys = await staged.database((db) => db.getAllKeys('files'));
  expect(keys.filter(([owner]) => owner.includes(task_id))).toEqual([]);
  expect(await staged.database((db) => db.getAllKeys('checkpoints'))).not.toContain(task_id);
  expect(await staged.files.outputOwners()).not.toContain(task_id);
  expect(await staged.outlasting()).toEqual(empty);
  expect(page.errors).toEqual([]);
});

test.each(cases)(
  '$type ($what), paused at $place and resumed, ends as if nothing had been',
  async ({ job, work, share }) => {
    const { staged, page, task, left } = await stoppedAt(job, work, share, 'pause');
    expect(task).toMatchObject({ status: 'paused', paused: { reason: 'user' }, stopped: { rung: 'return' } });
    const { task_id } = task;
    await page.backend.resume(task_id);
    const resumed = await page.ended(task_id);
    expect(resumed).toMatchObject({ status: 'completed', attempt: 2, failures: 0 });
    expect(await leftBy(staged, task_id, resumed.result, resumed.files)).toEqual(left);
    expect(page.errors).toEqual([]);
  },
);
