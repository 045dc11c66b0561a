import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { discarding } from '../../../src/core/discard.ts';
import { filesOf } from '../../../src/core/files.ts';
import type { Change } from '../../../src/core/task.ts';
import { housekeep } from '../../../workers/executor/housekeeping.ts';
import { freshStore } from '../core/database.ts';
import { draft, examples } from '../core/tasks.ts';
import { fakeLocks } from '../simulation/fake-locks.ts';

const { completed, failed, canceled, paused } = examples;
const DAY_MS = 24 * 60 * 60 * 1000;
const CHECKPOINT = { version: 1, data: 'here', outputs: [] };

beforeEach(() => void vi.stubGlobal('navigator', {}));

function bench() {
  let time = Date.now();
  const fresh = freshStore(() => time);
  const files = filesOf(fresh.database, 'folder');
  const lockOf = (task_id: string, attempt: number) => `${task_id}:${attempt}`;
  const discardOutputs = discarding({ store: fresh.store, files, locks: fakeLocks().of('cleaner'), lockOf });

  async function finished(change: Change = completed) {
    const { task_id } = await fresh.started();
    await fresh.change(task_id, [change]);
    return task_id;
  }
  async function wrote(task_id: string) {
    const output = await files.openOutput(task_id, 'out', 'text/plain', 0);
    await output.write('some');
    await output.flush();
    output.close();
  }
  return {
    ...fresh,
    files,
    finished,
    wrote,
    passes: (ms: number) => {
      time += ms;
    },
    clean: (store = fresh.store) => housekeep(store, { ...files, discardOutputs }, time),
  };
}

test('finished tasks go after thirty days, all of them, with their outputs; the others stay', async () => {
  const { finished, wrote, started, passes, clean, store, files } = bench();
  const old = [];
  for (let i = 0; i < 250; i += 1) old.push(await finished());
  await wrote(old[0] ?? '');
  const { task_id: live } = await started();
  await wrote(live);
  passes(31 * DAY_MS);
  const fresh = await finished();
  await clean();
  const { tasks } = await store.list({}, 500, null);
  expect(tasks.map(({ task_id }) => task_id).sort()).toEqual([live, fresh].sort());
  expect(await files.outputOwners()).toEqual([live]);
});

test('of the finished tasks, only so many are kept as the settings say: the newest', async () => {
  const { finished, clean, store } = bench();
  const ids = [];
  for (let i = 0; i < 12; i += 1) ids.push(await finished());
  await store.configure({ keep_finished: 5 });
  await clean();
  const { tasks } = await store.list({}, 500, null);
  expect(tasks.map(({ task_id }) => task_id)).toEqual(ids.slice(7).reverse());
});

test('a key by which no task is found any more is dropped', async () => {
  const { finished, clean, store, database } = bench();
  const ids = [await finished(), await finished()];
  await database((db) => db.put('lookups', null, ['status', 'completed', '0']));
  await store.configure({ keep_finished: 2 });
  await clean();
  const keys = await database((db) => db.getAllKeys('lookups'));
  expect(keys).toEqual(ids.map((task_id) => ['status', 'completed', task_id]));
});

test('as many deletions are remembered as finished tasks are kept: the newest', async () => {
  const { finished, started, clean, store, database } = bench();
  const { task_id: live } = await started();
  const ids = [];
  for (let i = 0; i < 120; i += 1) ids.push(await finished());
  for (const task_id of ids.toReversed()) await store.delete(task_id);
  await store.configure({ keep_finished: 5 });
  await clean();
  const left = await database((db) => db.getAll('log'));
  const deletions = left.filter(({ first }) => first === 0).map(({ task_id }) => task_id);
  expect(deletions).toEqual(ids.slice(0, 5));
  expect(new Set(left.map(({ task_id }) => task_id))).toEqual(new Set([live, ...deletions]));
});

