import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskRow } from '../../../src/core/idb-schema.ts';
import { decodeSnapshot, encodeSnapshot } from '../../../src/core/snapshot.ts';
import type { TaskSnapshot } from '../../../src/core/store.ts';
import { type Change, fold, type StoredTask, type TaskEvent } from '../../../src/core/task.ts';
import { examples } from '../core/tasks.ts';
import { readerOf } from './reader.ts';
import { createServer, problemOf, type Server } from './server.ts';

const { progress, completed, failed, canceled, paused } = examples;
const TYPE = 'application/vnd.holdfast.export';
const DATA = { at: 12n, state: new Uint8Array([1, 2, 3]), seen: new Map([['a', new Set([1])]]) };

const exported = async (server: Server): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await server.request('tasks/export')).arrayBuffer());

const imported = (server: Server, body: BodyInit, type = TYPE) =>
  server.request('tasks/import', { method: 'POST', headers: { 'Content-Type': type }, body });

async function write(server: Server, task_id: string, name: string, text: string) {
  const output = await server.files.openOutput(task_id, name, 'text/plain', 0);
  await output.write(text);
  await output.flush();
  output.close();
}

/** A server with a task of every kind, and what its files hold. */
async function lived() {
  const server = createServer();
  const input = await server.files.addInput(new File(['the input'], 'a.txt', { lastModified: 7 }), 'folder/a.txt');
  const end = async (change: Change) => {
    const { task_id } = await server.started({ input: { files: [{ file_id: input.file_id }] } });
    await server.change(task_id, [progress, change]);
    return task_id;
  };
  const done = await server.started();
  await write(server, done.task_id, 'a/out put.txt', 'the output');
  await server.change(done.task_id, [
    { ...completed, files: [{ name: 'a/out put.txt', size: 10, type: 'text/plain' }] },
  ]);
  const kept = await server.started();
  await write(server, kept.task_id, 'half.txt', 'half and a torn tail');
  await server.change(kept.task_id, [{ ...progress, checkpoint: true }], {
    version: 1,
    data: DATA,
    outputs: [{ name: 'half.txt', size: 4, type: 'text/plain' }],
  });
  const trimmed = await server.started();
  for (let i = 0; i < 30; i += 1) await server.change(trimmed.task_id, [{ ...progress, done: i }]);
  await server.store.trim(trimmed.task_id, { log_events: 10, log_bytes: 1e9 });
  const ids = {
    done: done.task_id,
    running: kept.task_id,
    trimmed: trimmed.task_id,
    failed: await end(failed),
    canceled: await end(canceled),
    paused: await end(paused),
    waiting: (await server.submit({ depends_on: [kept.task_id] })).task_id,
    later: (await server.submit({ run_at: '2199-01-01T00:00:00.000Z' })).task_id,
  };
  return { server, input, ids };
}

const rowsOf = (server: Server) => server.database((db) => db.getAll('tasks'));

test('what is exported here is the same elsewhere: tasks, logs, checkpoints and files', async () => {
  const { server, input, ids } = await lived();
  const events = new Map<string, TaskEvent[]>();
  for (const task_id of Object.values(ids)) events.set(task_id, await server.events(task_id));
  const rows = await rowsOf(server);
  const bytes = await exported(server);

  const there = createServer();
  const answer = await imported(there, bytes);
  expect([answer.status, await answer.json()]).toEqual([200, { count: 8 }]);
  // What ran there does not run here.
  const ran = [ids.running, ids.trimmed];
  const others = (all: TaskRow[]) => all.filter(({ task }) => !ran.includes(task.task_id));
  expect(others(await rowsOf(there))).toEqual(others(rows));
  for (const [task_id, log] of events) {
    const taken = await there.events(task_id);
    expect(taken.slice(0, log.length)).toEqual(log);
    expect(taken.slice(log.length).map(({ kind }) => kind)).toEqual(ran.includes(task_id) ? ['released'] : []);
  }

  const output = await there.request(`tasks/${ids.done}/files/a/out%20put.txt`);
  expect(await output.text()).toBe('the output');
  const file = await there.files.content(input.file_id);
  expect([file.name, file.lastModified, await file.text()]).toEqual(['folder/a.txt', 7, 'the input']);

  const reader = readerOf((await there.request(`tasks/${ids.trimmed}/stream`)).body);
  await reader.drain();
  expect(reader.messages[0]).toMatchObject({ event: 'gap', data: JSON.stringify({ from: 1, to: 22 }) });
  await reader.cancel();
});

