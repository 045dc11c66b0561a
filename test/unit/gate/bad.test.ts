import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { MiB } from '../../gate/gate.ts';
import { openPage } from './page.ts';
import { gates, stage } from './stage.ts';
import { watchTurns } from './turns.ts';

const WITHIN_MS = 20_000;
const WORKER_BYTES = 256 * MiB;

const cases = gates.flatMap(({ type, job, gate }) =>
  Object.entries(gate.bad).map(([what, work]) => ({ type, job, what, work })),
);

test.each(cases)('$type: $what fails the task, which says where; in bounded time and memory', async ({ job, work }) => {
  const staged = await stage(job, work);
  const page = await openPage(staged, job);
  const began = performance.now();
  const turns = watchTurns();
  const { task_id } = await page.submit(staged.input);
  const task = await page.ended(task_id);
  turns.stop();
  expect(task).toMatchObject({ status: 'failed', result: null });
  for (const name of work.names) expect(task.error?.detail).toMatch(name);
  expect(performance.now() - began).toBeLessThan(WITHIN_MS);
  expect(turns.memory()).toBeLessThan(WORKER_BYTES);
  expect(page.errors).toEqual([]);
});
