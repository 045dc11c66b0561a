import { ask, client, configured, pending, post, run, running, send, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const KEYS =
  'task_id type status paused progress message done total unit input result error stopped files attempt failures max_attempts priority timeout_ms run_at depends_on tags cancel_requested_at created_at started_at updated_at checkpoint_at finished_at last_event_id';
const UUID7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const JSON_TYPE = 'application/json';

const bodyOf = async (answer: Promise<Response>) => (await answer).json();

test('POST tasks answers 202 with the whole task and where it is', async (check) => {
  const draft = { type: 'countdown', input: { steps: 3 }, priority: 5, run_at: '2199-01-01T00:00:00Z', tags: ['a'] };
  const response = await post('tasks', draft);
  const task = await response.json();
  check.after(() => client.cancel(task.task_id));
  expect(response.status).toBe(202);
  expect(response.headers.get('Content-Type')).toBe(JSON_TYPE);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(response.headers.get('Location')).toBe(`${new URL(client.base).pathname}tasks/${task.task_id}`);
  expect(Object.keys(task).join(' ')).toBe(KEYS);
  expect(task.task_id).toMatch(UUID7);
  expect(task).toHave({ status: 'pending', input: { steps: 3, step_ms: 1000 }, priority: 5, tags: ['a'], progress: 0 });
  expect(task).toHave({ run_at: '2199-01-01T00:00:00.000Z', attempt: 0, max_attempts: 1, last_event_id: '1' });
});

test('an array is taken whole, in its order', async (check) => {
  const drafts = upTo(200).map((n) => ({ type: 'countdown', run_at: '2199-01-01T00:00:00Z', tags: ['many', n] }));
  const response = await post('tasks', drafts);
  check.after(() => send('DELETE', 'tasks?tag=many'));
  check.after(() => post('tasks/cancel?tag=many'));
  expect(response.status).toBe(202);
  const { tasks } = await response.json();
  expect(tasks.map(({ tags }: { tags: string[] }) => tags[1])).toEqual(upTo(200));
  const ids = tasks.map(({ task_id }: { task_id: string }) => task_id);
  expect(ids).toEqual([...ids].sort());
  expect((await client.list({ tag: 'many', limit: 500 })).tasks.length).toBe(200);
});

test('an array with one bad task is refused whole, and the pointer says which', async () => {
  const before = (await client.list()).counts;
  const response = await post('tasks', [
    { type: 'countdown' },
    { type: 'countdown', input: { steps: 0 } },
    { type: 'no such' },
  ]);
  expect(response.status).toBe(422);
  const { errors } = await response.json();
  expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/1/input/steps', '/2/type']);
  expect((await client.list()).counts, 'the counts').toEqual(before);
});

test('an array of more than 1,000 tasks, or of none, is refused', async () => {
  expect((await post('tasks', Array(1_001).fill({ type: 'countdown' }))).status, 'for 1,001').toBe(422);
  expect((await post('tasks', [])).status, 'for none').toBe(422);
});

test('an idempotency key gets the first answer again', async (check) => {
  const key = { 'Idempotency-Key': crypto.randomUUID() };
  const draft = { type: 'countdown', run_at: '2199-01-01T00:00:00Z' };
  const first = await post('tasks', draft, key);
  const task = await first.json();
  check.after(() => client.cancel(task.task_id));
  expect(first.headers.get('Idempotency-Replayed')).toBe(null);
  const second = await post('tasks', draft, key);
  expect(second.status).toBe(202);
  expect(second.headers.get('Idempotency-Replayed')).toBe('true');
  expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
  expect(await second.json()).toEqual(task);
});

test('an idempotency key covers an array whole', async (check) => {
  const key = { 'Idempotency-Key': crypto.randomUUID() };
  const drafts = [
    { type: 'countdown', run_at: '2199-01-01T00:00:00Z', tags: ['keyed'] },
    { type: 'spin', run_at: '2199-01-01T00:00:00Z', tags: ['keyed'] },
  ];
  const first = await bodyOf(post('tasks', drafts, key));
  check.after(() => post('tasks/cancel?tag=keyed'));
  expect(await bodyOf(post('tasks', drafts, key))).toEqual(first);
  expect((await client.list({ tag: 'keyed' })).tasks.length).toBe(2);
});

test('an idempotency key with another payload is 422', async (check) => {
  const key = { 'Idempotency-Key': crypto.randomUUID() };
  const { task_id } = await bodyOf(post('tasks', { type: 'countdown', run_at: '2199-01-01T00:00:00Z' }, key));
  check.after(() => client.cancel(task_id));
  const other = await post('tasks', { type: 'spin', run_at: '2199-01-01T00:00:00Z' }, key);
  expect(other.status).toBe(422);
  expect((await other.json()).type).toBe('urn:holdfast:problem:idempotency-mismatch');
});

test('GET tasks lists newest first, page by page, and each task once', async (check) => {
  for (const n of upTo(5)) await pending({ tags: ['paged', n] });
  check.after(() => post('tasks/cancel?tag=paged'));
  const pages: string[][] = [];
  let page: string | null = null;
  do {
    const path: string = `tasks?tag=paged&limit=2${page ? `&page=${page}` : ''}`;
    const body: Awaited<ReturnType<typeof client.list>> = await bodyOf(ask(path));
    pages.push(body.tasks.map(({ tags }) => tags[1] ?? ''));
    page = body.next_page;
  } while (page);
  expect(pages).toEqual([['5', '4'], ['3', '2'], ['1']]);
});

test('GET tasks filters by status, type, tag and text, and counts over all', async (check) => {
  const done = await run('leaflet', { name: 'a.txt', type: 'text/plain', text: 'Haystack' }, { tags: ['sifted'] });
  const waits = await pending({ tags: ['sifted'] });
  check.after(() => client.cancel(waits.task_id));
  const ids = async (query: string) =>
    (await client.list(Object.fromEntries(new URLSearchParams(query)))).tasks.map(({ task_id }) => task_id);
  expect(await ids('tag=sifted')).toEqual([waits.task_id, done.task_id]);
  expect(await ids('tag=sifted&status=completed,failed')).toEqual([done.task_id]);
  expect(await ids('tag=sifted&type=countdown')).toEqual([waits.task_id]);
  expect(await ids('tag=sifted&q=haySTACK')).toEqual([done.task_id]);
  const { counts, cursor } = await client.list({ tag: 'no such' });
  expect(Object.keys(counts)).toEqual(['pending', 'running', 'paused', 'completed', 'failed', 'canceled']);
  expect(counts.completed, 'the completed ones').toBeAtLeast(1);
  expect(cursor).toMatch(/^[\da-f-]{36}-\d+$/);
});

test('GET a task has a strong ETag, and If-None-Match is 304 until it changes', async () => {
  const { task_id } = await pending();
  const first = await ask(`tasks/${task_id}`);
  const etag = first.headers.get('ETag') ?? '';
  expect(etag).toMatch(/^"[^"]+"$/);
  const same = await ask(`tasks/${task_id}`, { headers: { 'If-None-Match': etag } });
  expect(same.status).toBe(304);
  expect(await same.text()).toBe('');
  await client.cancel(task_id);
  const changed = await ask(`tasks/${task_id}`, { headers: { 'If-None-Match': etag } });
  expect(changed.status).toBe(200);
  expect(changed.headers.get('ETag') === etag, 'whether the ETag stayed').toBe(false);
});

test('HEAD has the headers of GET and no body', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  for (const path of ['tasks', `tasks/${task_id}`, 'tasks/health', 'openapi.json']) {
    const response = await ask(path, { method: 'HEAD' });
    expect(response.status, `HEAD ${path}`).toBe(200);
    expect(response.headers.get('Content-Type'), `the type of ${path}`).toBe(JSON_TYPE);
    expect(await response.text(), `the body of ${path}`).toBe('');
  }
});