test('an unfinished task goes on from its checkpoint, with the numbers that follow', async () => {
  const { server, ids } = await lived();
  const there = createServer();
  await imported(there, await exported(server));
  const before = await there.get(ids.running);
  const found = await there.claim();
  expect(found).toMatchObject({ task: { task_id: ids.running, attempt: 2 }, checkpoint: { data: DATA } });
  expect((await there.events(ids.running)).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  expect(before).toMatchObject({ status: 'pending', last_event_id: '4' });
  // What it had written by then, and no torn tail.
  expect(await (await there.files.output(ids.running, 'half.txt'))?.text()).toBe('half');
  await there.change(ids.running, [completed]);
  expect(await there.claim()).toMatchObject({ task: { task_id: ids.trimmed } });
  expect(await there.claim()).toMatchObject({ task: { task_id: ids.waiting } });
});

test.each([false, true])(
  'a file that is written in place goes on elsewhere from what its checkpoint saw (next mark set meanwhile: %s)',
  async (marked) => {
    const server = createServer();
    const { task_id } = await server.started();
    const file = await server.files.openRandomOutput(task_id, 'a.sqlite', 'application/vnd.sqlite3', null);
    const seen = new Uint8Array(150_000).map((_, i) => i >> 8);
    file.write(seen, 0);
    const mark = await file.flush();
    await server.change(task_id, [{ ...progress, checkpoint: true }], {
      version: 1,
      data: DATA,
      outputs: [{ name: 'a.sqlite', type: 'application/vnd.sqlite3', size: seen.length, mark }],
    });
    // What comes after its checkpoint does not go along.
    file.write(new Uint8Array(90_000).fill(1), 100_000);
    if (marked) await file.flush();
    const bytes = await exported(server);

    const there = createServer();
    expect((await imported(there, bytes)).status).toBe(200);
    expect(await there.claim()).toMatchObject({ checkpoint: { data: DATA, outputs: [{ mark }] } });
    for (let again = 0; again < 2; again += 1) {
      const found = await there.files.openRandomOutput(task_id, 'a.sqlite', 'application/vnd.sqlite3', mark);
      const now = new Uint8Array(found.size);
      found.read(now, 0);
      expect(Buffer.from(now).equals(seen)).toBe(true);
      // And is what a second loss goes back to.
      found.write(new Uint8Array(200_000).fill(2), 0);
      await found.flush();
    }
  },
);

test('a file that is written in place and cannot be had as its checkpoint saw it is left out with the checkpoint', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  const outputs = [{ name: 'a.sqlite', type: 'application/vnd.sqlite3', size: 10, mark: 7 }];
  await server.change(task_id, [{ ...progress, checkpoint: true }], { version: 1, data: DATA, outputs });
  const there = createServer();
  expect((await imported(there, await exported(server))).status).toBe(200);
  expect(await there.claim()).toMatchObject({ task: { task_id }, checkpoint: null });
});

test('what is there already stays, and what comes gets numbers behind it', async () => {
  const { server } = await lived();
  const there = createServer();
  const own = await there.started();
  const { newest } = await there.store.readAll(0, 100);
  await imported(there, await exported(server));
  expect(await there.get(own.task_id)).toMatchObject({ status: 'running' });
  const { segments } = await there.store.readAll(newest, 1_000);
  expect(segments.every(({ seq }) => seq > newest)).toBe(true);
  expect(segments.length).toBeGreaterThan(7);
});

test('an export that is imported twice is refused the second time, and changes nothing', async () => {
  const { server } = await lived();
  const bytes = await exported(server);
  const before = await rowsOf(server);
  const answer = await imported(server, bytes);
  expect(answer.status).toBe(409);
  expect((await problemOf(answer)).detail).toMatch(/is here already/);
  expect(await rowsOf(server)).toEqual(before);
});

test('the page that imports is told how far it has come, up to the end', async () => {
  const { server } = await lived();
  const bytes = await exported(server);
  const there = createServer();
  const init = { method: 'POST', headers: { 'Content-Type': TYPE }, body: bytes };
  await there.request('tasks/import', init, 'a page');
  expect(there.told.at(-1)).toEqual({
    client: 'a page',
    message: { kind: 'import-progress', read: bytes.length, size: bytes.length },
  });
});

test('an empty one is exported and imported', async () => {
  const answer = await imported(createServer(), await exported(createServer()));
  expect(await answer.json()).toEqual({ count: 0 });
});

