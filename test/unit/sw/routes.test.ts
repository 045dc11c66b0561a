import 'fake-indexeddb/auto';
import * as v from 'valibot';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { TaskSchema } from '../../../src/core/schema.ts';
import { examples } from '../core/tasks.ts';
import { readerOf, ticks } from './reader.ts';
import { createServer, problemOf, type Server } from './server.ts';

const { completed, failed, paused, progress, log } = examples;
const countdown = { type: 'countdown', input: { steps: 3 } };
const nobody = '01970000-0000-7000-8000-000000000000';

afterEach(() => void vi.unstubAllGlobals());

const running = (server: Server) => server.started({ type: 'countdown', input: { steps: 3, step_ms: 0 } });

async function done(server: Server) {
  const { task_id } = await running(server);
  await server.change(task_id, [completed]);
  return task_id;
}

describe('POST /tasks', () => {
  test('takes a task: 202, its place, the task itself with the defaults of its job', async () => {
    const { post, request } = createServer();
    const response = await post('tasks', countdown);
    expect(response.status).toBe(202);
    const task = v.parse(TaskSchema, await response.json());
    expect(task).toMatchObject({ type: 'countdown', status: 'pending', input: { steps: 3, step_ms: 1000 } });
    expect(response.headers.get('Location')).toBe(`/app/tasks/${task.task_id}`);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await (await request(`tasks/${task.task_id}`)).json()).toEqual(task);
  });

  test('answers with every key of a task, in the order of the contract', async () => {
    const { post } = createServer();
    const task = await (await post('tasks', countdown)).json();
    expect(Object.keys(task)).toEqual(
      (
        'task_id type status paused progress message done total unit input result error stopped files attempt failures ' +
        'max_attempts priority timeout_ms run_at depends_on tags cancel_requested_at created_at started_at updated_at ' +
        'checkpoint_at finished_at last_event_id'
      ).split(' '),
    );
    // A UUIDv7: it sorts by creation.
    expect(task.task_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const ids = [task.task_id];
    for (let i = 0; i < 20; i += 1) ids.push((await (await post('tasks', countdown)).json()).task_id);
    expect(ids.toSorted()).toEqual(ids);
  });

  test('takes an array in one answer', async () => {
    const { post } = createServer();
    const response = await post('tasks', [countdown, { type: 'spin' }]);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ tasks: [{ type: 'countdown' }, { type: 'spin' }] });
    expect(response.headers.get('Location')).toBeNull();
  });

  test('takes a thousand tasks, but not one more, and not none', { timeout: 30_000 }, async () => {
    const { post, request } = createServer();
    expect(
      (
        await post(
          'tasks',
          Array.from({ length: 1_000 }, () => ({ type: 'spin' })),
        )
      ).status,
    ).toBe(202);
    for (const count of [0, 1_001]) {
      const response = await post(
        'tasks',
        Array.from({ length: count }, () => ({ type: 'spin' })),
      );
      expect(response.status).toBe(422);
      expect((await problemOf(response, 'tasks')).errors).toEqual([{ pointer: '', detail: expect.any(String) }]);
    }
    expect(await (await request('tasks?limit=1')).json()).toMatchObject({ counts: { pending: 1_000 } });
  });

  test('with an idempotency key answers the same again, or refuses another payload', async () => {
    const { post } = createServer();
    const key = { 'Idempotency-Key': 'k' };
    const first = await post('tasks', countdown, key);
    expect(first.headers.get('Idempotency-Replayed')).toBeNull();
    const task = await first.json();
    // The same once its defaults are filled in.
    const again = await post('tasks', { ...countdown, input: { step_ms: 1000, steps: 3 }, priority: 0 }, key);
    expect([again.status, again.headers.get('Idempotency-Replayed')]).toEqual([202, 'true']);
    expect(await again.json()).toEqual(task);
    const other = await post('tasks', { ...countdown, priority: 1 }, key);
    expect(other.status).toBe(422);
    expect((await problemOf(other)).type).toBe('urn:holdfast:problem:idempotency-mismatch');
  });

  test('with an idempotency key covers an array whole', async () => {
    const { post, request } = createServer();
    const key = { 'Idempotency-Key': 'k' };
    const first = await (await post('tasks', [countdown, countdown], key)).json();
    expect(await (await post('tasks', [countdown, countdown], key)).json()).toEqual(first);
    expect((await post('tasks', [countdown], key)).status).toBe(422);
    expect((await post('tasks', countdown, key)).status).toBe(422);
    expect((await (await request('tasks')).json()).tasks).toHaveLength(2);
  });

  test.each<[string, unknown, string[]]>([
    ['no type', {}, ['/type']],
    ['an unknown type', { type: 'nothing' }, ['/type']],
    ['an unknown field', { type: 'spin', color: 'red' }, ['/color']],
    [
      'an input that does not fit',
      { type: 'countdown', input: { steps: 0, step_ms: 'x' } },
      ['/input/steps', '/input/step_ms'],
    ],
    ['an unknown field of the input', { type: 'spin', input: { 'a/b~c': 1 } }, ['/input/a~1b~0c']],
    [
      'a list that does not fit',
      { type: 'checksum', input: { files: [{ file_id: 'a' }, {}] } },
      ['/input/files/1/file_id', '/input/files/1/task_id', '/input/files/1/name'],
    ],
    ['numbers out of range', { type: 'spin', priority: 1001, max_attempts: 0 }, ['/priority', '/max_attempts']],
    ['a time that is none', { type: 'spin', run_at: 'tomorrow' }, ['/run_at']],
    ['a time that no engine can read', { type: 'spin', run_at: '2026-01-01T00:00:00+01' }, ['/run_at']],
    ['a time after the year 9999 in UTC', { type: 'spin', run_at: '9999-12-31T23:59:59-01:00' }, ['/run_at']],
    ['a time before the year 0 in UTC', { type: 'spin', run_at: '0000-01-01T00:00:00+01:00' }, ['/run_at']],
    ['an unknown dependency', { type: 'spin', depends_on: [nobody] }, ['/depends_on/0']],
    ['an array for an input', { type: 'spin', input: [] }, ['/input']],
    ['no object', 7, ['']],
    ['null', null, ['']],
    [
      'some that are wrong in an array',
      [countdown, { type: 'x' }, { type: 'spin', tags: [1] }],
      ['/1/type', '/2/tags/0'],
    ],
    ['an unknown dependency in an array', [countdown, { type: 'spin', depends_on: [nobody] }], ['/1/depends_on/0']],
  ])('refuses %s with 422 and its place', async (_, body, pointers) => {
    const { post, request } = createServer();
    const response = await post('tasks', body);
    expect(response.status).toBe(422);
    const { errors, type } = await problemOf(response, 'tasks');
    expect(type).toBe('urn:holdfast:problem:invalid-input');
    expect([...new Set(errors?.map(({ pointer }) => pointer))]).toEqual(pointers);
    for (const { detail } of errors ?? []) expect(detail).not.toBe('');
    expect((await (await request('tasks')).json()).tasks).toEqual([]);
  });

  test('a body of nothing but faults is refused in few words', async () => {
    const { post } = createServer();
    const zeros = Array(520_000).fill(0);
    for (const body of [
      { type: 'spin', tags: zeros },
      { type: 'checksum', input: { files: zeros } },
      [{ type: 'spin', tags: zeros }],
    ]) {
      const response = await post('tasks', body);
      expect(response.status).toBe(422);
      expect((await response.clone().text()).length).toBeLessThan(100_000);
      expect((await problemOf(response, 'tasks')).errors).toHaveLength(100);
    }
  });

  test('takes any ISO 8601 time and shows it in UTC', async () => {
    const { post } = createServer();
    const response = await post('tasks', { type: 'spin', run_at: '2030-01-01T01:00:00+01:00' });
    expect(await response.json()).toMatchObject({ run_at: '2030-01-01T00:00:00.000Z' });
  });

  test.each<[string, number]>([
    ['', 0],
    ['xyz', 0],
    ['{"type": "spin",}', 16],
    ['{"type" "spin"}', 8],
    ['[1, 2', 5],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['{"a": tru}', 6],
    ['{"a": 01}', 7],
    ['{"a": "\n"}', 7],
    ['{"a": "\\x"}', 7],
    ['{a: 1}', 1],
    ['{} {}', 3],
    [`[${'"long enough that no engine quotes all of it", '.repeat(30)}?]`, 1 + 30 * 47],
  ])('%j is no JSON: 400 with the position', async (body, position) => {
    const { post } = createServer();
    const response = await post('tasks', body);
    expect(response.status).toBe(400);
    expect((await problemOf(response, 'tasks')).position).toBe(position);
  });

  test('refuses what is not UTF-8 with 400', async () => {
    const { request } = createServer();
    const body = new Uint8Array([0x7b, 0xff, 0x7d]);
    const response = await request('tasks', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    expect(response.status).toBe(400);
    await problemOf(response);
  });

  test('takes 1 MiB and refuses a byte more with 413', async () => {
    const { post } = createServer();
    const pad = (bytes: number) => JSON.stringify({ type: 'spin' }).padEnd(bytes);
    expect((await post('tasks', pad(1024 * 1024))).status).toBe(202);
    const response = await post('tasks', pad(1024 * 1024 + 1));
    expect(response.status).toBe(413);
    await problemOf(response);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'refuses the content type "%s" with 415',
    async (type) => {
      const { post } = createServer();
      const response = await post('tasks', countdown, { 'Content-Type': type });
      expect(response.status).toBe(415);
      await problemOf(response);
    },
  );

  test('takes parameters of the content type, in any case', async () => {
    const { post } = createServer();
    const response = await post('tasks', countdown, { 'Content-Type': 'Application/JSON; charset=utf-8' });
    expect(response.status).toBe(202);
  });
});

