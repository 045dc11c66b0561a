import {
  at,
  client,
  configured,
  eventually,
  idsIn,
  openStream,
  pending,
  reached,
  running,
  submit,
  upTo,
} from '../app.ts';
import { expect } from '../expect.ts';
import { aside, test } from '../harness.ts';

const state = (task_id: string, status: string) =>
  `{"task_id":"${task_id}","status":"${status}","progress":0,"message":null,"done":0,"total":null,"unit":null,"attempt":0}`;

test('a stream has its three headers, and ends after the end', async (check) => {
  const { task_id } = await pending();
  await client.cancel(task_id);
  const { response, rest } = await openStream(check, `tasks/${task_id}/stream`);
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe('text/event-stream');
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(response.headers.get('X-Accel-Buffering')).toBe('no');
  expect(await rest()).toMatch(/\n\n$/);
});

test('a task that is canceled before it runs is this stream, to the byte', async (check) => {
  const { task_id } = await pending();
  await client.cancel(task_id);
  const { rest } = await openStream(check, `tasks/${task_id}/stream`);
  expect(await rest()).toBe(
    'retry: 250\n\n' +
      `id: 1\ndata: ${state(task_id, 'pending')}\n\n` +
      `retry: 3600000\ndata: ${state(task_id, 'canceled')}\n\n` +
      `id: 2\nevent: complete\ndata: {"task_id":"${task_id}","status":"canceled","result":null,"error":null,"stopped":null}\n\n`,
  );
});

test('retry comes first, before there is any event to wait for', async (check) => {
  const task = await pending();
  check.after(() => client.cancel(task.task_id));
  const stream = await openStream(check, `tasks/${task.task_id}/stream`, { 'Last-Event-ID': '1' });
  expect(await stream.next()).toBe('retry: 250\n\n');
});

test('both frames of the end come in one chunk, with the id on the second', async (check) => {
  const { task_id } = await pending();
  const stream = await openStream(check, `tasks/${task_id}/stream`);
  await stream.until('id: 1\n');
  await client.cancel(task_id);
  const chunk = await stream.next();
  expect(chunk).toMatch(/^retry: 3600000\ndata: \{[^\n]*\}\n\nid: 2\nevent: complete\ndata: \{[^\n]*\}\n\n$/);
  expect(await stream.next(), 'what follows').toBe(null);
});

test('every message has the same eight keys, in the same order', async (check) => {
  const { task_id } = await submit('countdown', { steps: 5, step_ms: 20 });
  const { rest } = await openStream(check, `tasks/${task_id}/stream`);
  const frames = (await rest()).split('\n\n').filter((frame) => frame.includes('data: ') && !frame.includes('event: '));
  expect(frames.length, 'the messages').toBeAtLeast(4);
  for (const frame of frames) {
    const data = JSON.parse(frame.slice(frame.indexOf('data: ') + 6));
    expect(Object.keys(data).join(' ')).toBe('task_id status progress message done total unit attempt');
  }
});

test('a log line is a log event', async (check) => {
  const { task_id } = await submit('flood', { lines: 1 });
  const { rest } = await openStream(check, `tasks/${task_id}/stream`);
  expect(await rest()).toMatch(
    new RegExp(
      `\\nid: 3\\nevent: log\\ndata: \\{"task_id":"${task_id}","level":"info","message":"line 1","at":"\\d{4}-[^"]+Z"\\}\\n\\n`,
    ),
  );
});

test('the end of a failed task carries its problem, that of a completed one its result', async (check) => {
  const failed = await submit('countdown', { steps: 3, step_ms: 0, fail_at: 2 });
  const bad = await (await openStream(check, `tasks/${failed.task_id}/stream`)).rest();
  const end = JSON.parse(bad.slice(bad.lastIndexOf('data: ') + 6));
  expect(Object.keys(end).join(' ')).toBe('task_id status result error stopped');
  expect(end).toHave({ status: 'failed', result: null, stopped: null });
  expect(end.error).toHave({ type: 'urn:holdfast:problem:job-failed' });
  const completed = await submit('countdown', { steps: 1, step_ms: 0 });
  const good = await (await openStream(check, `tasks/${completed.task_id}/stream`)).rest();
  expect(JSON.parse(good.slice(good.lastIndexOf('data: ') + 6))).toEqual({
    task_id: completed.task_id,
    status: 'completed',
    result: { steps: 1 },
    error: null,
    stopped: null,
  });
});