test('a checkpoint that no file can hold is left out: its task begins anew', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  await server.change(task_id, [{ ...progress, checkpoint: true }], { version: 1, data: /a/.exec('a'), outputs: [] });
  await server.database(async (db) => {
    const row = await db.get('checkpoints', task_id);
    if (row) await db.put('checkpoints', { ...row, data: new Blob(['x']) }, task_id);
  });
  const there = createServer();
  expect((await imported(there, await exported(server))).status).toBe(200);
  expect(await there.claim()).toMatchObject({ task: { task_id }, checkpoint: null });
});

/** Takes in what the snapshots said when they were taken: an export takes one task after the other, and time passes. */
async function takenIn(...snapshots: (TaskSnapshot | null)[]) {
  const there = createServer();
  const intake = there.store.intake();
  for (const snapshot of snapshots) if (snapshot) await intake.add(decodeSnapshot(encodeSnapshot(snapshot)));
  expect(await intake.commit()).toBe(snapshots.length);
  return there;
}

test.each([failed, canceled])('a task does not run whose dependency is $kind in the same export', async (end) => {
  const server = createServer();
  const first = await server.started();
  const waits = await server.submit({ depends_on: [first.task_id] });
  const held = await server.submit({ depends_on: [first.task_id] });
  await server.change(held.task_id, [paused]);
  const last = await server.submit({ depends_on: [waits.task_id] });
  const before = await Promise.all([last, waits, held].map(({ task_id }) => server.store.snapshot(task_id)));
  await server.change(first.task_id, [end]);
  const there = await takenIn(await server.store.snapshot(first.task_id), ...before);
  expect(await there.claim()).toBeNull();
  for (const { task_id } of [waits, held, last]) {
    expect(await there.get(task_id)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:holdfast:problem:dependency-failed' },
    });
    expect(fold(null, await there.events(task_id))).toEqual(await there.get(task_id));
  }
  expect(there.commits.at(-1)?.tasks.map(({ status }) => status)).toEqual([end.kind, 'failed', 'failed', 'failed']);
  const { segments, newest } = await there.store.readAll(0, 1_000);
  expect(segments.flatMap(({ seq, events }) => events.map((_, i) => seq + i)).at(-1)).toBe(newest);
  expect(there.commits.at(-1)?.newest).toBe(newest);
});

test('a task that ran when it was exported waits to be run here, and that is no loss', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  for (let i = 0; i < 2; i += 1) {
    await server.change(task_id, [examples.lost]);
    await server.claim();
  }
  const there = await takenIn(await server.store.snapshot(task_id));
  expect(await there.get(task_id)).toMatchObject({ status: 'pending', attempt: 3, losses: 2 });
  expect((await there.events(task_id)).at(-1)).toMatchObject({ kind: 'released' });
  expect(await there.claim()).toMatchObject({ task: { task_id, attempt: 4, losses: 2 } });
});

test('a task that was to be canceled when it was exported is canceled', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  const waits = await server.submit({ depends_on: [task_id] });
  await server.change(task_id, [examples.cancel_requested]);
  const ids = [task_id, waits.task_id];
  const there = await takenIn(...(await Promise.all(ids.map((id) => server.store.snapshot(id)))));
  expect(await there.get(task_id)).toMatchObject({ status: 'canceled', stopped: { rung: 'fenced' } });
  expect(await there.get(waits.task_id)).toMatchObject({ status: 'failed' });
});

