import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { bytesOf, type Segment, type StoredTask } from '../../../src/core/task.ts';
import { limits } from '../core/database.ts';
import { examples } from '../core/tasks.ts';
import { readerOf } from './reader.ts';
import { createServer, problemOf, type Server } from './server.ts';

const { progress, completed, canceled, failed } = examples;

/** Overwrites parts of what is stored, as a broken disk or another version of the app would. */
async function breakTask(server: Server, task_id: string, part: Record<keyof StoredTask | string, unknown>) {
  await server.database(async (db) => {
    const row = await db.get('tasks', task_id);
    if (row) await db.put('tasks', { ...row, task: { ...row.task, ...part } as StoredTask });
  });
}

async function breakSegment(server: Server, task_id: string, first: number, part: Record<string, unknown>) {
  await server.database(async (db) => {
    const segment = await db.get('log', [task_id, first]);
    if (!segment) throw new Error(`no segment at ${first}`);
    await db.put('log', { ...segment, ...part } as Segment);
  });
}

const broken = [
  { status: 'archived' },
  { attempt: 'two' },
  { input: undefined, depends_on: 'everything' },
  { created_at: 'once upon a time' },
  { last_event_id: 7 },
];

test.each(broken)(
  'a task whose row says %o is named in the error, keeps no other from running, and can be deleted',
  async (part) => {
    const server = createServer();
    const waiting = await server.submit({ priority: 9 });
    const ran = await server.started({ priority: 10 });
    const later = await server.submit({ priority: 9, run_at: new Date(Date.now() - 1).toISOString() });
    const other = await server.submit();
    for (const { task_id } of [waiting, ran, later]) await breakTask(server, task_id, part);

    for (const { task_id } of [waiting, ran, later]) {
      for (const path of [`tasks/${task_id}`, `tasks/${task_id}/stream`, `tasks/${task_id}/log`]) {
        const response = await server.request(path);
        expect([path, response.status]).toEqual([path, 503]);
        const problem = await problemOf(response, path);
        expect(problem.type).toBe('urn:holdfast:problem:unreadable');
        expect(problem.detail).toContain(task_id);
      }
    }
    expect((await server.post(`tasks/${waiting.task_id}/cancel`, '')).status).toBe(503);
    const { tasks } = await (await server.request('tasks')).json();
    expect(tasks.map((task: StoredTask) => task.task_id)).toEqual([other.task_id]);
    const found = await (await server.request('tasks?q=wide')).json();
    expect(found.tasks).toHaveLength(1);

    // One place only, and it is not taken by what cannot be read.
    expect(await server.store.running()).toEqual([]);
    expect(await server.claim(limits(1))).toMatchObject({ task: { task_id: other.task_id } });
    await server.store.wake(Date.now());
    const newer = await server.post('tasks', { type: 'countdown', input: { steps: 1 } });
    expect(newer.status).toBe(202);

    for (const { task_id } of [waiting, ran, later]) {
      expect((await server.request(`tasks/${task_id}`, { method: 'DELETE' })).status).toBe(204);
      expect((await server.request(`tasks/${task_id}`)).status).toBe(404);
    }
  },
);

test('a task that waits for one that cannot be read fails when that is deleted: it can never complete', async () => {
  const server = createServer();
  const first = await server.submit();
  const second = await server.submit({ depends_on: [first.task_id] });
  const third = await server.submit({ depends_on: [second.task_id] });
  await breakTask(server, first.task_id, { attempt: null });
  expect((await server.request(`tasks/${first.task_id}`, { method: 'DELETE' })).status).toBe(204);
  for (const { task_id } of [second, third]) {
    expect(await server.store.get(task_id)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:holdfast:problem:dependency-failed' },
    });
  }
});

test('a task that depends on one that cannot be read does not take it for completed', async () => {
  const server = createServer();
  const first = await server.submit();
  await breakTask(server, first.task_id, { status: 'completed', attempt: null });
  const refused = await server.post('tasks', { type: 'countdown', input: { steps: 1 }, depends_on: [first.task_id] });
  expect(refused.status).toBe(422);
});

test('a task that waits for another and cannot be read does not keep that one from its end', async () => {
  const server = createServer();
  const first = await server.started();
  const waits = await server.submit({ depends_on: [first.task_id] });
  await breakTask(server, waits.task_id, { status: 7 });
  expect(await server.change(first.task_id, [completed])).toMatchObject({ status: 'completed' });
});

const noSegments = [
  { events: 'gone' },
  { events: [] },
  { events: [{ n: 3, kind: 'progress', at: 'then' }] },
  { last: 99 },
  { events: [{ n: 4, kind: 'log', at: 'then', state: null, message: 'of another place' }] },
];