test('an end that was retried is a plain message with its id', async (check) => {
  const { task_id } = await pending();
  await client.cancel(task_id);
  await client.retry(task_id);
  // A retry is due at once.
  const { rest } = await openStream(check, `tasks/${task_id}/stream`);
  await reached(task_id, ({ status }) => status === 'running');
  await client.cancel(task_id);
  const text = await rest();
  expect(text).toContain(`id: 2\ndata: ${state(task_id, 'canceled')}\n\n`);
  expect(text.match(/event: complete/g)?.length, 'how many complete there are').toBe(1);
  expect(text.match(/retry: 3600000/g)?.length, 'how many ends there are').toBe(1);
});

test('a stream that is open gets what happens, as it happens', async (check) => {
  const task = await running(check, 30);
  const stream = await openStream(check, `tasks/${task.task_id}/stream`, { 'Last-Event-ID': task.last_event_id });
  const next = Number(task.last_event_id) + 1;
  for (const n of [0, 1, 2]) await stream.until(`id: ${next + n}\n`);
  expect(idsIn(stream.text()).slice(0, 3)).toEqual([next, next + 1, next + 2].map(String));
});

test('ids are 1, 2, 3 … without a hole', async (check) => {
  const { task_id } = await submit('flood', { lines: 1_000 });
  const text = await (await openStream(check, `tasks/${task_id}/stream`)).rest();
  const ids = idsIn(text);
  expect(ids.length).toBeAtLeast(1_003);
  expect(ids).toEqual(upTo(ids.length));
});

test('a reader that stops is not lost: it gets everything when it reads on', async (check) => {
  const { task_id } = await submit('flood', { lines: 6_000 });
  const stream = await openStream(check, `tasks/${task_id}/stream`);
  await stream.next();
  await reached(task_id, ({ status }) => status === 'completed');
  const ids = idsIn(await stream.rest());
  expect(ids.length).toBeAtLeast(6_003);
  expect(ids).toEqual(upTo(ids.length));
});

test('a stream that is asked for exclusively is the only one of its task', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  const first = await openStream(check, `tasks/${task_id}/stream?exclusive=1`);
  await first.until('id: 1\n');
  for (const query of ['', '?exclusive=1']) {
    const { response } = await openStream(check, `tasks/${task_id}/stream${query}`);
    expect(response.status, `with ${query}`).toBe(409);
  }
  const other = await pending();
  check.after(() => client.cancel(other.task_id));
  const { response } = await openStream(check, `tasks/${other.task_id}/stream?exclusive=1`);
  expect(response.status, 'of another task').toBe(200);
});

test('an exclusive stream is refused while another is open, with "Already connected"', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  await (await openStream(check, `tasks/${task_id}/stream`)).until('id: 1\n');
  const { response, rest } = await openStream(check, `tasks/${task_id}/stream?exclusive=1`);
  expect(response.status).toBe(409);
  expect(JSON.parse(await rest())).toHave({
    type: 'urn:holdfast:problem:already-connected',
    title: 'Already connected',
  });
});

// Measured: Firefox lets a stream of a worker that was terminated stay until something is sent, 15 s; the others end it at once.
test('an exclusive stream of a worker that is gone is in nobody’s way', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  const path = `tasks/${task_id}/stream?exclusive=1`;
  const holds = `fetch(${JSON.stringify(at(path))}).then(() => postMessage('open'))`;
  const worker = new Worker(URL.createObjectURL(new Blob([holds], { type: 'text/javascript' })));
  check.after(() => worker.terminate());
  await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }));
  expect((await openStream(check, path)).response.status, 'while the worker is there').toBe(409);
  worker.terminate();
  const start = performance.now();
  await eventually(check, async () => (await openStream(check, path)).response.ok);
  expect(performance.now() - start, 'how long that took').toBeBelow(5_000);
});

test('one stream too many is told to come back later, and ends cleanly', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  await (await openStream(check, `tasks/${task_id}/stream`)).until('id: 1\n');
  await configured(check, { max_streams: 1 });
  const { response, rest } = await openStream(check, `tasks/${task_id}/stream`);
  expect(response.status).toBe(200);
  expect(await rest()).toMatch(/^retry: 5000\n\nevent: busy\ndata: \{"detail":"[^"]+"\}\n\n$/);
});

aside('a quiet stream says every 15 s that it is there', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  const stream = await openStream(check, `tasks/${task_id}/stream`);
  await stream.until('id: 1\n');
  const start = performance.now();
  expect(await stream.next()).toBe(': heartbeat\n\n');
  expect(performance.now() - start, 'how long it was quiet').toBeAtLeast(14_000);
});
