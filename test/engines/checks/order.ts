import { client, configured, eventsOf, finished, running, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const startsOf = async (ids: string[]) => {
  const tasks = await Promise.all(ids.map((task_id) => finished({ task_id })));
  return tasks.toSorted((a, b) => String(a.started_at).localeCompare(String(b.started_at))).map(({ tags }) => tags[0]);
};

test('what is urgent comes first, and equals in their order', async (check) => {
  await configured(check, { running_limit: 1 });
  const first = await running(check, 50);
  const drafts = [
    { priority: 0, tags: ['c'] },
    { priority: -1, tags: ['e'] },
    { priority: 10, tags: ['a'] },
    { priority: 0, tags: ['d'] },
    { priority: 5, tags: ['b'] },
  ].map((more) => ({ type: 'countdown', input: { steps: 1, step_ms: 20 }, ...more }));
  const tasks = await client.submitAll(drafts);
  await client.cancel(first.task_id);
  expect(await startsOf(tasks.map(({ task_id }) => task_id))).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('no more run at once than the settings say', async (check) => {
  await configured(check, { running_limit: 2 });
  const tasks = await client.submitAll(upTo(6).map(() => ({ type: 'countdown', input: { steps: 4, step_ms: 25 } })));
  const most = await mostAtOnce(tasks.map(({ task_id }) => task_id));
  expect(most).toBe(2);
});

test('a type that runs one at a time does, whatever the settings say', async () => {
  const tasks = await client.submitAll(upTo(4).map(() => ({ type: 'solo', input: { steps: 4 } })));
  expect(await mostAtOnce(tasks.map(({ task_id }) => task_id))).toBe(1);
});

/** How many of these ran at once at most, as their events tell in the order in which they were committed. */
async function mostAtOnce(ids: string[]): Promise<number> {
  await Promise.all(ids.map(eventsOf));
  const open = new Set<string>();
  const ended = new Set<string>();
  let most = 0;
  const epoch = (await client.list()).cursor.slice(0, 36);
  for await (const { event, data } of client.watchAll({ after: `${epoch}-0` })) {
    if (event !== 'message' || !ids.includes(data.task_id)) continue;
    if (data.status === 'running') open.add(data.task_id);
    if (data.status === 'completed') ended.add(data.task_id);
    if (data.status !== 'running') open.delete(data.task_id);
    most = Math.max(most, open.size);
    if (ended.size === ids.length) break;
  }
  return most;
}

test('a task waits for those that it depends on', async () => {
  const first = await submit('countdown', { steps: 3, step_ms: 50 });
  const second = await submit('countdown', { steps: 1, step_ms: 0 }, { depends_on: [first.task_id] });
  const after = await finished(second);
  const before = await client.get(first.task_id);
  expect(after.status).toBe('completed');
  expect(String(after.started_at) >= String(before.finished_at), 'whether it started after the other').toBe(true);
});

test('what depends on a task that fails or is canceled fails with it, down the line', async () => {
  const first = await submit('countdown', { steps: 2, step_ms: 50, fail_at: 2 });
  const second = await submit('countdown', {}, { depends_on: [first.task_id] });
  const third = await submit('countdown', {}, { depends_on: [second.task_id] });
  for (const task of [second, third]) {
    const end = await finished(task);
    expect(end).toHave({ status: 'failed', attempt: 0 });
    expect(end.error).toHave({ type: 'urn:holdfast:problem:dependency-failed' });
  }
});
