import { ask, client, executor, finished, logOf, reached, run, running, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

test('a countdown counts, and progress never goes back', async () => {
  const { task_id } = await submit('countdown', { steps: 10, step_ms: 60 });
  const states = [];
  for await (const { event, data } of client.watch(task_id)) if (event === 'message') states.push(data);
  const progress = states.map((state) => state.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(states[0]).toHave({ status: 'pending', attempt: 0 });
  expect(states[1]).toHave({ status: 'running', attempt: 1, done: 0 });
  expect(states.at(-1)).toHave({ status: 'completed', progress: 100, done: 10, total: 10, unit: 'steps' });
  expect(await client.get(task_id)).toHave({ result: { steps: 10 }, attempt: 1, failures: 0 });
});

test('a job that listens is canceled on the first rung, and cleans up', async (check) => {
  const { task_id } = await running(check);
  const task = await client.cancel(task_id);
  expect(task.status).toBe('canceled');
  expect(task.stopped).toHave({ rung: 'return' });
  const lines = (await logOf(task_id)).filter(({ event }) => event === 'log').map(({ data }) => data);
  expect(JSON.stringify(lines)).toContain('cleaned up after step');
});

test('a job that never listens is canceled on the second rung, and its worker is gone', async () => {
  const { task_id } = await submit('spin', { ms: 600_000 });
  await reached(task_id, ({ message }) => message?.startsWith('busy') === true);
  const task = await client.cancel(task_id);
  expect(task.status).toBe('canceled');
  expect(task.stopped).toHave({ rung: 'terminate' });
  expect(await run('countdown', { steps: 1, step_ms: 0 }), 'the next task').toHave({ status: 'completed' });
});

test('a paused task goes on from where it was, without a step twice', async (check) => {
  const { task_id } = await submit('ledger', { lines: 30, line_ms: 30 });
  check.after(() => ask(`tasks/${task_id}/cancel`, { method: 'POST' }));
  await reached(task_id, ({ done }) => done >= 5);
  const paused = await client.pause(task_id);
  expect(paused).toHave({ status: 'paused', paused: { reason: 'user' } });
  expect(paused.checkpoint_at === null, 'whether there is no checkpoint').toBe(false);
  expect((await client.resume(task_id)).status).toBe('pending');
  const task = await finished({ task_id });
  expect(task).toHave({ status: 'completed', attempt: 2, failures: 0 });
  const started = (await logOf(task_id))
    .filter((event) => event.event === 'message')
    .find(({ data }) => data.status === 'running' && data.attempt === 2);
  expect(started?.data, 'the start of the second attempt').toHave({ done: paused.done });
  const text = await (await client.output(task_id, 'ledger.txt')).text();
  expect(text).toBe(
    upTo(30)
      .map((n) => `line ${n}\n`)
      .join(''),
  );
});

test('a task that waits can be paused and resumed as well', async () => {
  const task = await submit('countdown', { steps: 1, step_ms: 0 }, { run_at: '2199-01-01T00:00:00Z' });
  expect((await client.pause(task.task_id)).status).toBe('paused');
  expect((await client.resume(task.task_id)).status).toBe('pending');
  await client.cancel(task.task_id);
});

test('a job that fails says why, and a retry goes on from its checkpoint', async () => {
  const task = await run('countdown', { steps: 3, step_ms: 0, fail_at: 2 });
  expect(task).toHave({ status: 'failed', failures: 1, stopped: null });
  expect(task.error).toHave({
    type: 'urn:holdfast:problem:job-failed',
    detail: 'Failed at step 2 of 3, as the input asks.',
  });
  await client.retry(task.task_id);
  const again = await finished(task);
  expect(again).toHave({ status: 'failed', attempt: 2, failures: 1 });
});

test('a task with attempts left tries again by itself', async () => {
  const task = await run('countdown', { steps: 2, step_ms: 0, fail_at: 1 }, { max_attempts: 3 });
  expect(task).toHave({ status: 'failed', attempt: 3, failures: 3, max_attempts: 3 });
  const states = (await logOf(task.task_id))
    .filter((event) => event.event === 'message')
    .map(({ data }) => data.status);
  expect(states).toEqual(['pending', 'running', 'pending', 'running', 'pending', 'running', 'failed']);
});

test('a canceled task that is retried starts anew', async (check) => {
  const { task_id } = await running(check, 30);
  await client.cancel(task_id);
  expect(await client.retry(task_id)).toHave({ status: 'pending', done: 0, progress: 0, cancel_requested_at: null });
  await reached(task_id, ({ attempt, done }) => attempt === 2 && done > 0);
});

test('a task that takes longer than its timeout fails with timeout', async () => {
  const task = await run('countdown', { steps: 1_000, step_ms: 50 }, { timeout_ms: 300 });
  expect(task.status).toBe('failed');
  expect(task.error).toHave({ type: 'urn:holdfast:problem:timeout' });
  expect(task.stopped).toHave({ rung: 'return' });
});

test('a task runs at its time, not before', async () => {
  const run_at = new Date(Date.now() + 1_500).toISOString();
  const task = await run('countdown', { steps: 1, step_ms: 0 }, { run_at });
  expect(task).toHave({ status: 'completed', run_at });
  expect(Date.parse(task.started_at ?? '') - Date.parse(run_at), 'how late it started').toBeAtLeast(0);
});

test('a burst of lines arrives whole, in order', async () => {
  const { task_id } = await run('flood', { lines: 5_000 });
  const lines = (await logOf(task_id)).filter((event) => event.event === 'log').map(({ data }) => data.message);
  expect(lines).toEqual(upTo(5_000).map((n) => `line ${n}`));
});

test('without an executor tasks wait, and a cancel is answered all the same', async (check) => {
  executor.stop();
  check.after(executor.start);
  const { task_id } = await submit('countdown', { steps: 1, step_ms: 0 });
  const other = await submit('countdown', { steps: 1, step_ms: 0 });
  expect(await client.cancel(other.task_id)).toHave({ status: 'canceled' });
  expect((await client.get(task_id)).status).toBe('pending');
  executor.start();
  expect((await finished({ task_id })).status).toBe('completed');
});