test('HEAD on a stream answers its headers and opens none', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  const before = (await client.health()).open_streams;
  for (const path of [`tasks/${task_id}/stream`, 'tasks/stream', 'stream', 'stream-events', 'stream-with-id']) {
    const response = await ask(path, { method: 'HEAD' });
    expect(response.status, `HEAD ${path}`).toBe(200);
    expect(response.headers.get('Content-Type'), `the type of ${path}`).toBe('text/event-stream');
    expect(await response.text(), `the body of ${path}`).toBe('');
  }
  // What an earlier check had open may still have been ending.
  expect(before, 'the open streams before').toBeAtLeast((await client.health()).open_streams);
});

test('the log is the task’s events as JSON, from where it is asked for', async () => {
  const { task_id, last_event_id } = await run('countdown', { steps: 3, step_ms: 0 });
  const whole = await bodyOf(ask(`tasks/${task_id}/log`));
  expect(whole.last_event_id).toBe(last_event_id);
  const { events } = whole;
  // The end is a message and `complete`, both with the last id.
  expect(events.map(({ id }: { id: string }) => id)).toEqual([...upTo(Number(last_event_id)), last_event_id]);
  expect(events.at(-1)).toHave({ event: 'complete' });
  expect(await bodyOf(ask(`tasks/${task_id}/log?after=1&limit=2`))).toEqual({
    events: events.slice(1, 3),
    last_event_id,
  });
});

test('the result is there once the task is completed, and 409 before', async (check) => {
  const waits = await pending();
  check.after(() => client.cancel(waits.task_id));
  const early = await ask(`tasks/${waits.task_id}/result`);
  expect(early.status).toBe(409);
  expect(await early.json()).toHave({ type: 'urn:holdfast:problem:conflict', task_status: 'pending' });
  const { task_id } = await run('countdown', { steps: 2, step_ms: 0 });
  expect(await bodyOf(ask(`tasks/${task_id}/result`))).toEqual({ steps: 2 });
});

