import { ask, client, eventually, executor, finished, logOf, openFrame, reached, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const attemptsOf = async (task_id: string) =>
  (await logOf(task_id))
    .filter((event) => event.event === 'message')
    .map(({ data }) => data)
    .filter(({ status }) => status === 'running')
    .map(({ attempt }) => attempt);

test('three pages run thirty tasks once each', async (check) => {
  await Promise.all([openFrame(check), openFrame(check)]);
  await eventually(check, async () => Number((await client.health()).executors) >= 3);
  const drafts = upTo(30).map(() => ({ type: 'countdown', input: { steps: 3, step_ms: 10 } }));
  const tasks = await client.submitAll(drafts);
  for (const task of tasks) {
    const { status, attempt, failures, task_id } = await finished(task);
    expect({ status, attempt, failures }).toEqual({ status: 'completed', attempt: 1, failures: 0 });
    expect(new Set(await attemptsOf(task_id)).size, 'the attempts').toBe(1);
  }
});

test('a page that goes away leaves its task to the next, which goes on from the checkpoint', async (check) => {
  executor.stop();
  check.after(executor.start);
  const frame = await openFrame(check);
  const { task_id } = await submit('ledger', { lines: 60, line_ms: 50 });
  for await (const _ of client.watch(task_id)) if ((await client.get(task_id)).checkpoint_at) break;
  executor.start();
  await eventually(check, async () => Number((await client.health()).executors) >= 2);
  const before = await client.get(task_id);
  expect(before).toHave({ status: 'running', attempt: 1 });
  const start = performance.now();
  frame.remove();
  await reached(task_id, ({ attempt }) => attempt === 2);
  // By the lock; the sweep alone would need up to 20 s.
  expect(performance.now() - start, 'how long it had no owner').toBeBelow(15_000);
  const task = await finished({ task_id });
  expect(task).toHave({ status: 'completed', attempt: 2, failures: 0 });
  const resumed = (await logOf(task_id))
    .filter((event) => event.event === 'message')
    .find(({ data }) => data.attempt === 2)?.data;
  expect(resumed?.done, 'where it went on').toBeAtLeast(1);
  const text = await (await client.output(task_id, 'ledger.txt')).text();
  expect(text, 'the output').toBe(
    upTo(60)
      .map((n) => `line ${n}\n`)
      .join(''),
  );
});

test('a task that no page runs any more is canceled by the service worker itself', async () => {
  executor.stop();
  const frame = await openFrame({ signal: new AbortController().signal, after: () => {} });
  const { task_id } = await submit('countdown', { steps: 1_000, step_ms: 50 });
  await reached(task_id, ({ done }) => done > 0);
  frame.remove();
  const task = await client.cancel(task_id);
  executor.start();
  expect(task.status).toBe('canceled');
  expect(task.stopped).toHave({ rung: 'fenced' });
});

test('an executor that is stopped and started again finds what waits', async (check) => {
  check.after(executor.start);
  for (const _ of upTo(3)) {
    executor.stop();
    const task = await submit('countdown', { steps: 1, step_ms: 0 });
    executor.start();
    expect((await finished(task)).status).toBe('completed');
  }
});

test('an executor that is stopped gives its tasks back: none of them is lost by a fault', async (check) => {
  check.after(executor.start);
  const { task_id } = await submit('countdown', { steps: 1_000, step_ms: 50 });
  await reached(task_id, ({ done }) => done > 0);
  executor.stop();
  await reached(task_id, ({ status }) => status === 'pending');
  executor.start();
  await reached(task_id, ({ status }) => status === 'running');
  await client.cancel(task_id);
  const { events } = await (await ask(`tasks/${task_id}/log?detail=true`)).json();
  const kinds = events.map(({ change }: { change: { kind: string } }) => change.kind);
  expect(kinds.filter((kind: string) => kind === 'released' || kind === 'lost')).toEqual(['released']);
});

test('a worker that a page started asks the same tasks', async (check) => {
  const { task_id } = await submit('countdown', { steps: 1, step_ms: 0 });
  const source = `fetch(${JSON.stringify(`${client.base}tasks/${task_id}`)}).then((r) => r.json()).then(postMessage)`;
  // A worker from a blob has its page's service worker.
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  check.after(() => worker.terminate());
  const answer = await new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
  });
  expect(answer, 'what the worker got').toHave({ task_id });
  await finished({ task_id });
});
