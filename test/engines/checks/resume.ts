import { ask, client, configured, eventsOf, idsIn, openStream, pending, run, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { type Check, test } from '../harness.ts';

/** The ids of a finished task's stream. */
const ids = async (check: Check, path: string, headers?: Record<string, string>) =>
  idsIn(await (await openStream(check, path, headers)).rest());

test('Last-Event-ID says after which event a stream begins, in the middle of a segment too', async (check) => {
  const { task_id, last_event_id } = await run('flood', { lines: 300 });
  const all = upTo(Number(last_event_id));
  for (const after of [1, 2, 77, 256, 257, Number(last_event_id) - 1])
    expect(await ids(check, `tasks/${task_id}/stream`, { 'Last-Event-ID': String(after) }), `after ${after}`).toEqual(
      all.slice(after),
    );
});

test('last_event_id in the query does the same, and the header comes before it', async (check) => {
  const { task_id } = await pending();
  await client.cancel(task_id);
  const path = `tasks/${task_id}/stream`;
  expect(await ids(check, `${path}?last_event_id=1`)).toEqual(['2']);
  expect(await ids(check, `${path}?last_event_id=1`, { 'Last-Event-ID': '0' }), 'with the header').toEqual(['1', '2']);
  expect(await ids(check, `${path}?last_event_id=`), 'with an empty one').toEqual(['1', '2']);
});

test('a cursor that is malformed is 400', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  for (const cursor of ['x', '-1', '1.5', '1e3', '0x1', '1 2']) {
    const byHeader = await openStream(check, `tasks/${task_id}/stream`, { 'Last-Event-ID': cursor });
    expect(byHeader.response.status, `for the header ${cursor}`).toBe(400);
    const byQuery = await ask(`tasks/${task_id}/stream?last_event_id=${encodeURIComponent(cursor)}`);
    expect(byQuery.status, `for the query ${cursor}`).toBe(400);
    expect(byQuery.headers.get('Content-Type')).toBe('application/problem+json');
  }
});

test('an id past the end is a reset, and then everything', async (check) => {
  const { task_id } = await pending();
  await client.cancel(task_id);
  const begin = `retry: 250\n\nevent: reset\ndata: {"task_id":"${task_id}"}\n\nid: 1\n`;
  for (const past of ['3', '9'.repeat(30)]) {
    const text = await (await openStream(check, `tasks/${task_id}/stream`, { 'Last-Event-ID': past })).rest();
    expect(text.startsWith(begin), text).toBe(true);
    expect(idsIn(text)).toEqual(['1', '2']);
  }
});

test('after the end of a finished task there is nothing: 204', async () => {
  const { task_id, last_event_id } = await run('countdown', { steps: 1, step_ms: 0 });
  const byHeader = await ask(`tasks/${task_id}/stream`, { headers: { 'Last-Event-ID': last_event_id } });
  expect(byHeader.status).toBe(204);
  expect(await byHeader.text()).toBe('');
  expect((await ask(`tasks/${task_id}/stream?last_event_id=${last_event_id}`)).status, 'by the query').toBe(204);
});

test('a log that was trimmed begins with a gap and the state at the cut', async (check) => {
  await configured(check, { log_events: 500 });
  const { task_id, last_event_id } = await run('flood', { lines: 6_000 });
  const text = await (await openStream(check, `tasks/${task_id}/stream`)).rest();
  const match = /^retry: 250\n\nid: (\d+)\nevent: gap\ndata: (\{[^\n]*\})\n\ndata: (\{[^\n]*\})\n\n/.exec(text);
  const to = Number(match?.[1]);
  expect(to, `the end of the gap in ${text.slice(0, 300)}`).toBeAtLeast(4_000);
  expect(JSON.parse(match?.[2] ?? 'null'), 'the gap').toEqual({ from: 1, to });
  const at = JSON.parse(match?.[3] ?? 'null');
  expect(Object.keys(at).join(' ')).toBe('task_id status progress message done total unit attempt');
  expect(at).toHave({ task_id, status: 'running', attempt: 1 });
  expect(idsIn(text), 'the ids').toEqual(upTo(Number(last_event_id)).slice(to - 1));
});

test('a reader that is past the cut of a trimmed log sees no gap', async (check) => {
  await configured(check, { log_events: 500 });
  const { task_id, last_event_id } = await run('flood', { lines: 6_000 });
  const after = String(Number(last_event_id) - 10);
  const text = await (await openStream(check, `tasks/${task_id}/stream`, { 'Last-Event-ID': after })).rest();
  expect(text.includes('event: gap'), 'whether there is a gap').toBe(false);
  expect(idsIn(text).length).toBe(10);
});

test('the client tells of a gap and goes on behind it', async (check) => {
  await configured(check, { log_events: 500 });
  const { task_id } = await submit('flood', { lines: 6_000 });
  await eventsOf(task_id);
  const [gap, state, next] = await eventsOf(task_id);
  expect(gap?.event).toBe('gap');
  expect(state, 'the state at the cut').toHave({ event: 'message', id: gap?.id });
  expect(next?.id).toBe(String(Number(gap?.id) + 1));
});
