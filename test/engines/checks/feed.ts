import type { FeedEvent } from '../../../src/client/index.ts';
import { ask, client, idsIn, openStream, pending, run, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const numberOf = (cursor: string) => Number(cursor.slice(37));

test('the stream of all tasks begins now', async (check) => {
  await run('countdown', { steps: 1, step_ms: 0 });
  const stream = await openStream(check, 'tasks/stream');
  expect(await stream.next()).toBe('retry: 250\n\n');
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  await stream.until(task_id);
  const { cursor } = await client.list();
  expect(stream.text()).toMatch(/^retry: 250\n\nid: [\da-f-]{36}-\d+\ndata: \{"task_id":"[^"]+","status":"pending",/);
  expect(idsIn(stream.text())[0], 'the first id').toBe(cursor);
});

test('list, then stream: nothing falls between the two, and nothing comes twice', async (check) => {
  const { cursor } = await client.list();
  const first = await run('countdown', { steps: 2, step_ms: 0 });
  const stream = await openStream(check, `tasks/stream?cursor=${cursor}`);
  await stream.until(`"task_id":"${first.task_id}","status":"completed","result"`);
  const second = await run('countdown', { steps: 2, step_ms: 0 });
  await stream.until(`"task_id":"${second.task_id}","status":"completed","result"`);
  const ids = idsIn(stream.text());
  expect(new Set(ids).size, 'how many ids there are').toBe(ids.length);
  expect(ids.map(numberOf)).toEqual(ids.map(numberOf).toSorted((a, b) => a - b));
  for (const { task_id, last_event_id } of [first, second]) {
    const own = stream
      .text()
      .split('\n\n')
      .filter((frame) => frame.includes(task_id) && frame.includes('id: '));
    expect(own.length, 'the events of one task').toBe(Number(last_event_id));
  }
});

test('the last id of the stream is a cursor, by header and by query', async (check) => {
  const { cursor } = await client.list();
  const { task_id } = await pending();
  await client.cancel(task_id);
  const before = await openStream(check, `tasks/stream?cursor=${cursor}`);
  const text = await before.until('"canceled","result"');
  const [first, second] = idsIn(text);
  for (const given of [
    { path: 'tasks/stream', headers: { 'Last-Event-ID': first ?? '' } },
    { path: `tasks/stream?last_event_id=${first}`, headers: {} },
    { path: `tasks/stream?cursor=${cursor}`, headers: { 'Last-Event-ID': first ?? '' } },
  ]) {
    const stream = await openStream(check, given.path, given.headers);
    await stream.until('id: ');
    expect(idsIn(stream.text())[0], given.path).toBe(second);
  }
});

test('a task that is removed is a deleted event', async (check) => {
  const { task_id } = await pending();
  await client.cancel(task_id);
  const stream = await openStream(check, 'tasks/stream');
  await stream.next();
  await client.remove(task_id);
  const text = await stream.until('event: deleted');
  expect(text).toMatch(
    new RegExp(`id: [\\da-f-]{36}-\\d+\\nevent: deleted\\ndata: \\{"task_id":"${task_id}"\\}\\n\\n$`),
  );
});

test('a cursor of another database, or past the end, is a reset', async (check) => {
  const { cursor } = await client.list();
  const other = `00000000-0000-4000-8000-000000000000-${numberOf(cursor)}`;
  const beyond = cursor.slice(0, 37) + (numberOf(cursor) + 1_000);
  for (const given of [other, beyond]) {
    const stream = await openStream(check, `tasks/stream?cursor=${given}`);
    const text = await stream.until('id: ');
    expect(text.startsWith('retry: 250\n\nevent: reset\ndata: {}\n\nid: '), text.slice(0, 100)).toBe(true);
  }
});

test('a cursor that is malformed is 400', async () => {
  for (const cursor of ['1', 'x-1', '00000000-0000-4000-8000-000000000000-x'])
    expect((await ask(`tasks/stream?cursor=${cursor}`)).status, cursor).toBe(400);
});

test('watchAll tells of every task, from the cursor of a list on', async (check) => {
  const { cursor } = await client.list();
  const events: FeedEvent[] = [];
  const tasks = await Promise.all(upTo(3).map(() => submit('countdown', { steps: 2, step_ms: 0 })));
  const open = new Set(tasks.map(({ task_id }) => task_id));
  for await (const event of client.watchAll({ after: cursor, signal: check.signal })) {
    events.push(event);
    if (event.event === 'complete') open.delete(event.data.task_id);
    if (open.size === 0) break;
  }
  for (const { task_id } of tasks) {
    const own = events.filter(({ data }) => (data as { task_id: string }).task_id === task_id);
    const { last_event_id } = await client.get(task_id);
    // The end is two events of one id.
    expect(own.length, 'the events of one task').toBe(Number(last_event_id) + 1);
  }
});