test('outputs of canceled tasks and of tasks that are gone are removed; those of all others stay', async () => {
  const { finished, wrote, started, change, submit, store, clean, files } = bench();
  const kept = [await finished(completed), await finished(failed), (await started()).task_id];
  const { task_id: waits } = await started();
  await change(waits, [paused]);
  const gone = [await finished(canceled), await finished(completed), 'a task that never was'];
  for (const task_id of [...kept, waits, ...gone]) await wrote(task_id);
  await store.delete(gone[1] ?? '');
  await submit();
  await clean();
  expect((await files.outputOwners()).sort()).toEqual([...kept, waits].sort());
});

test('checkpoints and cuts of no task are dropped, and those of a live one stay', async () => {
  const { started, change, database, clean } = bench();
  const { task_id } = await started();
  await change(task_id, [{ ...examples.progress, checkpoint: true }], CHECKPOINT);
  const row = await database((db) => db.get('checkpoints', task_id));
  if (!row) throw new Error('no checkpoint');
  await database((db) => db.put('checkpoints', row, 'gone'));
  await database(async (db) => {
    const task = (await db.get('tasks', task_id))?.task;
    if (task) await db.put('cuts', task, 'gone');
  });
  await clean();
  expect(await database((db) => db.getAllKeys('checkpoints'))).toEqual([task_id]);
  expect(await database((db) => db.getAllKeys('cuts'))).toEqual([]);
});

test('an idempotency key stands for its answer for a day', async () => {
  const { store, passes, clean } = bench();
  const again = () => store.submit([draft()], { key: 'k', fingerprint: 'f' });
  expect((await again()).kind).toBe('accepted');
  passes(DAY_MS - 1000);
  await clean();
  expect((await again()).kind).toBe('replayed');
  passes(2000);
  await clean();
  expect((await again()).kind).toBe('accepted');
});

test('output files of a task that cannot be read are kept, and all else is cleared away', async () => {
  const { started, wrote, finished, clean, database, files } = bench();
  const { task_id } = await started();
  const gone = await finished(canceled);
  for (const id of [task_id, gone]) await wrote(id);
  await database(async (db) => {
    const row = await db.get('tasks', task_id);
    if (row) await db.put('tasks', { ...row, task: { ...row.task, attempt: 'two' as never } });
  });
  await leaveCheckpoint(database);
  await clean();
  expect(await files.outputOwners()).toEqual([task_id]);
  expect(await database((db) => db.getAllKeys('checkpoints'))).toEqual([]);
});

test('what cannot be cleared away is told, and keeps nothing else from being cleared away', async () => {
  const { store, finished, wrote, passes, clean, database, files } = bench();
  const [stays, goes, canceledOne] = [await finished(), await finished(), await finished(canceled)];
  for (const task_id of ['no task', canceledOne]) await wrote(task_id);
  await leaveCheckpoint(database);
  const refuse = (refused: string, task_id: string) => {
    if (task_id === refused) throw new Error(`no disk for ${refused}`);
  };
  passes(31 * DAY_MS);
  const cleaned = clean({
    ...store,
    async delete(task_id) {
      refuse(stays, task_id);
      return store.delete(task_id);
    },
    async get(task_id) {
      refuse('no task', task_id);
      return store.get(task_id);
    },
  });
  await expect(cleaned).rejects.toMatchObject({
    errors: expect.arrayContaining([
      expect.objectContaining({ message: `no disk for ${stays}` }),
      expect.objectContaining({ message: 'no disk for no task' }),
    ]),
  });
  expect(await store.get(goes)).toBeNull();
  expect(await files.outputOwners()).toEqual(['no task']);
  expect(await database((db) => db.getAllKeys('checkpoints'))).toEqual([]);
});

async function leaveCheckpoint(database: ReturnType<typeof bench>['database']) {
  const at = new Date().toISOString();
  const orphan = { version: 1, data: 'here', outputs: [], attempt: 1, at, done: 0, progress: 0 };
  await database((db) => db.put('checkpoints', orphan, 'no task'));
}