describe('an import that is not right', () => {
  /** Nothing of it is left. */
  async function expectUntouched(server: Server) {
    expect(await rowsOf(server)).toEqual([]);
    for (const store of ['log', 'cuts', 'checkpoints', 'files'] as const) {
      expect([store, await server.database((db) => db.count(store))]).toEqual([store, 0]);
    }
  }

  test.each(['text/plain', 'application/json', ''])('of the type "%s" is 415', async (type) => {
    const answer = await imported(createServer(), 'x', type);
    expect(answer.status).toBe(415);
    await problemOf(answer, 'tasks/import');
  });

  test('because a byte was changed, anywhere, is refused whole', async () => {
    const { server } = await lived();
    const bytes = await exported(server);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const there = createServer();
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ change;
        const answer = await imported(there, changed);
        expect(answer.status).toBe(422);
        const { detail, position, record } = await problemOf(answer, 'tasks/import');
        expect(detail).toMatch(/at byte \d+/);
        expect(position).toBeLessThanOrEqual(at);
        expect(record).toBeGreaterThan(0);
        await expectUntouched(there);
      }),
      { numRuns: 60 },
    );
  });

  test('because it was cut, anywhere, is refused whole', async () => {
    const { server } = await lived();
    const bytes = await exported(server);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        const there = createServer();
        expect((await imported(there, bytes.slice(0, length))).status).toBe(422);
        await expectUntouched(there);
      }),
      { numRuns: 60 },
    );
  });

  test('because something follows its end, is refused whole', async () => {
    const { server } = await lived();
    const bytes = await exported(server);
    const there = createServer();
    const answer = await imported(there, new Blob([bytes, bytes]));
    expect(answer.status).toBe(422);
    expect((await problemOf(answer)).record).toBeGreaterThan(1);
    await expectUntouched(there);
  });

  /** An export with its records as somebody would forge them who can compute the hashes. */
  async function forged(change: (task: StoredTask, events: { n: number; state: unknown }[]) => void) {
    const { recordWriter } = await import('../../../src/core/export-record.ts');
    const server = createServer();
    const { task_id } = await server.started();
    await server.change(task_id, [progress, completed]);
    const snapshot = structuredClone(await server.store.snapshot(task_id));
    if (!snapshot) throw new Error('no snapshot');
    change(snapshot.task, snapshot.events);
    const record = recordWriter();
    const parts = [
      ...(await record({ kind: 'holdfast', format: 1 })),
      ...(await record({ kind: 'task', task_id: snapshot.task.task_id }, encodeSnapshot(snapshot))),
      ...(await record({ kind: 'end', records: 3 })),
    ];
    return new Blob(parts);
  }

  test('as long as nothing is forged, such a file is taken', async () => {
    expect((await imported(createServer(), await forged(() => {}))).status).toBe(200);
  });

  test.each<[string, Parameters<typeof forged>[0]]>([
    ['a snapshot that its events do not lead to', (task) => Object.assign(task, { result: 'forged' })],
    ['an event that is missing', (_, events) => events.splice(2, 1)],
    ['an event twice', (_, events) => events.push(structuredClone(events.at(-1) ?? { n: 0, state: null }))],
    ['a state that is not the event’s', (_, events) => Object.assign(events[1] ?? {}, { state: null })],
    ['a field that is none', (task) => Object.assign(task, { status: 'archived' })],
    ['an impossible transition', (_, events) => Object.assign(events[1] ?? {}, { kind: 'retried', from: 'start' })],
  ])('for %s is refused whole, with the place', async (_, change) => {
    const there = createServer();
    const answer = await imported(there, await forged(change));
    expect(answer.status).toBe(422);
    const { detail, record } = await problemOf(answer);
    expect(detail).toMatch(/task cannot be read: .+ \(at byte \d+\)/);
    expect(record).toBe(2);
    await expectUntouched(there);
  });

  test('because a task has an id that no page of a list could begin after is refused whole, and says why', async () => {
    const there = createServer();
    const answer = await imported(
      there,
      await forged((task, [created]) => {
        task.task_id = 'seven';
        Object.assign(created ?? {}, { task_id: 'seven' });
      }),
    );
    expect(answer.status).toBe(422);
    expect((await problemOf(answer)).detail).toMatch(/A task’s id is a UUID/);
    await expectUntouched(there);
  });
});

test('an export is a file to be saved, and HEAD reads nothing of it', async () => {
  const { server } = await lived();
  for (const method of ['GET', 'HEAD']) {
    const answer = await server.request('tasks/export', { method });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': TYPE,
      'content-disposition': expect.stringMatching(/^attachment; filename="holdfast-\d{4}-\d\d-\d\d\.export"$/),
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'cache-control': 'no-store',
    });
    if (method === 'HEAD') expect(answer.body).toBeNull();
    else await answer.body?.cancel();
  }
});

test('a large file passes in parts: no more of it is held than a few of them', async () => {
  const server = createServer();
  const size = 24 * 1024 * 1024 + 5;
  const bytes = new Uint8Array(size).map((_, i) => (i * 7) >> 5);
  const { file_id } = await server.files.addInput(new File([bytes], 'large.bin'));
  const reader = (await server.request('tasks/export')).body?.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    expect(part.value.length).toBeLessThanOrEqual(4 * 1024 * 1024);
    parts.push(part.value);
  }
  const there = createServer();
  expect((await imported(there, new Blob(parts))).status).toBe(200);
  const content = new Uint8Array(await (await there.files.content(file_id)).arrayBuffer());
  expect(Buffer.from(content).equals(bytes)).toBe(true);
});