test.each([
  ['POST', 'tasks', 'application/json'],
  ['PATCH', 'tasks/settings', 'application/json'],
  ['POST', 'files', 'text/plain'],
  ['POST', 'tasks/import', 'application/vnd.holdfast.export'],
])('a body that breaks off is 400, and no error of the store: %s %s', async (method, path, type) => {
  const server = createServer();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{')),
    pull: (controller) => controller.error(new TypeError('the line is dead')),
  });
  const init = { method, headers: { 'Content-Type': type }, body, duplex: 'half' };
  const response = await server.request(path, init);
  expect(response.status).toBe(400);
  const { type: name, detail } = await problemOf(response, path);
  expect([name, detail]).toEqual(['urn:holdfast:problem:bad-request', 'The body broke off: the line is dead']);
  expect(server.reports).toEqual([]);
});

describe('GET /tasks', () => {
  test('lists newest first, with the counts, a cursor and the next page', async () => {
    const { post, request, store } = createServer();
    const { tasks } = await (await post('tasks', [countdown, countdown, countdown])).json();
    const first = await (await request('tasks?limit=2')).json();
    expect(first.tasks).toEqual([tasks[2], tasks[1]]);
    expect(first.counts).toEqual({ pending: 3, running: 0, paused: 0, completed: 0, failed: 0, canceled: 0 });
    expect(first.cursor).toBe(`${await store.epoch()}-3`);
    const second = await (await request(`tasks?limit=2&page=${first.next_page}`)).json();
    expect(second).toMatchObject({ tasks: [tasks[0]], next_page: null });
  });

  test('filters', async () => {
    const { post, request } = createServer();
    await post('tasks', [
      { type: 'spin', tags: ['red'] },
      { type: 'countdown', tags: ['red'], input: { steps: 77 } },
    ]);
    const types = async (query: string) =>
      (await (await request(`tasks?${query}`)).json()).tasks.map((task: { type: string }) => task.type);
    expect(await types('type=spin')).toEqual(['spin']);
    expect(await types('tag=red')).toEqual(['countdown', 'spin']);
    expect(await types('q=77')).toEqual(['countdown']);
    expect(await types('q=null')).toEqual([]);
    expect(await types('status=running,pending')).toEqual(['countdown', 'spin']);
    expect(await types('status=completed')).toEqual([]);
  });

  test.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'limit=1e2',
    'limit=-1',
    'limit=',
    'status=done',
    'status=',
    'page=',
    'page=2',
    'page=zzz',
    'color=red',
  ])('refuses %s with 400 and its name', async (query) => {
    const response = await createServer().request(`tasks?${query}`);
    expect(response.status).toBe(400);
    expect((await problemOf(response)).detail).toContain(query.split('=')[0]);
  });
});

describe('GET /tasks/{id}', () => {
  test('has a strong ETag that changes with the task, and answers 304 to it', async () => {
    const { post, request, change } = createServer();
    const { task_id } = await (await post('tasks', countdown)).json();
    const first = await request(`tasks/${task_id}`);
    const etag = first.headers.get('ETag') ?? '';
    expect(etag).toMatch(/^".+"$/);
    const same = await request(`tasks/${task_id}`, { headers: { 'If-None-Match': etag } });
    expect([same.status, await same.text(), same.headers.get('ETag')]).toEqual([304, '', etag]);
    const one_of = await request(`tasks/${task_id}`, { headers: { 'If-None-Match': `"x", ${etag}` } });
    expect(one_of.status).toBe(304);
    const any = await request(`tasks/${task_id}`, { headers: { 'If-None-Match': '*' } });
    expect(any.status).toBe(304);
    await change(task_id, [log]);
    const other = await request(`tasks/${task_id}`, { headers: { 'If-None-Match': etag } });
    expect(other.status).toBe(200);
    expect(other.headers.get('ETag')).not.toBe(etag);
  });
});

