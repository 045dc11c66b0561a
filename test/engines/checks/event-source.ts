import { ask, client, logOf, openStream, pending, run, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { aside, test } from '../harness.ts';
import { longerThanItWaits, openSource } from '../source.ts';

const { CLOSED, CONNECTING } = EventSource;

// Measured: Chromium hides Last-Event-ID from the service worker when an EventSource comes back, the others do not.
const isChromium = navigator.userAgent.includes('Chrome/');

test('onmessage alone tells of every state, the end included', async (check) => {
  const { task_id } = await submit('countdown', { steps: 4, step_ms: 60 });
  const source = openSource(check, `tasks/${task_id}/stream`);
  await source.until(() => source.events.some(({ type }) => type === 'complete'));
  const messages = source.events.filter(({ type }) => type === 'message').map(({ data }) => JSON.parse(data));
  const logged = (await logOf(task_id)).filter(({ event }) => event === 'message').map(({ data }) => data);
  expect(messages).toEqual(logged);
  expect(messages.at(-1)).toHave({ status: 'completed', progress: 100 });
});

test('complete comes with the last id', async (check) => {
  const task = await run('countdown', { steps: 2, step_ms: 0 });
  const source = openSource(check, `tasks/${task.task_id}/stream`);
  await source.until(() => source.events.some(({ type }) => type === 'complete'));
  const end = source.events.at(-1);
  expect(end?.id).toBe(task.last_event_id);
  expect(JSON.parse(end?.data ?? '')).toHave({ status: 'completed', result: { steps: 2 } });
});

test('log lines are log events', async (check) => {
  const { task_id } = await run('flood', { lines: 3 });
  const source = openSource(check, `tasks/${task_id}/stream`, ['log', 'complete']);
  await source.until(() => source.events.some(({ type }) => type === 'complete'));
  const lines = source.events.filter(({ type }) => type === 'log').map(({ data }) => JSON.parse(data).message);
  expect(lines).toEqual(['line 1', 'line 2', 'line 3']);
});

test('the end of the stream is a clean one: the EventSource is not closed for good', async (check) => {
  const { task_id } = await run('countdown', { steps: 1, step_ms: 0 });
  const source = openSource(check, `tasks/${task_id}/stream`);
  expect(await source.ended).toBe(CONNECTING);
});

aside('after the end it does not come back, though nobody closed it', async (check) => {
  const { task_id } = await run('countdown', { steps: 1, step_ms: 0 });
  const source = openSource(check, `tasks/${task_id}/stream`);
  await source.ended;
  await longerThanItWaits();
  expect(source.opened()).toBe(1);
  expect(source.events.filter(({ type }) => type === 'complete').length).toBe(1);
});

test('an EventSource that has it all gets 204 and stays closed', async (check) => {
  const { task_id, last_event_id } = await run('countdown', { steps: 1, step_ms: 0 });
  const source = openSource(check, `tasks/${task_id}/stream?last_event_id=${last_event_id}`);
  expect(await source.ended).toBe(CLOSED);
  expect(source.opened()).toBe(0);
});

test('a task that is not there closes an EventSource for good', async (check) => {
  expect(await openSource(check, 'tasks/none/stream').ended).toBe(CLOSED);
});

test('?last_event_id= lets an EventSource begin where another stopped, in every browser', async (check) => {
  const { task_id, last_event_id } = await run('flood', { lines: 20 });
  const source = openSource(check, `tasks/${task_id}/stream?last_event_id=5`, ['message', 'log', 'complete']);
  await source.until(() => source.events.some(({ type }) => type === 'complete'));
  const ids = [...new Set(source.events.map(({ id }) => id))].filter((id) => id !== '');
  expect(ids).toEqual(upTo(Number(last_event_id)).slice(5));
});

test('a clean end brings an EventSource back after the time that the stream asks for', async (check) => {
  const key = crypto.randomUUID();
  const start = performance.now();
  const source = openSource(check, `wire/ends/${key}/3`);
  await source.until(() => source.state() === CLOSED);
  expect(source.events.map(({ data }) => data)).toEqual(['1', '2', '3']);
  expect(source.opened()).toBe(3);
  expect(performance.now() - start, 'how long that took').toBeBelow(30_000);
});

test('coming back, an EventSource says where it stopped, but for Chromium’s', async (check) => {
  const key = crypto.randomUUID();
  const source = openSource(check, `wire/ends/${key}/2`);
  await source.until(() => source.state() === CLOSED);
  const seen = await (await ask(`wire/seen/${key}`)).json();
  expect(seen).toEqual(isChromium ? [null, null, null] : [null, '1', '2']);
});

test('an EventSource that finds no room comes back later by itself', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  await (await openStream(check, `tasks/${task_id}/stream`)).until('id: 1\n');
  const { max_streams } = await client.settings();
  check.after(() => client.configure({ max_streams }));
  await client.configure({ max_streams: 1 });
  const source = openSource(check, `tasks/${task_id}/stream`, ['busy', 'message']);
  await source.until(() => source.events.some(({ type }) => type === 'busy'));
  expect(await source.ended).toBe(CONNECTING);
  await client.configure({ max_streams });
  await source.until(() => source.events.some(({ type }) => type === 'message'));
  expect(source.opened()).toBe(2);
});

test('many EventSources of one page are open at once', async (check) => {
  const { task_id } = await pending();
  const sources = Array.from({ length: 50 }, () => openSource(check, `tasks/${task_id}/stream`));
  await Promise.all(sources.map((source) => source.until(() => source.events.length === 1)));
  await client.cancel(task_id);
  await Promise.all(sources.map((source) => source.until(() => source.events.length === 3)));
});
