import type { StreamEvent } from '../../../src/client/index.ts';
import { client, eventually, pending, run, running, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

/** The two frames of the end share their id. */
const idsOf = (events: StreamEvent[]) => events.filter(({ event }) => event !== 'complete').map(({ id }) => id);

test('a watch yields 1, 2, 3 … each once, and ends with complete', async () => {
  const { task_id } = await submit('countdown', { steps: 8, step_ms: 60 });
  const events = [];
  for await (const event of client.watch(task_id)) events.push(event);
  const { last_event_id } = await client.get(task_id);
  expect(idsOf(events)).toEqual(upTo(Number(last_event_id)));
  expect(events.at(-1)).toHave({ event: 'complete', id: last_event_id });
});

test('a watch may begin after an id', async () => {
  const { task_id, last_event_id } = await run('flood', { lines: 10 });
  const events = [];
  for await (const event of client.watch(task_id, { after: '7' })) events.push(event);
  expect(events[0]?.id).toBe('8');
  expect(events.at(-1)?.id).toBe(last_event_id);
});

test('a watch after the last id of a finished task ends at once', async () => {
  const { task_id, last_event_id } = await run('countdown', { steps: 1, step_ms: 0 });
  const events = [];
  for await (const event of client.watch(task_id, { after: last_event_id })) events.push(event);
  expect(events).toEqual([]);
});

test('a watch ends quietly when its signal aborts, while it waits too', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  const end = new AbortController();
  const ids = [];
  for await (const { id } of client.watch(task_id, { signal: end.signal })) {
    ids.push(id);
    // The loop waits for an event that does not come when this happens.
    setTimeout(() => end.abort());
  }
  expect(ids).toEqual(['1']);
});

test('a watch whose signal has aborted asks for nothing', async () => {
  const ids = [];
  for await (const { id } of client.watch('none', { signal: AbortSignal.abort() })) ids.push(id);
  expect(ids).toEqual([]);
});

test('a watch of a task that is not there, or from a broken cursor, is refused', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  const first = async (id: string, after?: string) => {
    try {
      for await (const event of client.watch(id, after ? { after } : {})) return event;
    } catch (error) {
      return error;
    }
  };
  expect(await first('none')).toHave({ name: 'StreamRefused', status: 404 });
  expect(await first(task_id, 'x')).toHave({ name: 'StreamRefused', status: 400 });
});

test('leaving a watch closes its stream', async (check) => {
  const task = await running(check);
  const open = async () => Number((await client.health()).open_streams);
  for await (const _ of client.watch(task.task_id)) {
    expect(await open(), 'the open streams').toBeAtLeast(1);
    break;
  }
  await eventually(check, async () => {
    for await (const _ of client.watch(task.task_id)) break;
    return (await open()) <= 2;
  });
});

test('a watch tells that it is connected, and shows the frames as they come', async () => {
  const { task_id } = await submit('countdown', { steps: 2, step_ms: 0 });
  const connections: boolean[] = [];
  let frames = '';
  const options = {
    onConnection: (connected: boolean) => void connections.push(connected),
    onFrame(text: string) {
      frames += text;
    },
  };
  for await (const _ of client.watch(task_id, options));
  expect(connections[0]).toBe(true);
  expect(frames).toMatch(/^retry: 250\n\n/);
  expect(frames).toMatch(/event: complete\ndata: [^\n]*\n\n$/);
});

test('fifty watches of one task all get all of it', async () => {
  const { task_id } = await submit('countdown', { steps: 20, step_ms: 20 });
  const watches = Array.from({ length: 50 }, async () => {
    const events = [];
    for await (const event of client.watch(task_id)) events.push(`${event.event} ${event.id}`);
    return events.join();
  });
  const seen = await Promise.all(watches);
  expect(new Set(seen).size, 'how many different stories they tell').toBe(1);
});