describe('the folder that the app is served from', () => {
  test.each(['/', '/a/b/', '/my%20app/', '/m%C3%BCller/', '/100%25/', '/a+b(1)/'])('may be %s', async (base) => {
    const { post, request, started, change, files } = createServer(undefined, base);
    const { task_id } = await started({ type: 'countdown' });
    const output = await files.openOutput(task_id, 'a b/ü%', 'text/plain', 0);
    await output.write('0123456789');
    await output.flush();
    await change(task_id, [{ ...completed, files: [{ name: 'a b/ü%', size: 10, type: 'text/plain' }] }]);
    expect(await (await request(`tasks/${task_id}`)).json()).toMatchObject({ task_id });
    const file = await request(`tasks/${task_id}/files/${encodeURIComponent('a b/ü%')}`);
    expect(await file.text()).toBe('0123456789');
    const accepted = await post('tasks', { type: 'spin' });
    expect(accepted.headers.get('Location')).toBe(`${base}tasks/${(await accepted.json()).task_id}`);
    const refused = await request('tasks', { method: 'PUT' });
    expect([refused.status, refused.headers.get('Allow')]).toEqual([405, 'HEAD, GET, POST, DELETE']);
    expect(await refused.json()).toMatchObject({ instance: `${base}tasks` });
  });
});

describe('what is not there is 404', () => {
  test.each([
    ['GET', 'tasks/a%20b'],
    ['GET', 'tasks/%22%3E%00%E2%82%AC'],
    ['GET', 'tasks/%'],
    ['GET', `tasks/${nobody}/files/a%20b%2Fc`],
    ['GET', `tasks/${nobody}`],
    ['GET', `tasks/${nobody}/stream`],
    ['HEAD', `tasks/${nobody}/stream`],
    ['GET', `tasks/${nobody}/log`],
    ['GET', `tasks/${nobody}/result`],
    ['GET', `tasks/${nobody}/files/a`],
    ['POST', `tasks/${nobody}/cancel`],
    ['POST', `tasks/${nobody}/pause`],
    ['POST', `tasks/${nobody}/resume`],
    ['POST', `tasks/${nobody}/retry`],
    ['DELETE', `tasks/${nobody}`],
    ['GET', `files/${nobody}`],
    ['DELETE', `files/${nobody}`],
    ['GET', 'nothing'],
    ['GET', `tasks/${nobody}/nothing`],
  ])('%s %s', async (method, path) => {
    const response = await createServer().request(path, { method });
    expect(response.status).toBe(404);
    if (method !== 'HEAD') expect((await problemOf(response, path)).type).toBe('urn:holdfast:problem:not-found');
  });
});

describe('another method is 405 and says which there are', () => {
  test.each([
    ['PUT', 'tasks', 'HEAD, GET, POST, DELETE'],
    ['PATCH', 'tasks/x', 'HEAD, GET, DELETE'],
    ['POST', 'tasks/x/stream', 'HEAD, GET'],
    ['DELETE', 'tasks/stream', 'HEAD, GET'],
    ['DELETE', 'tasks/types', 'HEAD, GET'],
    ['GET', 'tasks/cancel', 'POST'],
    ['PUT', 'tasks/settings', 'HEAD, GET, PATCH'],
    ['PATCH', 'tasks/typesetting', 'HEAD, GET, DELETE'],
    ['GET', 'tasks/x/cancel', 'POST'],
    ['HEAD', 'tasks/x/retry', 'POST'],
    ['OPTIONS', 'files', 'POST'],
    ['POST', 'files/x', 'HEAD, GET, DELETE'],
    ['DELETE', 'tasks/x/files/a/b', 'HEAD, GET'],
    ['POST', 'openapi.json', 'HEAD, GET'],
    ['GET', 'submit', 'POST'],
  ])('%s %s', async (method, path, allow) => {
    const response = await createServer().request(path, { method });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') await problemOf(response, path);
  });
});

describe('a query value that is there twice is 400 and named', () => {
  test.each([
    ['GET', 'tasks', 'status=pending&status=nonsense'],
    ['GET', 'tasks', 'tag=a&tag=b'],
    ['GET', 'tasks', 'limit=1&limit=1'],
    ['DELETE', 'tasks', 'all=true&all=false'],
    ['POST', 'tasks/cancel', 'type=spin&type=countdown'],
    ['GET', 'tasks/health', 'detail=true&detail=false'],
    ['GET', 'tasks/stream', 'cursor=a&cursor=b'],
    ['GET', `tasks/${nobody}`, 'at=1&at=2'],
    ['GET', `tasks/${nobody}/log`, 'after=1&after=2'],
    ['GET', `tasks/${nobody}/stream`, 'last_event_id=1&last_event_id=2'],
    ['GET', `tasks/${nobody}/stream`, 'exclusive=1&exclusive=1'],
    ['POST', `tasks/${nobody}/retry`, 'from=start&from=checkpoint'],
    ['POST', 'files', 'name=a&name=b'],
    ['GET', 'search', 'q=a&q=b'],
    ['GET', 'search/documents', 'page=1&page=2'],
    ['DELETE', 'search/documents', 'all=true&all=true'],
    ['GET', 'stream-with-id', 'last_event_id=1&last_event_id=2'],
  ])('%s %s?%s', async (method, path, query) => {
    const headers = { 'Content-Type': 'text/plain' };
    const response = await createServer().request(`${path}?${query}`, { method, headers });
    expect(response.status).toBe(400);
    expect((await problemOf(response, path)).detail).toContain(`${query.split('=')[0]}: `);
  });

  test('but what is asked of the health, or of a task, and is unknown there is passed over', async () => {
    const { request } = createServer();
    expect((await request('tasks/health?color=red&color=blue')).status).toBe(200);
  });
});

describe('the log', () => {
  test('is the events of the stream as JSON, from anywhere, as many as are wanted', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    await server.change(task_id, [log, progress, completed]);
    const get = async (query: string) => (await server.request(`tasks/${task_id}/log${query}`)).json();
    const all = await get('');
    expect(all.last_event_id).toBe('5');
    expect(all.events.map(({ id, event }: { id: string; event: string }) => [id, event])).toEqual([
      ['1', 'message'],
      ['2', 'message'],
      ['3', 'log'],
      ['4', 'message'],
      ['5', 'message'],
      ['5', 'complete'],
    ]);
    const reader = readerOf((await server.request(`tasks/${task_id}/stream`)).body);
    await reader.toEnd();
    expect(reader.messages.map(({ data }) => JSON.parse(data))).toEqual(
      all.events.map(({ data }: { data: unknown }) => data),
    );
    expect((await get('?after=2&limit=2')).events).toEqual(all.events.slice(2, 4));
    expect((await get('?after=5')).events).toEqual([]);
  });

  test('is the events of the stream and no more, unless detail is asked for', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const canceled = { kind: 'canceled' as const, stopped: { rung: 'fenced' as const, ms: 7 } };
    await server.change(task_id, [{ ...progress, checkpoint: true }, { kind: 'lost', message: 'gone' }, canceled]);
    const { events }: { events: { id: string; at?: string; change?: unknown }[] } = await (
      await server.request(`tasks/${task_id}/log?detail=true`)
    ).json();
    expect(events.map(({ change }) => change)).toEqual([
      { kind: 'created' },
      { kind: 'started', by: null },
      { kind: 'progress', checkpoint: true },
      { kind: 'lost' },
      { kind: 'canceled', stopped: canceled.stopped },
      { kind: 'canceled', stopped: canceled.stopped },
    ]);
    for (const { at } of events) expect(new Date(at ?? '').toISOString()).toBe(at);
    const plain = await (await server.request(`tasks/${task_id}/log`)).json();
    expect(plain.events).toEqual(events.map(({ at: _, change: __, ...frame }) => frame));
  });

  test('of a trimmed log begins with the gap and the state at the cut, as its stream does', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    for (let i = 0; i < 20; i += 1) await server.change(task_id, [{ ...progress, done: i, total: 20 }]);
    await server.store.trim(task_id, { log_events: 10, log_bytes: 1e9 });
    const get = async (query: string) => (await (await server.request(`tasks/${task_id}/log${query}`)).json()).events;
    const [gap, state, ...rest] = await get('?after=2&limit=3');
    expect(gap).toEqual({ id: '12', event: 'gap', data: { from: 3, to: 12 } });
    expect(state).toMatchObject({ id: '12', event: 'message', data: { task_id, status: 'running', done: 9 } });
    expect(rest.map(({ id }: { id: string }) => id)).toEqual(['13', '14', '15']);
    expect((await get('?after=12&limit=1')).map(({ id }: { id: string }) => id)).toEqual(['13']);
  });

  test.each(['after=x', 'after=-1', 'limit=0', 'limit=10001', 'before=1'])('refuses %s with 400', async (query) => {
    const server = createServer();
    const { task_id } = await running(server);
    expect((await server.request(`tasks/${task_id}/log?${query}`)).status).toBe(400);
  });
});