test.each(noSegments)('a segment that says %o is a gap in the log, and the rest arrives', async (part) => {
  const server = createServer();
  const { task_id } = await server.started();
  for (const done of [1, 2, 3]) await server.change(task_id, [{ ...progress, done }]);
  await server.change(task_id, [completed]);
  await breakSegment(server, task_id, 3, part);
  const reader = readerOf((await server.request(`tasks/${task_id}/stream`)).body);
  await reader.toEnd();
  expect(reader.ids()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(reader.messages.filter(({ event }) => event === 'gap').map(({ data }) => JSON.parse(data))).toEqual([
    { from: 3, to: 3 },
  ]);
  expect(reader.messages.at(-1)?.event).toBe('complete');
  const log = async (after: number) => (await server.request(`tasks/${task_id}/log?after=${after}`)).json();
  const idsAfter = async (after: number) => (await log(after)).events.map(({ id }: { id: string }) => id);
  expect(await idsAfter(0)).toEqual(['1', '2']);
  expect(await idsAfter(2)).toEqual(['3', '3', '4', '5', '6', '6']);
  const all = readerOf((await server.request('tasks/stream?last_event_id=')).body);
  await all.drain();
  await all.cancel();
});

test.each([
  ['completed', completed],
  ['canceled', canceled],
  ['failed', failed],
] as const)('the end of a task that is %s is told although its segment cannot be read', async (status, end) => {
  const server = createServer();
  const { task_id } = await server.started();
  await server.change(task_id, [progress]);
  await server.change(task_id, [end]);
  await breakSegment(server, task_id, 3, { events: null });
  await breakSegment(server, task_id, 4, { events: null });
  const reader = readerOf((await server.request(`tasks/${task_id}/stream`)).body);
  await reader.toEnd();
  expect(reader.ids()).toEqual([1, 2, 3, 4]);
  expect(JSON.parse(reader.messages.at(-1)?.data ?? '')).toMatchObject({ status });
  const late = await server.request(`tasks/${task_id}/stream?last_event_id=4`);
  expect(late.status).toBe(204);
});

test.each(noSegments)('a segment that says %o is trimmed away with those around it', async (part) => {
  const server = createServer();
  const { task_id } = await server.started();
  for (let done = 1; done <= 30; done += 1) await server.change(task_id, [{ ...progress, done }]);
  for (const first of [3, 4, 9]) await breakSegment(server, task_id, first, part);
  await server.store.trim(task_id, { log_events: 10, log_bytes: 1e9 });
  expect((await server.events(task_id)).map(({ n }) => n)).toEqual([23, 24, 25, 26, 27, 28, 29, 30, 31, 32]);
  const reader = readerOf((await server.request(`tasks/${task_id}/stream`)).body);
  await reader.drain();
  expect(reader.messages.slice(0, 2)).toMatchObject([
    { event: 'gap', data: JSON.stringify({ from: 1, to: 22 }) },
    { data: expect.stringContaining('"status":"running","progress":100,"message":"one","done":20,') },
  ]);
  await reader.cancel();
  // What went is not counted on as kept.
  const [row] = await server.database((db) => db.getAll('tasks'));
  const bytes = (await server.events(task_id)).reduce((sum, event) => sum + bytesOf(event), 0);
  expect(row?.log_bytes).toBeGreaterThan(bytes / 2);
  expect(row?.log_bytes).toBeLessThan(bytes * 2);
});

test('what leads nowhere from the cut is trimmed away all the same', async () => {
  const server = createServer();
  const { task_id } = await server.submit();
  await server.claim();
  for (let done = 1; done <= 30; done += 1) await server.change(task_id, [{ ...progress, done }]);
  // The start: what follows it is of a task that runs, and the cut before it is not.
  await breakSegment(server, task_id, 2, { events: 'gone' });
  for (const log_events of [30, 10]) await server.store.trim(task_id, { log_events, log_bytes: 1e9 });
  expect(await server.database((db) => db.get('cuts', task_id))).toMatchObject({
    status: 'running',
    attempt: 1,
    done: 20,
    last_event_id: '22',
  });
});

test('a live task whose last segment cannot be read is followed from there', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  await server.change(task_id, [progress]);
  await breakSegment(server, task_id, 3, { events: null });
  const reader = readerOf((await server.request(`tasks/${task_id}/stream`)).body);
  await reader.drain();
  await server.change(task_id, [completed]);
  await reader.toEnd();
  expect(reader.ids()).toEqual([1, 2, 3, 4]);
});

test('a checkpoint that cannot be read is dropped, and the log says so', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  await server.change(task_id, [{ ...progress, checkpoint: true }], { version: 1, data: 'here', outputs: [] });
  await server.database(async (db) => {
    const row = await db.get('checkpoints', task_id);
    if (row) await db.put('checkpoints', Object.assign(row, { outputs: 'none' }), task_id);
  });
  await server.change(task_id, [examples.lost]);
  expect(await server.claim()).toMatchObject({ checkpoint: null });
  expect(await server.events(task_id)).toContainEqual(
    expect.objectContaining({ kind: 'log', level: 'warn', message: 'The checkpoint is dropped: it cannot be read.' }),
  );
});

test('an input file whose row cannot be read is missing, and its task waits', async () => {
  const server = createServer();
  const { file_id } = await server.files.addInput(new File(['abc'], 'abc.txt'));
  await server.database(async (db) => {
    const row = await db.get('files', ['input', file_id, 0]);
    if (row) await db.put('files', { ...row, size: -1 });
  });
  expect((await server.request(`files/${file_id}`)).status).toBe(404);
  await expect(server.files.openInput(file_id)).rejects.toThrow('is gone');
});