test('DELETE is 409 while a task lives, then 204, and then nothing is left', async () => {
  const { task_id } = await pending();
  expect((await send('DELETE', `tasks/${task_id}`)).status, 'while it lives').toBe(409);
  await client.cancel(task_id);
  const gone = await send('DELETE', `tasks/${task_id}`);
  expect(gone.status).toBe(204);
  expect(await gone.text()).toBe('');
  for (const path of ['', '/log', '/stream', '/result', '/files/a'])
    expect((await ask(`tasks/${task_id}${path}`)).status, `GET …${path}`).toBe(404);
});

test('cancel answers with the canceled task, also when it is asked again', async () => {
  const { task_id } = await pending();
  const first = await post(`tasks/${task_id}/cancel`);
  expect(first.status).toBe(200);
  const task = await first.json();
  expect(task).toHave({ status: 'canceled', stopped: null });
  expect(await bodyOf(post(`tasks/${task_id}/cancel`))).toEqual(task);
});

test('what a finished task’s status does not allow is 409 with the status', async () => {
  const { task_id } = await run('countdown', { steps: 1, step_ms: 0 });
  for (const verb of ['cancel', 'pause', 'resume', 'retry']) {
    const response = await post(`tasks/${task_id}/${verb}`);
    expect(response.status, verb).toBe(409);
    expect(await response.json(), verb).toHave({ task_status: 'completed', status: 409 });
  }
});

test('bulk cancel and delete take a filter and say how many', async (check) => {
  const waiting = [await pending({ tags: ['bulk'] }), await pending({ tags: ['bulk'] })];
  const active = await running(check, 100, { tags: ['bulk'] });
  const other = await pending();
  check.after(() => client.cancel(other.task_id));
  expect(await bodyOf(post('tasks/cancel?tag=bulk'))).toEqual({ count: 3 });
  expect(await bodyOf(post('tasks/cancel?tag=bulk')), 'the second time').toEqual({ count: 0 });
  for (const { task_id } of [...waiting, active]) expect((await client.get(task_id)).status).toBe('canceled');
  expect(await bodyOf(send('DELETE', 'tasks?tag=bulk&status=completed')), 'of another status').toEqual({ count: 0 });
  expect(await bodyOf(send('DELETE', 'tasks?tag=bulk'))).toEqual({ count: 3 });
  expect((await client.get(other.task_id)).status, 'the one without the tag').toBe('pending');
});

test('settings are read, changed in part, and kept', async (check) => {
  const before = await client.settings();
  expect(Object.keys(before).sort()).toEqual(
    ['keep_finished', 'keep_finished_ms', 'log_bytes', 'log_events', 'max_streams', 'running_limit'].sort(),
  );
  await configured(check, { keep_finished: 9_999 });
  expect(await client.settings()).toEqual({ ...before, keep_finished: 9_999 });
});

test('POST submit starts a ten-step countdown', async () => {
  const response = await post('submit');
  expect(response.status).toBe(200);
  const { task_id, ...rest } = await response.json();
  expect(rest).toEqual({ status: 'processing' });
  expect(await client.get(task_id)).toHave({ type: 'countdown', input: { steps: 10, step_ms: 1_000 } });
  await client.cancel(task_id);
  const called = await client.submitLesson();
  expect(called.status).toBe('processing');
  expect((await client.cancel(called.task_id)).type).toBe('countdown');
});

test('the lessons in SSE are where the client says', async () => {
  for (const name of ['stream', 'stream-events', 'stream-with-id'] as const) {
    const end = new AbortController();
    const { status, headers } = await fetch(client.lessonUrl(name), { signal: end.signal });
    end.abort();
    expect([status, headers.get('Content-Type')], name).toEqual([200, 'text/event-stream']);
  }
});

test('a task’s id may be asked for in many tabs’ worth of requests at once', async (check) => {
  const { task_id } = await pending();
  check.after(() => client.cancel(task_id));
  const answers = await Promise.all(Array.from({ length: 100 }, () => client.get(task_id)));
  expect(answers.every((task) => task.task_id === task_id)).toBe(true);
});

test('submitting many at once loses none', async (check) => {
  check.after(() => post('tasks/cancel?tag=rush'));
  const tasks = await Promise.all(
    Array.from({ length: 30 }, () => submit('countdown', {}, { tags: ['rush'], run_at: '2199-01-01T00:00:00Z' })),
  );
  expect(new Set(tasks.map(({ task_id }) => task_id)).size).toBe(30);
  expect((await client.list({ tag: 'rush' })).tasks.length).toBe(30);
});