describe('commands', () => {
  test('cancel, pause, resume and retry answer with the task', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const command = async (name: string) =>
      (await server.request(`tasks/${task_id}/${name}`, { method: 'POST' })).json();
    expect(await command('pause')).toMatchObject({ status: 'paused', paused: { reason: 'user' } });
    expect(await command('resume')).toMatchObject({ status: 'pending', paused: null });
    expect(await command('cancel')).toMatchObject({ status: 'canceled' });
    expect(await command('cancel')).toMatchObject({ status: 'canceled' });
    expect(await command('retry')).toMatchObject({ status: 'pending', progress: 0 });
  });

  test('a retry goes on from the checkpoint, or from the start; anything else is 400', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const retry = (query: string) => server.request(`tasks/${task_id}/retry${query}`, { method: 'POST' });
    await server.change(task_id, [{ ...progress, checkpoint: true }, failed]);
    expect(await (await retry('')).json()).toMatchObject({ status: 'pending', done: 1 });
    await server.change(task_id, [failed]);
    expect(await (await retry('?from=start')).json()).toMatchObject({ status: 'pending', done: 0 });
    await server.change(task_id, [failed]);
    expect((await retry('?from=nowhere')).status).toBe(400);
  });

  test('what a status does not allow is 409 with the status', async () => {
    const server = createServer();
    const task_id = await done(server);
    for (const name of ['cancel', 'pause', 'resume', 'retry']) {
      const response = await server.request(`tasks/${task_id}/${name}`, { method: 'POST' });
      expect(response.status).toBe(409);
      expect(await problemOf(response)).toMatchObject({
        type: 'urn:holdfast:problem:conflict',
        task_status: 'completed',
      });
    }
  });

  test('a finished task is deleted, a live one is not', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const remove = () => server.request(`tasks/${task_id}`, { method: 'DELETE' });
    expect((await remove()).status).toBe(409);
    const output = await server.files.openOutput(task_id, 'SUMS', 'text/plain', 0);
    await output.write('0123456789');
    await output.flush();
    await server.change(task_id, [{ ...progress, checkpoint: true }], { version: 1, data: 1, outputs: [] });
    await server.change(task_id, [failed]);
    const response = await remove();
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(await server.files.output(task_id, 'SUMS')).toBeNull();
    expect((await server.request(`tasks/${task_id}/log`)).status).toBe(404);
    const left = await server.database((db) => Promise.all([db.count('log'), db.count('checkpoints')]));
    // What tells the stream of all tasks that it was deleted.
    expect(left).toEqual([1, 0]);
    expect((await remove()).status).toBe(404);
  });

  test('a result is there once the task is completed', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const early = await server.request(`tasks/${task_id}/result`);
    expect(early.status).toBe(409);
    expect(await problemOf(early)).toMatchObject({ task_status: 'running' });
    await server.change(task_id, [{ ...completed, result: [1, 'two'] }]);
    expect(await (await server.request(`tasks/${task_id}/result`)).json()).toEqual([1, 'two']);
  });
});

describe('in bulk', () => {
  test('cancel takes what is live and passes over the rest', async () => {
    const server = createServer();
    await done(server);
    await running(server);
    await server.post('tasks', [countdown, { type: 'spin' }]);
    const cancel = async (query: string) => (await server.request(`tasks/cancel?${query}`, { method: 'POST' })).json();
    expect(await cancel('type=spin')).toEqual({ count: 1 });
    expect(await cancel('all=true')).toEqual({ count: 2 });
    expect(await cancel('all=true')).toEqual({ count: 0 });
    expect((await (await server.request('tasks')).json()).counts).toMatchObject({ canceled: 3, completed: 1 });
  });

  test('delete takes what is finished and passes over the rest', async () => {
    const server = createServer();
    await done(server);
    await running(server);
    const remove = async (query: string) => (await server.request(`tasks?${query}`, { method: 'DELETE' })).json();
    expect(await remove('status=failed')).toEqual({ count: 0 });
    expect(await remove('all=true')).toEqual({ count: 1 });
    expect((await (await server.request('tasks')).json()).counts).toMatchObject({ running: 1, completed: 0 });
  });

  test('delete takes the output files too, and one that cannot be removed keeps none of the rest', async () => {
    const server = createServer();
    const ids = [await done(server), await done(server)];
    const [held = ''] = ids;
    for (const task_id of ids) {
      const output = await server.files.openOutput(task_id, 'SUMS', 'text/plain', 0);
      await output.write('0123456789');
      await output.flush();
    }
    const { removeOutputs } = server.files;
    server.files.removeOutputs = (task_id) =>
      task_id === held ? Promise.reject(new Error('still held')) : removeOutputs(task_id);
    const response = await server.request('tasks?all=true', { method: 'DELETE' });
    expect([response.status, await response.json()]).toEqual([200, { count: 2 }]);
    const left = await Promise.all(ids.map((task_id) => server.files.output(task_id, 'SUMS')));
    expect(left).toEqual([expect.any(Blob), null]);
    expect(server.reports).toEqual([new Error('still held')]);
  });

  test.each(['', 'all=yes', 'limit=5', 'status=done', 'q='])(
    '"%s" is no filter: 400, and nothing happens',
    async (query) => {
      const server = createServer();
      const task_id = await done(server);
      await running(server);
      for (const [method, path] of [
        ['POST', 'tasks/cancel'],
        ['DELETE', 'tasks'],
      ]) {
        const response = await server.request(`${path}?${query}`, { method: method ?? '' });
        expect(response.status).toBe(400);
        await problemOf(response);
      }
      expect((await server.get(task_id)).status).toBe('completed');
    },
  );
});

describe('GET /tasks/{id}/stream', () => {
  test('is an event stream that no proxy or cache keeps', async () => {
    const server = createServer();
    const task_id = await done(server);
    const response = await server.request(`tasks/${task_id}/stream`);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream/),
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const reader = readerOf(response.body);
    await reader.toEnd();
    expect(reader.ids()).toEqual([1, 2, 3]);
    expect(server.streams.count()).toBe(0);
  });

  test('goes on after Last-Event-ID, else after ?last_event_id=', async () => {
    const server = createServer();
    const task_id = await done(server);
    const ids = async (query: string, headers: Record<string, string> = {}) => {
      const reader = readerOf((await server.request(`tasks/${task_id}/stream${query}`, { headers })).body);
      await reader.toEnd();
      return reader.ids();
    };
    expect(await ids('?last_event_id=1')).toEqual([2, 3]);
    expect(await ids('', { 'Last-Event-ID': '2' })).toEqual([3]);
    expect(await ids('?last_event_id=1', { 'Last-Event-ID': '2' })).toEqual([3]);
    expect(await ids('?last_event_id=')).toEqual([1, 2, 3]);
    expect(await ids('?last_event_id=0')).toEqual([1, 2, 3]);
  });

  test('at the end of a finished task is 204', async () => {
    const server = createServer();
    const task_id = await done(server);
    for (const method of ['GET', 'HEAD']) {
      const response = await server.request(`tasks/${task_id}/stream?last_event_id=3`, { method });
      expect(response.status).toBe(204);
    }
  });

  test('after an id past the end says reset, and begins again', async () => {
    const server = createServer();
    const task_id = await done(server);
    for (const id of ['99', '9'.repeat(16), '9'.repeat(400)]) {
      const reader = readerOf(
        (await server.request(`tasks/${task_id}/stream`, { headers: { 'Last-Event-ID': id } })).body,
      );
      await reader.toEnd();
      expect(reader.messages.filter(({ event }) => event === 'reset')).toMatchObject([
        { data: JSON.stringify({ task_id }) },
      ]);
      expect(reader.ids()).toEqual([1, 2, 3]);
    }
  });

  test.each(['x', '-1', '1.5', '1e3', `${'9'.repeat(30)}x`, `${nobody}-3`])('after "%s" is 400', async (id) => {
    const server = createServer();
    const task_id = await done(server);
    const response = await server.request(`tasks/${task_id}/stream?last_event_id=${id}`);
    expect(response.status).toBe(400);
    await problemOf(response);
  });

  test('goes on after ?last_event_id= when Last-Event-ID is empty, as it is of a reader that has none', async () => {
    const server = createServer();
    const task_id = await done(server);
    const headers = { 'Last-Event-ID': '' };
    const reader = readerOf((await server.request(`tasks/${task_id}/stream?last_event_id=2`, { headers })).body);
    await reader.toEnd();
    expect(reader.ids()).toEqual([3]);
  });

  test('asked by HEAD answers the headers and opens nothing', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const paths = [`tasks/${task_id}/stream`, 'tasks/stream', 'stream', 'stream-events', 'stream-with-id'];
    for (const path of paths) {
      const response = await server.request(path, { method: 'HEAD' });
      expect([response.status, response.body]).toEqual([200, null]);
      expect(response.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
    }
    expect(server.streams.count()).toBe(0);
  });

  test('is closed when its reader goes', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const response = await server.request(`tasks/${task_id}/stream`);
    expect(server.streams.count()).toBe(1);
    await response.body?.cancel();
    expect(server.streams.count()).toBe(0);
  });

  test('of a trimmed log begins with the gap and the state at the cut', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    for (let i = 0; i < 20; i += 1) await server.change(task_id, [{ ...progress, done: i, total: 20 }]);
    await server.store.trim(task_id, { log_events: 10, log_bytes: 1e9 });
    const reader = readerOf((await server.request(`tasks/${task_id}/stream?last_event_id=2`)).body);
    await reader.drain();
    const [gap, state, first] = reader.messages;
    expect(gap).toMatchObject({ event: 'gap', id: '12', data: JSON.stringify({ from: 3, to: 12 }) });
    expect(state).toMatchObject({ event: undefined, id: undefined });
    expect(JSON.parse(state?.data ?? '')).toMatchObject({ task_id, status: 'running', done: 9, progress: 45 });
    expect(first?.id).toBe('13');
    expect(reader.ids()).toEqual([12, ...Array.from({ length: 10 }, (_, i) => 13 + i)]);
    await reader.cancel();
  });
});

describe('GET /tasks/stream', () => {
  test('goes on from the cursor of a list without a gap', async () => {
    const server = createServer();
    await running(server);
    const { cursor } = await (await server.request('tasks')).json();
    const { task_id } = await running(server);
    const reader = readerOf((await server.request(`tasks/stream?cursor=${cursor}`)).body);
    await reader.drain();
    expect(reader.ids()).toEqual([3, 4]);
    expect(reader.messages.map(({ data }) => JSON.parse(data).task_id)).toEqual([task_id, task_id]);
    await reader.cancel();
  });

  test('passes over what a log no longer holds, which the stream of its task tells by a gap', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const { cursor } = await (await server.request('tasks')).json();
    for (let i = 0; i < 20; i += 1) await server.change(task_id, [{ ...progress, done: i, total: 20 }]);
    await server.store.trim(task_id, { log_events: 10, log_bytes: 1e9 });
    const reader = readerOf((await server.request(`tasks/stream?cursor=${cursor}`)).body);
    await reader.drain();
    expect(reader.messages.map(({ event }) => event)).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(reader.ids()).toEqual(Array.from({ length: 10 }, (_, i) => 13 + i));
    await reader.cancel();
  });

  test('without one begins now', async () => {
    const server = createServer();
    await running(server);
    const reader = readerOf((await server.request('tasks/stream')).body);
    await reader.drain();
    expect(reader.messages).toEqual([]);
    await server.submit();
    await reader.drain();
    expect(reader.ids()).toEqual([3]);
    await reader.cancel();
  });

  test('of another database, or past the end, says reset and begins again', async () => {
    const server = createServer();
    await running(server);
    const epoch = await server.store.epoch();
    for (const cursor of [`${nobody}-1`, `${epoch}-99`, `${epoch}-${'9'.repeat(16)}`]) {
      const reader = readerOf((await server.request(`tasks/stream?cursor=${cursor}`)).body);
      await reader.drain();
      expect(reader.messages[0]?.event).toBe('reset');
      expect(reader.ids()).toEqual([1, 2]);
      await reader.cancel();
    }
  });

  test('from before a deletion that is no longer remembered says reset, from after it goes on', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const before = (await (await server.request('tasks')).json()).cursor;
    await server.change(task_id, [failed]);
    await server.request(`tasks/${task_id}`, { method: 'DELETE' });
    await server.store.forgetDeletions(1);
    const told = readerOf((await server.request(`tasks/stream?cursor=${before}`)).body);
    await told.drain();
    expect(told.messages.map(({ event }) => event)).toEqual(['deleted']);
    await told.cancel();
    const after = (await (await server.request('tasks')).json()).cursor;
    await server.store.forgetDeletions(0);
    const { task_id: next } = await server.submit();
    const events = [];
    for (const cursor of [before, after]) {
      const reader = readerOf((await server.request(`tasks/stream?cursor=${cursor}`)).body);
      await reader.drain();
      events.push(reader.messages.map(({ event, data }) => [event, JSON.parse(data).task_id]));
      await reader.cancel();
    }
    expect(events).toEqual([
      [
        ['reset', undefined],
        [undefined, next],
      ],
      [[undefined, next]],
    ]);
  });

  test('with a malformed cursor is 400', async () => {
    const response = await createServer().request('tasks/stream?cursor=7');
    expect(response.status).toBe(400);
    await problemOf(response);
  });
});

describe('many streams', () => {
  const open = (server: Server, path: string, client: string | null = null) => server.request(path, {}, client);
  const patch = (server: Server, settings: object) =>
    server.request('tasks/settings', {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(settings),
    });

  test('one too many is told to come back, with 200', async () => {
    const server = createServer();
    await patch(server, { max_streams: 2 });
    const streams = [await open(server, 'tasks/stream'), await open(server, 'tasks/stream')];
    const busy = await open(server, 'tasks/stream');
    expect(busy.status).toBe(200);
    const reader = readerOf(busy.body);
    await reader.toEnd();
    expect([reader.retries, reader.messages.map(({ event }) => event)]).toEqual([[5_000], ['busy']]);
    await streams[0]?.body?.cancel();
    const next = await open(server, 'tasks/stream');
    expect(server.streams.count()).toBe(2);
    for (const each of [streams[1], next]) await each?.body?.cancel();
  });

  test('those of clients that are gone make place', async () => {
    const server = createServer();
    await patch(server, { max_streams: 2 });
    server.living.add('here');
    const gone = readerOf((await open(server, 'tasks/stream', 'gone')).body);
    const here = readerOf((await open(server, 'tasks/stream', 'here')).body);
    const next = readerOf((await open(server, 'tasks/stream', 'here')).body);
    await gone.toEnd();
    await next.drain();
    await here.drain();
    expect([next.isOver(), here.isOver(), next.messages]).toEqual([false, false, []]);
    await here.cancel();
    await next.cancel();
  });

  test('an exclusive one is alone with its task', async () => {
    const server = createServer();
    const { task_id } = await running(server);
    const path = `tasks/${task_id}/stream`;
    const first = await open(server, `${path}?exclusive=1`);
    for (const query of ['?exclusive=1', '']) {
      const second = await open(server, path + query);
      expect(second.status).toBe(409);
      expect((await problemOf(second)).title).toBe('Already connected');
    }
    await first.body?.cancel();
    const third = await open(server, path);
    expect((await open(server, `${path}?exclusive=1`)).status).toBe(409);
    await third.body?.cancel();
    expect((await open(server, `${path}?exclusive=yes`)).status).toBe(400);
  });

  test('all break in the middle when they are cut on purpose, and can be opened again', async () => {
    const server = createServer();
    const reader = readerOf((await open(server, 'tasks/stream')).body);
    await reader.drain();
    server.streams.cut();
    await expect(reader.toEnd()).rejects.toThrow('cut on purpose');
    expect(server.streams.count()).toBe(0);
    const again = readerOf((await open(server, 'tasks/stream')).body);
    await again.drain();
    server.streams.endOpen();
    await again.toEnd();
  });

  test('all end cleanly when the service worker is replaced, and new ones are sent away', async () => {
    const server = createServer();
    const reader = readerOf((await open(server, 'tasks/stream')).body);
    await reader.drain();
    server.streams.endAll();
    await reader.toEnd();
    const late = readerOf((await open(server, 'tasks/stream')).body);
    await late.toEnd();
    expect(late.retries).toEqual([1_000]);
    expect(server.streams.count()).toBe(0);
  });

  test.each(Array.from({ length: 16 }, (_, turns) => turns))(
    'that are on their way when the service worker is replaced, for %i turns, hold nothing up',
    async (turns) => {
      const server = createServer();
      const opening = open(server, 'tasks/stream');
      await ticks(turns);
      server.streams.endAll();
      const reader = readerOf((await opening).body);
      await Promise.race([reader.toEnd(), ticks()]);
      expect([reader.isOver(), server.streams.count()]).toEqual([true, 0]);
    },
  );

  test.each(['stream', 'stream-events', 'stream-with-id'])('count the lesson /%s, and end it as well', async (path) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = createServer();
    await patch(server, { max_streams: 2 });
    const [left, ended] = [await open(server, path), readerOf((await open(server, path)).body)];
    const busy = readerOf((await open(server, path)).body);
    await busy.toEnd();
    expect(busy.messages.map(({ event }) => event)).toEqual(['busy']);
    await left.body?.cancel();
    expect(server.streams.count()).toBe(1);
    await ended.drain();
    const seen = ended.messages.length;
    server.streams.endAll();
    await ended.toEnd();
    expect([seen, ended.messages.length, server.streams.count()]).toEqual([1, 1, 0]);
    const late = readerOf((await open(server, path)).body);
    await late.toEnd();
    expect([late.retries, late.messages.map(({ event }) => event)]).toEqual([[1_000], ['busy']]);
  });

  test('are served again by a service worker that was not replaced after all', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = createServer();
    server.streams.endAll();
    vi.advanceTimersByTime(10_000);
    const reader = readerOf((await open(server, 'tasks/stream')).body);
    await reader.drain();
    expect(server.streams.count()).toBe(1);
    await reader.cancel();
  });
});

describe('an input file', () => {
  const add = (server: Server, path: string, body: BodyInit, headers: Record<string, string> = {}) =>
    server.request(path, { method: 'POST', body, headers });

  test('comes as a raw body and is read back as a download', async () => {
    const server = createServer();
    const added = await add(server, 'files?name=a%22b%0Aé.txt', 'hello', {
      'Content-Type': 'text/html; charset=utf-8',
    });
    expect(added.status).toBe(201);
    const file = await added.json();
    expect(file).toEqual({ file_id: expect.any(String), name: 'a"b\né.txt', size: 5, type: 'text/html' });
    const response = await server.request(`files/${file.file_id}`);
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/html',
      'content-length': '5',
      'content-disposition': `attachment; filename="a_b__.txt"; filename*=UTF-8''a%22b%0A%C3%A9.txt`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'accept-ranges': 'bytes',
      'cache-control': 'no-store',
    });
    expect(await response.text()).toBe('hello');
  });

  test('comes as a form', async () => {
    const server = createServer();
    const form = new FormData();
    form.append('note', 'not a file');
    form.append('file', new File(['hello'], 'a b.txt', { type: 'text/plain' }));
    const added = await add(server, 'files', form);
    expect(added.status).toBe(201);
    const file = await added.json();
    expect(file).toMatchObject({ name: 'a b.txt', size: 5, type: 'text/plain' });
    expect(await (await server.request(`files/${file.file_id}`)).text()).toBe('hello');
  });

  test('is deleted once', async () => {
    const server = createServer();
    const { file_id } = await (await add(server, 'files', 'x', { 'Content-Type': 'text/plain' })).json();
    const remove = async () => (await server.request(`files/${file_id}`, { method: 'DELETE' })).status;
    expect([await remove(), await remove()]).toEqual([204, 404]);
  });

  test('that is gone from its disk is 404, not an error of the store', async () => {
    const server = createServer();
    const { file_id } = await (await add(server, 'files', 'x', { 'Content-Type': 'text/plain' })).json();
    await server.database(async (db) => {
      const row = await db.get('files', ['input', file_id, 0]);
      if (row) await db.put('files', { ...row, body: null });
    });
    const response = await server.request(`files/${file_id}`);
    expect(response.status).toBe(404);
    await problemOf(response);
  });

  test('without a type is 415, a form without a file or with two 422, one that is broken 400', async () => {
    const server = createServer();
    const form = (...names: string[]) => {
      const made = new FormData();
      for (const name of names) made.append('file', new File(['x'], name));
      return made;
    };
    const responses = [
      await add(server, 'files', new Uint8Array(3)),
      await add(server, 'files', form()),
      await add(server, 'files', form('a', 'b')),
      await add(server, 'files', 'nothing of the sort', { 'Content-Type': 'multipart/form-data; boundary=x' }),
      await add(server, 'files', 'x', { 'Content-Type': 'multipart/form-data' }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([415, 422, 422, 400, 400]);
    for (const response of responses) await problemOf(response, 'files');
  });
});

describe('an output file', () => {
  async function withOutput(name: string, type = 'text/html') {
    const server = createServer();
    const { task_id } = await running(server);
    const output = await server.files.openOutput(task_id, name, type, 0);
    await output.write('0123456789');
    await output.flush();
    const finish = () => server.change(task_id, [{ ...completed, files: [{ name, size: 10, type }] }]);
    const get = (headers: Record<string, string> = {}, method = 'GET') =>
      server.request(`tasks/${task_id}/files/${encodeURIComponent(name)}`, { method, headers });
    return { ...server, task_id, finish, get };
  }

  test('is there when the task is finished, and always a download', async () => {
    const { get, finish } = await withOutput('SUMS');
    expect((await get()).status).toBe(404);
    await finish();
    const response = await get();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html',
      'content-length': '10',
      'content-disposition': `attachment; filename="SUMS"; filename*=UTF-8''SUMS`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
    expect(await response.text()).toBe('0123456789');
    const head = await get({}, 'HEAD');
    expect([head.status, head.headers.get('Content-Length'), await head.text()]).toEqual([200, '10', '']);
  });

  test.each(['a b.txt', 'dir/file.txt', 'ü"%.txt', '100%', '🦀'])('may be called %s', async (name) => {
    const { get, finish } = await withOutput(name);
    await finish();
    expect(await (await get()).text()).toBe('0123456789');
  });

  test.each(['text/plain; x=€', 'text/plain\r\nX-Forged: 1', 'a\0b', ''])(
    'whose type %j no header can have is bytes',
    async (type) => {
      const { get, finish } = await withOutput('SUMS', type);
      await finish();
      const response = await get();
      expect([response.status, response.headers.get('Content-Type'), response.headers.get('X-Forged')]).toEqual([
        200,
        'application/octet-stream',
        null,
      ]);
      expect(await response.text()).toBe('0123456789');
    },
  );

  test.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=9-9', '9', 'bytes 9-9/10'],
  ])('by %s gives a part', async (range, text, content_range) => {
    const { get, finish } = await withOutput('SUMS');
    await finish();
    const response = await get({ Range: range });
    expect(response.status).toBe(206);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-range': content_range,
      'content-length': String(text.length),
      'content-type': 'text/html',
      'content-disposition': `attachment; filename="SUMS"; filename*=UTF-8''SUMS`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
    });
    expect(await response.text()).toBe(text);
  });

  test.each([
    ['by HEAD', 'HEAD', {}],
    ['by HEAD, out of range', 'HEAD', { Range: 'bytes=10-' }],
    ['if it still has a tag, which no file here has', 'GET', { 'If-Range': '"x"' }],
    ['if it is still of a time', 'GET', { 'If-Range': 'Wed, 21 Oct 2015 07:28:00 GMT' }],
  ])('%s has no parts (RFC 9110, 14.2 and 13.1.5)', async (_, method, headers) => {
    const { get, finish } = await withOutput('SUMS');
    await finish();
    const response = await get({ Range: 'bytes=0-3', ...headers }, method);
    expect([response.status, response.headers.get('Content-Length')]).toEqual([200, '10']);
    expect(response.headers.get('Content-Range')).toBeNull();
  });

  test.each(['bytes=10-', 'bytes=99-100', 'bytes=-0', `bytes=${'9'.repeat(40)}-`])('by %s is 416', async (range) => {
    const { get, finish } = await withOutput('SUMS');
    await finish();
    const response = await get({ Range: range });
    expect([response.status, response.headers.get('Content-Range')]).toEqual([416, 'bytes */10']);
    await problemOf(response);
  });

  test.each(['bytes=', 'bytes=-', 'bytes=5-2', 'bytes=a-b', 'bytes=0-1,3-4', 'lines=1-2'])(
    'by %s, which is no single range, is given whole',
    async (range) => {
      const { get, finish } = await withOutput('SUMS');
      await finish();
      const response = await get({ Range: range });
      expect([response.status, await response.text()]).toEqual([200, '0123456789']);
    },
  );

  test('that the task does not name is 404, whatever lies on the disk', async () => {
    const { request, task_id, finish } = await withOutput('SUMS');
    await finish();
    const names = ['other', '..%2FSUMS', 'SUMS%00', ''];
    for (const name of names) expect((await request(`tasks/${task_id}/files/${name}`)).status).toBe(404);
  });

  test('by a name that cannot be decoded is the caller’s mistake', async () => {
    const { request, task_id, finish } = await withOutput('SUMS');
    await finish();
    const response = await request(`tasks/${task_id}/files/%E0%A4%A`);
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    await problemOf(response);
  });
});

describe('what the app says of itself', () => {
  test('the job types, with the schema of their input', async () => {
    const { types } = await (await createServer().request('tasks/types')).json();
    const found = new Map(types.map((each: { type: string }) => [each.type, each]));
    expect(found.get('countdown')).toMatchObject({
      title: 'Countdown',
      version: 1,
      redo: expect.any(String),
      limits: {},
      input: { type: 'object', properties: { steps: { type: 'integer', minimum: 1, default: 10 } } },
    });
    expect(found.has('checksum') && found.has('spin')).toBe(true);
  });

  test('its health', async () => {
    const { request } = createServer();
    const health = async (query = '') => (await request(`tasks/health${query}`)).json();
    expect(await health()).toMatchObject({ status: 'ok' });
    expect(await health('?detail=true')).toEqual({ ...(await health('?detail=false')), tabs: [] });
    const refused = await request('tasks/health?detail=perhaps');
    expect(refused.status).toBe(400);
    await problemOf(refused, 'tasks/health');
  });

  test('its settings, which can be changed one by one', async () => {
    const server = createServer();
    const before = await (await server.request('tasks/settings')).json();
    const patch = (body: unknown) =>
      server.request('tasks/settings', {
        method: 'PATCH',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    const response = await patch({ running_limit: 3 });
    expect(await response.json()).toEqual({ ...before, running_limit: 3 });
    expect(await (await server.request('tasks/settings')).json()).toEqual({ ...before, running_limit: 3 });
    expect(server.settingsChanges()).toBe(1);
    for (const wrong of [{ running_limit: 0 }, { color: 'red' }, 7, []]) {
      const refused = await patch(wrong);
      expect(refused.status).toBe(422);
      await problemOf(refused);
    }
    expect(server.settingsChanges()).toBe(1);
  });

  test('the contract as OpenAPI 3.1, whose schemas are of 2020-12: a tuple is prefixItems', async () => {
    const server = createServer();
    const { components } = await (await server.request('openapi.json')).json();
    expect(components.schemas.Hits.properties.hits.items.properties.marks.items).toMatchObject({
      prefixItems: [{ type: 'integer' }, { type: 'integer' }],
    });
    const { types } = await (await server.request('tasks/types')).json();
    // What was a list of schemas before is no schema there.
    JSON.stringify([components, types], (key, value) => {
      if (key === 'items') expect(Array.isArray(value)).toBe(false);
      return value;
    });
  });

  test('the contract as OpenAPI, with every route', async () => {
    const document = await (await createServer().request('openapi.json')).json();
    expect(document.openapi).toMatch(/^3\.1/);
    const described = Object.entries<object>(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );
    // ":id{a pattern}", as Hono has it.
    const answered = createServer().routes.map(
      ({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)(\{.*?\+\})?/g, '{$1}')}`,
    );
    expect(described.toSorted()).toEqual(answered.toSorted());
  });

  test.each(['/', '/app/', '/my%20app/'])('the paths of openapi.json follow its server: %s', async (base) => {
    const { request } = createServer(undefined, base);
    const document = await (await request('openapi.json')).json();
    const [{ url }] = document.servers;
    for (const path of Object.keys(document.paths)) {
      const { origin, pathname } = new URL(url + path);
      expect([origin, pathname.startsWith(base)]).toEqual(['http://localhost', true]);
      // PUT is taken nowhere: 405 says that the route is there.
      expect([path, (await request(pathname.slice(base.length), { method: 'PUT' })).status]).toEqual([path, 405]);
    }
  });
});

describe('a share of the system', () => {
  const share = async (server: Server, form: FormData) => {
    const response = await server.request('share', { method: 'POST', body: form });
    const [path, query] = (response.headers.get('Location') ?? '').split('?');
    const shared: { file_id: string }[] = JSON.parse(new URLSearchParams(query).get('shared') ?? 'null');
    return { status: response.status, path, shared };
  };

  test('keeps its files, leads to the page, and starts nothing', async () => {
    const server = createServer();
    const form = new FormData();
    form.append('title', 'two files');
    form.append('files', new File(['one'], 'one & only.txt'));
    form.append('files', new File(['two'], 'two.txt'));
    const { status, path, shared } = await share(server, form);
    expect([status, path]).toEqual([303, './#/']);
    expect(shared).toMatchObject([{ name: 'one & only.txt', size: 3 }, { name: 'two.txt' }]);
    const kept = await server.request(`files/${shared[0]?.file_id}`);
    expect(await kept.text()).toBe('one');
    expect((await (await server.request('tasks')).json()).tasks).toEqual([]);
  });

  test('of text alone is a file', async () => {
    const form = new FormData();
    form.append('text', 'some words');
    form.append('url', 'https://example.org/');
    const server = createServer();
    const { shared } = await share(server, form);
    expect(shared).toMatchObject([{ name: 'shared.txt' }]);
    expect(await (await server.request(`files/${shared[0]?.file_id}`)).text()).toBe('some words\nhttps://example.org/');
  });

  test('that is no form is refused', async () => {
    const response = await createServer().request('share', { method: 'POST', body: 'x' });
    expect(response.status).toBe(400);
    await problemOf(response, 'share');
  });
});

describe('lessons', () => {
  test('POST /submit starts a countdown of ten seconds', async () => {
    const { request, get } = createServer();
    const answer = await (await request('submit', { method: 'POST' })).json();
    expect(answer).toEqual({ task_id: expect.any(String), status: 'processing' });
    expect(await get(answer.task_id)).toMatchObject({ type: 'countdown', input: { steps: 10, step_ms: 1000 } });
  });

  test('each stream says what the contract says, a second apart', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    try {
      const { request } = createServer();
      const lesson = async (path: string) => {
        const reader = readerOf((await request(path)).body);
        while (!reader.isOver()) {
          if (await reader.settle()) continue;
          vi.advanceTimersByTime(999);
          expect(await reader.settle()).toBe(false);
          vi.advanceTimersByTime(1);
          await reader.pull();
        }
        return reader.messages;
      };
      const ten = await lesson('stream');
      expect(ten.map(({ event, id }) => [event, id])).toEqual(Array.from({ length: 10 }, () => [undefined, undefined]));
      expect(ten.map(({ data }) => JSON.parse(data).count)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect((await lesson('stream-events')).map(({ event, data }) => [event, data])).toEqual([
        ['progress', '{"value":50}'],
        ['complete', '{"status":"done"}'],
      ]);
      const rest = await lesson('stream-with-id?last_event_id=96');
      expect(rest.map(({ id, data }) => [id, data])).toEqual([97, 98, 99].map((n) => [`${n}`, `{"count":${n}}`]));
      for (const method of ['GET', 'HEAD'])
        for (const id of ['99', '9'.repeat(16)])
          expect((await request(`stream-with-id?last_event_id=${id}`, { method })).status).toBe(204);
      expect((await request('stream-with-id?last_event_id=x')).status).toBe(400);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('a database that cannot be opened is 503, with a problem', async () => {
  const server = createServer();
  server.database.close();
  vi.stubGlobal('indexedDB', {
    open() {
      throw new DOMException('not in this mode', 'SecurityError');
    },
  });
  const response = await server.request('tasks');
  expect(response.status).toBe(503);
  expect((await problemOf(response, 'tasks')).type).toBe('urn:holdfast:problem:store-unavailable');
  expect(server.reports).toMatchObject([{ message: 'not in this mode' }]);
});

test('a paused task is deleted after it was canceled', async () => {
  const server = createServer();
  const { task_id } = await running(server);
  await server.change(task_id, [paused]);
  expect((await server.request(`tasks/${task_id}`, { method: 'DELETE' })).status).toBe(409);
  await server.request(`tasks/${task_id}/cancel`, { method: 'POST' });
  expect((await server.request(`tasks/${task_id}`, { method: 'DELETE' })).status).toBe(204);
});
