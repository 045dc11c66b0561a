import 'fake-indexeddb/auto';
import { openDB, unwrap } from 'idb';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { connection } from '../../../src/core/connection.ts';
import { lookups } from '../../../src/core/idb-lookups.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import { idbTasks } from '../../../src/core/idb-tasks.ts';
import { type CheckpointDraft, StoredTaskSchema } from '../../../src/core/schema.ts';
import { fenced, NoSuchTask, type Step } from '../../../src/core/store.ts';
import { type Change, fold, type TaskDraft } from '../../../src/core/task.ts';
import { freshStore, limits, numbers, shortcuts } from './database.ts';
import { draft, examples } from './tasks.ts';

const { progress, log, completed, failed, canceled, paused, resumed, lost, retried, deferred, cancel_requested } =
  examples;
const checkpoint: CheckpointDraft = { version: 1, data: { step: 1 }, outputs: [] };
const kept: Change = { ...progress, checkpoint: true };

describe('submit', () => {
  test('answers with the tasks as they are stored, in the order of the drafts', async () => {
    const { store } = freshStore();
    const drafts = [draft({ tags: ['a'] }), draft({ priority: 5 }), draft({ type: 'narrow' })];
    const submission = await store.submit(drafts, null);
    if (submission.kind !== 'accepted') throw new Error(submission.kind);
    expect(submission.tasks).toMatchObject([{ tags: ['a'] }, { priority: 5 }, { type: 'narrow' }]);
    for (const task of submission.tasks) {
      const stored = await store.get(task.task_id);
      expect(stored).toEqual({ ...task, losses: 0 });
      expect(task).toMatchObject({ status: 'pending', attempt: 0, last_event_id: '1' });
    }
    const ids = submission.tasks.map((task) => task.task_id);
    expect(ids).toEqual([...ids].sort());
  });

  test('takes all or nothing', async () => {
    const { store, commits } = freshStore();
    const submission = await store.submit([draft(), draft({ depends_on: ['nobody'] }), draft()], null);
    expect(submission).toEqual({ kind: 'unknown-dependency', index: 1, position: 0, task_id: 'nobody' });
    expect((await store.list({}, 50, null)).tasks).toEqual([]);
    expect(commits).toEqual([]);
  });

  test('names the first dependency that there is not', async () => {
    const { store, submit } = freshStore();
    const { task_id } = await submit();
    const submission = await store.submit([draft({ depends_on: [task_id, 'nobody', 'no one'] })], null);
    expect(submission).toMatchObject({ kind: 'unknown-dependency', index: 0, position: 1, task_id: 'nobody' });
  });

  test('with the same key and payload gives the first answer again, and no second task', async () => {
    const { store, change, claim } = freshStore();
    const key = { key: 'k', fingerprint: 'a' };
    const first = await store.submit([draft()], key);
    const task_id = first.kind === 'accepted' ? first.tasks[0]?.task_id : undefined;
    await claim();
    await change(task_id ?? '', [completed]);
    expect(await store.submit([draft()], key)).toEqual({ ...first, kind: 'replayed' });
    expect((await store.list({}, 50, null)).tasks).toHaveLength(1);
  });

  test('with the same key and another payload is a conflict', async () => {
    const { store } = freshStore();
    await store.submit([draft()], { key: 'k', fingerprint: 'a' });
    expect(await store.submit([draft()], { key: 'k', fingerprint: 'b' })).toEqual({ kind: 'conflict' });
    expect((await store.list({}, 50, null)).tasks).toHaveLength(1);
  });

  test('that was refused has not used up its key', async () => {
    const { store } = freshStore();
    const key = { key: 'k', fingerprint: 'a' };
    await store.submit([draft({ depends_on: ['nobody'] })], key);
    expect(await store.submit([draft()], key)).toMatchObject({ kind: 'accepted' });
  });

  test('twice at once with one key gives one task', async () => {
    const { store } = freshStore();
    const key = { key: 'k', fingerprint: 'a' };
    const answers = await Promise.all([store.submit([draft()], key), store.submit([draft()], key)]);
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['accepted', 'replayed']);
    expect((await store.list({}, 50, null)).tasks).toHaveLength(1);
  });
});

describe('claim', () => {
  async function order(drafts: Partial<TaskDraft>[], now?: () => number): Promise<number[]> {
    const { store, claim } = freshStore(now);
    const submission = await store.submit(drafts.map(draft), null);
    const ids = submission.kind === 'accepted' ? submission.tasks.map((task) => task.task_id) : [];
    const taken: number[] = [];
    for (let next = await claim(); next; next = await claim()) taken.push(ids.indexOf(next.task.task_id));
    return taken;
  }

  test('takes the highest priority first, over all types', async () => {
    expect(await order([{ priority: -1 }, { priority: 5, type: 'narrow' }, {}, { priority: 7 }])).toEqual([3, 1, 2, 0]);
  });

  test('then what has been due longest, then the oldest', async () => {
    const at = (ms: number) => new Date(1_000_000 + ms).toISOString();
    expect(await order([{ run_at: at(-5) }, {}, { run_at: at(-9) }, {}], () => 1_000_000)).toEqual([2, 0, 1, 3]);
    expect(await order([{}, { type: 'narrow' }, {}, { type: 'narrow' }], () => 1_000_000)).toEqual([0, 1, 2, 3]);
  });

  test('raises the attempt and starts the task', async () => {
    const { claim, submit } = freshStore();
    const { task_id } = await submit();
    expect(await claim()).toMatchObject({ task: { task_id, status: 'running', attempt: 1 }, checkpoint: null });
    expect(await claim()).toBeNull();
  });

  test('stops at the limit over all types', async () => {
    const { store, claim, submit, change } = freshStore();
    for (const type of ['wide', 'narrow', 'wide']) await submit({ type });
    const [first, second] = [await claim(limits(2)), await claim(limits(2))];
    expect(second).not.toBeNull();
    expect(await claim(limits(2))).toBeNull();
    await change(first?.task.task_id ?? '', [completed]);
    expect(await claim(limits(2))).not.toBeNull();
    expect(await store.running()).toHaveLength(2);
  });

  test('passes over a type at its own limit', async () => {
    const { claim, submit } = freshStore();
    for (const type of ['narrow', 'narrow', 'wide']) await submit({ type, priority: type === 'narrow' ? 1 : 0 });
    const taken = [await claim(limits(9, 1)), await claim(limits(9, 1)), await claim(limits(9, 1))];
    expect(taken.map((each) => each?.task.type)).toEqual(['narrow', 'wide', undefined]);
  });

  test('leaves a type alone that is not known here', async () => {
    const { claim, submit } = freshStore();
    await submit({ type: 'from another version' });
    expect(await claim()).toBeNull();
  });

  test('counts in its own transaction: of two at once, one gets the last place', async () => {
    const { store, submit } = freshStore();
    const tasks = [await submit(), await submit()];
    const claims = await Promise.all(tasks.map(({ task_id }) => store.claim({ task_id, attempt: 1 }, limits(1))));
    expect(claims.filter(Boolean)).toHaveLength(1);
    const narrow = [await submit({ type: 'narrow' }), await submit({ type: 'narrow' })];
    const more = await Promise.all(narrow.map(({ task_id }) => store.claim({ task_id, attempt: 1 }, limits(9, 1))));
    expect(more.filter(Boolean)).toHaveLength(1);
  });

  test('of one candidate twice gives it once', async () => {
    const { store, submit, events } = freshStore();
    const { task_id } = await submit();
    const candidate = { task_id, attempt: 1 };
    const claims = await Promise.all([store.claim(candidate, limits()), store.claim(candidate, limits())]);
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect((await events(task_id)).map(({ kind }) => kind)).toEqual(['created', 'started']);
  });

  test('of an attempt that has been meanwhile is refused', async () => {
    const { store, started, change } = freshStore();
    const { task_id } = await started();
    await change(task_id, [lost]);
    expect(await store.claim({ task_id, attempt: 1 }, limits())).toBeNull();
    expect(await store.claim({ task_id, attempt: 2 }, limits())).toMatchObject({ task: { attempt: 2 } });
  });

  test('of what is paused, ended or gone is refused', async () => {
    const { store, submit, change } = freshStore();
    for (const end of [paused, canceled, failed]) {
      const { task_id } = await submit();
      await change(task_id, [end]);
      expect(await store.claim({ task_id, attempt: 1 }, limits())).toBeNull();
    }
    expect(await store.claim({ task_id: 'nobody', attempt: 1 }, limits())).toBeNull();
  });
});

describe('a claim in the transaction that ends another task', () => {
  const next = (task_id: string, within = limits(1)) => ({
    candidate: { task_id, attempt: 1 },
    limits: within,
    by: 'page',
  });
  const end = (task_id: string, follows: string, within = limits(1)) =>
    ({ ...fenced(task_id, 1, () => [completed]), next: next(follows, within) }) satisfies Step;

  test('takes the place that the end leaves, and is published with it', async () => {
    const { store, submit, claim, get, events, commits } = freshStore();
    const [one, two] = [await submit(), await submit()];
    await claim(limits(1));
    const published = commits.length;
    const [result] = await store.commit([end(one.task_id, two.task_id)]);
    expect(result).toMatchObject({
      status: 'fulfilled',
      value: { task: { status: 'completed' }, next: { task: { task_id: two.task_id, status: 'running', attempt: 1 } } },
    });
    expect(commits.length).toBe(published + 1);
    expect(commits.at(-1)?.tasks.map(({ status }) => status)).toEqual(['completed', 'running']);
    expect((await get(two.task_id)).status).toBe('running');
    expect((await events(two.task_id)).at(-1)).toMatchObject({ kind: 'started', by: 'page' });
    expect((await store.running()).map(({ task_id }) => task_id)).toEqual([two.task_id]);
    // What it says next is written from memory, as after any claim.
    await expect(store.commit([fenced(two.task_id, 1, () => [progress])])).resolves.toMatchObject([
      { status: 'fulfilled' },
    ]);
  });

  test('is refused where the step leaves no place, in all or of its type', async () => {
    const { store, submit, claim, get } = freshStore();
    const [one, two] = [await submit({ type: 'narrow' }), await submit({ type: 'narrow' })];
    const within = limits(2, 1);
    await claim(within);
    const goesOn = { ...fenced(one.task_id, 1, () => [progress]), next: next(two.task_id, within) };
    expect(await store.commit([goesOn])).toMatchObject([{ status: 'fulfilled', value: { next: null } }]);
    expect(await store.commit([{ ...goesOn, next: next(two.task_id, limits(1, 2)) }])).toMatchObject([
      { status: 'fulfilled', value: { next: null } },
    ]);
    expect((await get(two.task_id)).status).toBe('pending');
    expect(await store.commit([end(one.task_id, two.task_id, within)])).toMatchObject([
      { value: { next: { task: { task_id: two.task_id } } } },
    ]);
  });

  test('is not made when the step is refused', async () => {
    const { store, submit, claim, get } = freshStore();
    const [one, two] = [await submit(), await submit()];
    await claim(limits(9));
    const zombie = { ...fenced(one.task_id, 7, () => [completed]), next: next(two.task_id, limits(9)) };
    expect(await store.commit([zombie])).toMatchObject([{ status: 'rejected', reason: { name: 'Fenced' } }]);
    expect((await get(two.task_id)).status).toBe('pending');
  });

  test('sees what the end let go on, and the claims beside it', async () => {
    const { store, submit, claim } = freshStore();
    const [one, two] = [await submit(), await submit()];
    const after = await submit({ depends_on: [one.task_id] });
    await claim(limits(2));
    await claim(limits(2));
    const results = await store.commit([
      end(one.task_id, after.task_id, limits(2)),
      end(two.task_id, after.task_id, limits(2)),
    ]);
    expect(results).toMatchObject([
      { value: { next: { task: { task_id: after.task_id, attempt: 1 } } } },
      { value: { next: null } },
    ]);
  });

  test('takes up the checkpoint of an earlier attempt', async () => {
    const { store, submit, claim, change } = freshStore();
    const [one, two] = [await submit({ priority: 1 }), await submit()];
    await claim(limits(2));
    await claim(limits(2));
    await change(two.task_id, [kept], checkpoint);
    await change(two.task_id, [lost]);
    const step = {
      ...end(one.task_id, two.task_id),
      next: { ...next(two.task_id), candidate: { ...two, attempt: 2 } },
    };
    expect(await store.commit([step])).toMatchObject([
      { value: { next: { task: { attempt: 2 }, checkpoint: { data: checkpoint.data } } } },
    ]);
  });
});

describe('run_at', () => {
  test('keeps a task back until it is due and woken', async () => {
    let now = 1_000_000;
    const { store, submit, claim } = freshStore(() => now);
    const { task_id } = await submit({ run_at: new Date(now + 500).toISOString() });
    await submit({ run_at: new Date(now + 900).toISOString() });
    expect(await store.wake(now)).toBe(now + 500);
    expect(await claim()).toBeNull();
    now += 500;
    expect(await store.wake(now)).toBe(1_000_900);
    expect(await claim()).toMatchObject({ task: { task_id } });
    expect(await claim()).toBeNull();
    now += 400;
    expect(await store.wake(now)).toBeNull();
    expect(await claim()).not.toBeNull();
    expect(await store.wake(now)).toBeNull();
  });

  test('wakes more than can be woken in one go, bit by bit', { timeout: 30_000 }, async () => {
    let now = 1_000_000;
    const { store, database } = freshStore(() => now);
    const run_at = new Date(now + 1).toISOString();
    await store.submit(
      Array.from({ length: 600 }, () => draft({ run_at })),
      null,
    );
    now += 1;
    expect(await store.wake(now)).toBe(now);
    expect(await store.wake(now)).toBeNull();
    expect(await database((db) => db.count('lookups', lookups('claim')))).toBe(600);
  });

  test('that nobody asked for keeps no task back when the clock is set back', async () => {
    let now = 1_000_000_000;
    const { started, change, claim, submit } = freshStore(() => now);
    const { task_id } = await started();
    now -= 3_600_000;
    await change(task_id, [lost]);
    expect(await claim()).toMatchObject({ task: { task_id, attempt: 2 } });
    await submit();
    now -= 3_600_000;
    expect(await claim()).not.toBeNull();
  });

  test('of a task that is canceled before is forgotten', async () => {
    const { store, submit, change } = freshStore(() => 1_000_000);
    const { task_id } = await submit({ run_at: new Date(1_000_500).toISOString() });
    await change(task_id, [canceled]);
    expect(await store.wake(2_000_000)).toBeNull();
  });

  test('is how a deferred task waits', async () => {
    let now = Date.parse(deferred.run_at) - 500;
    const { store, started, change, claim } = freshStore(() => now);
    const { task_id } = await started();
    await change(task_id, [deferred]);
    expect(await claim()).toBeNull();
    expect(await store.wake(now)).toBe(now + 500);
    now += 500;
    await store.wake(now);
    expect(await claim()).toMatchObject({ task: { task_id, attempt: 2, failures: 1 } });
  });
});

describe('depends_on', () => {
  test('waits until all have completed', async () => {
    const { started, submit, change, claim } = freshStore();
    const [first, second] = [await started(), await started()];
    const { task_id } = await submit({ depends_on: [first.task_id, second.task_id] });
    expect(await claim()).toBeNull();
    await change(first.task_id, [completed]);
    expect(await claim()).toBeNull();
    await change(second.task_id, [completed]);
    expect(await claim()).toMatchObject({ task: { task_id } });
  });

  test.each([failed, canceled])('on a task that is $kind fails, and so does what depends on that', async (end) => {
    const { started, submit, change, get } = freshStore();
    const first = await started();
    const second = await submit({ depends_on: [first.task_id] });
    const third = await submit({ depends_on: [second.task_id] });
    await change(first.task_id, [end]);
    for (const { task_id } of [second, third]) {
      const task = await get(task_id);
      expect(task).toMatchObject({ status: 'failed', error: { type: 'urn:holdfast:problem:dependency-failed' } });
    }
  });

  test('fails a paused task too', async () => {
    const { started, submit, change, get, events } = freshStore();
    const first = await started();
    const { task_id } = await submit({ depends_on: [first.task_id] });
    await change(task_id, [paused]);
    await change(first.task_id, [failed]);
    expect(await get(task_id)).toMatchObject({ status: 'failed', paused: null });
    expect((await events(task_id)).map(({ kind }) => kind)).toEqual(['created', 'paused', 'resumed', 'failed']);
  });

  test('on a task that has completed before does not wait', async () => {
    const { started, submit, change, claim } = freshStore();
    const first = await started();
    await change(first.task_id, [completed]);
    const { task_id } = await submit({ depends_on: [first.task_id] });
    expect(await claim()).toMatchObject({ task: { task_id } });
  });

  test.each([failed, canceled])('on a task that is $kind already fails at once', async (end) => {
    const { store, started, change } = freshStore();
    const first = await started();
    await change(first.task_id, [end]);
    const submission = await store.submit([draft({ depends_on: [first.task_id] })], null);
    expect(submission).toMatchObject({
      kind: 'accepted',
      tasks: [{ status: 'failed', error: { type: 'urn:holdfast:problem:dependency-failed' }, last_event_id: '2' }],
    });
  });

  test('outlasts a pause, a resume and a retry of what it waits for', async () => {
    const { started, submit, change, claim } = freshStore();
    const first = await started();
    const { task_id } = await submit({ depends_on: [first.task_id] });
    await change(task_id, [paused]);
    await change(task_id, [resumed]);
    expect(await claim()).toBeNull();
    await change(first.task_id, [lost]);
    await claim();
    await change(first.task_id, [completed]);
    expect(await claim()).toMatchObject({ task: { task_id } });
  });

  test('a task that was completed while the other was paused goes on when that is resumed', async () => {
    const { started, submit, change, claim } = freshStore();
    const first = await started();
    const { task_id } = await submit({ depends_on: [first.task_id] });
    await change(task_id, [paused]);
    await change(first.task_id, [completed]);
    expect(await claim()).toBeNull();
    await change(task_id, [resumed]);
    expect(await claim()).toMatchObject({ task: { task_id } });
  });

  test('holds for a retry too: it does not run while what it depends on has not completed', async () => {
    const { started, submit, change, claim, get } = freshStore();
    const first = await started();
    const { task_id } = await submit({ depends_on: [first.task_id] });
    await change(first.task_id, [failed]);
    await change(task_id, [retried]);
    expect(await claim()).toBeNull();
    expect(await get(task_id)).toMatchObject({
      status: 'failed',
      error: { type: 'urn:holdfast:problem:dependency-failed' },
    });
    await change(first.task_id, [retried]);
    await change(task_id, [retried]);
    expect(await claim()).toMatchObject({ task: { task_id: first.task_id } });
    expect(await claim()).toBeNull();
    await change(first.task_id, [completed]);
    expect(await claim()).toMatchObject({ task: { task_id } });
  });
});

describe('commit', () => {
  test('a step that is refused leaves the others alone', async () => {
    const { store, started, events } = freshStore();
    const [one, two, three] = [await started(), await started(), await started()];
    const results = await store.commit([
      { task_id: one.task_id, decide: () => [progress] },
      { task_id: two.task_id, decide: () => [progress, resumed] },
      { task_id: 'nobody', decide: () => [progress] },
      {
        task_id: three.task_id,
        decide() {
          throw new Error('not now');
        },
      },
      { task_id: three.task_id, decide: () => [progress] },
    ]);
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { task: { progress: 25 } } },
      { status: 'rejected', reason: { name: 'ImpossibleTransition' } },
      { status: 'rejected', reason: { name: 'NoSuchTask' } },
      { status: 'rejected', reason: { message: 'not now' } },
      { status: 'fulfilled', value: { task: { progress: 25 } } },
    ]);
    const lengths = [one, two, three].map(async ({ task_id }) => (await events(task_id)).length);
    expect(await Promise.all(lengths)).toEqual([3, 2, 3]);
  });

  test('a step that is refused halfway leaves the checkpoint too', async () => {
    const { started, change, claim } = freshStore();
    const { task_id } = await started();
    await change(task_id, [kept], checkpoint);
    await change(task_id, [failed]);
    await expect(change(task_id, [{ kind: 'retried', from: 'start' }, resumed])).rejects.toThrow();
    await change(task_id, [retried]);
    expect(await claim()).toMatchObject({ checkpoint: { data: checkpoint.data } });
  });

  test('each step sees what the one before it decided', async () => {
    const { store, started } = freshStore();
    const { task_id } = await started();
    const seen: string[] = [];
    const decide = (changes: Change[]) => (task: { status: string }) => {
      seen.push(task.status);
      return changes;
    };
    await store.commit([paused, resumed, canceled].map((change) => ({ task_id, decide: decide([change]) })));
    expect(seen).toEqual(['running', 'paused', 'pending']);
  });

  test('an append of an attempt that is over is refused and changes nothing', async () => {
    const { store, database, started, change, claim, get, events, commits } = freshStore();
    const { task_id } = await started();
    await change(task_id, [lost]);
    await claim();
    const [before, log_before, published] = [await get(task_id), await events(task_id), commits.length];
    const [result] = await store.commit([
      { ...fenced(task_id, 1, () => [kept, completed]), checkpoint: { ...checkpoint, data: 'a zombie’s' } },
    ]);
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'Fenced' } });
    expect([await get(task_id), await events(task_id), commits.length]).toEqual([before, log_before, published]);
    expect(await database((db) => db.count('checkpoints'))).toBe(0);
    const [owner] = await store.commit([fenced(task_id, 2, () => [progress])]);
    expect(owner).toMatchObject({ status: 'fulfilled' });
  });

  test.each([paused, canceled, completed])('an append after the task is $kind is refused', async (end) => {
    const { store, started, change } = freshStore();
    const { task_id } = await started();
    await change(task_id, [end]);
    const [result] = await store.commit([fenced(task_id, 1, () => [progress])]);
    expect(result).toMatchObject({ status: 'rejected', reason: { name: 'Fenced' } });
  });

  test('numbers go on over commits, without holes, in each task and over all', async () => {
    const { store, started, change, events, commits } = freshStore();
    const [one, two] = [await started(), await started()];
    await change(one.task_id, [progress, log]);
    await store.commit([
      { task_id: two.task_id, decide: () => [log, log, log] },
      { task_id: one.task_id, decide: () => [progress] },
      { task_id: two.task_id, decide: () => [progress] },
    ]);
    expect((await events(one.task_id)).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
    expect((await events(two.task_id)).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6]);
    const { segments, newest } = await store.readAll(0, 100);
    const overall = segments.flatMap(({ seq, events: held }) => held.map((_, i) => seq + i));
    expect(overall).toEqual(Array.from({ length: 11 }, (_, i) => i + 1));
    expect(newest).toBe(11);
    expect(commits.at(-1)?.newest).toBe(11);
  });

  test('two threads that write by turns see what the other wrote: nothing is lost, and a cancel is seen at once', async () => {
    const { name, store, started, change, events, get } = freshStore();
    const database = connection(name);
    const other = shortcuts(idbStore({ connection: database, publish: () => {} }));
    const { task_id } = await started();
    await change(task_id, [progress]);
    await change(task_id, [progress]);
    await other.change(task_id, [log, { kind: 'cancel_requested' }]);
    const seen = await change(task_id, [log]);
    expect(seen.cancel_requested_at).not.toBeNull();
    await other.change(task_id, [log]);
    await change(task_id, [progress]);
    database.close();
    expect((await events(task_id)).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(fold(null, await events(task_id))).toEqual(await get(task_id));
    const overall = (await store.readAll(0, 100)).segments.flatMap(({ seq, events: held }) =>
      held.map((_, i) => seq + i),
    );
    expect(overall).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('by who runs no tasks, leaves no row of a running one in its memory', async () => {
    const { database, started } = freshStore();
    const { task_id } = await started();
    const step = { task_id, decide: () => [{ kind: 'cancel_requested' } as const] };
    const runs = idbTasks({ connection: database, publish() {} });
    await runs.commit([step]);
    expect(runs.lastWritten(task_id)).toBeDefined();
    const serves = idbTasks({ connection: database, publish() {}, heard: null });
    await serves.commit([step]);
    expect(serves.lastWritten(task_id)).toBeUndefined();
  });

  test('that another thread has ended leaves no row of its own in the memory of who ran it', async () => {
    const { database, store, started } = freshStore();
    const { task_id } = await started();
    const runs = idbTasks({ connection: database, publish() {} });
    await runs.commit([fenced(task_id, 1, () => [progress])]);
    expect(runs.lastWritten(task_id)).toBeDefined();
    await store.commit([{ task_id, decide: () => [canceled] }]);
    await runs.commit([fenced(task_id, 1, () => [progress])]);
    expect(runs.lastWritten(task_id)).toBeUndefined();
  });

  test('the snapshot is the fold of the log, and fits its schema', async () => {
    const { started, change, get, events } = freshStore();
    const { task_id } = await started({ tags: ['a'] });
    await change(task_id, [log, kept], checkpoint);
    await change(task_id, [lost]);
    const task = await get(task_id);
    expect(fold(null, await events(task_id))).toEqual(task);
    expect(v.parse(StoredTaskSchema, task)).toEqual(task);
  });

  test('that decides nothing writes and publishes nothing', async () => {
    const { store, started, get, commits } = freshStore();
    const { task_id } = await started();
    const [before, published] = [await get(task_id), commits.length];
    const [result] = await store.commit([{ task_id, decide: () => [] }]);
    expect(result).toEqual({ status: 'fulfilled', value: { task: before, next: null } });
    expect([await get(task_id), commits.length]).toEqual([before, published]);
  });

  test('is published after it, with what it wrote', async () => {
    const { name, database, started, change, published, commits, events } = freshStore();
    const { task_id } = await started();
    const seen: unknown[] = [];
    const other = idbStore({ connection: connection(name), publish() {} });
    published(() => seen.push(other.get(task_id)));
    await change(task_id, [progress, cancel_requested]);
    expect(await Promise.all(seen)).toMatchObject([{ last_event_id: '4', progress: 25 }]);
    expect(commits.at(-1)).toEqual({
      segments: [{ task_id, first: 3, last: 4, seq: 3, events: (await events(task_id)).slice(2) }],
      tasks: [{ task_id, status: 'running', attempt: 1, last: 4, cancel_requested: true }],
      newest: 4,
    });
    other.close();
    database.close();
  });

  const uncloneable = () => {};

  test('of what cannot be stored beside what can refuses that alone', async () => {
    const { store, started, submit, events, database } = freshStore();
    const tasks = [await started(), await started(), await submit()];
    const steps = tasks.map(({ task_id }, i): Step => {
      const data = i === 1 ? uncloneable : i;
      return { task_id, decide: () => [log], checkpoint: { version: 1, data, outputs: [] } };
    });
    const results = await store.commit([...steps, { task_id: 'nobody', decide: () => [log] }]);
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { task: { task_id: tasks[0]?.task_id } } },
      { status: 'rejected', reason: { name: 'DataCloneError' } },
      { status: 'fulfilled', value: { task: { task_id: tasks[2]?.task_id } } },
      { status: 'rejected', reason: { name: 'NoSuchTask' } },
    ]);
    const said = await Promise.all(tasks.map(({ task_id }) => events(task_id)));
    expect(said.map((all) => all.filter(({ kind }) => kind === 'log').length)).toEqual([1, 0, 1]);
    expect(await database((db) => db.getAllKeys('checkpoints'))).toEqual([tasks[0]?.task_id, tasks[2]?.task_id]);
  });

  test('that fails publishes nothing and rejects', async () => {
    const { database, started, change, commits } = freshStore();
    const { task_id } = await started();
    const published = commits.length;
    const result = change(task_id, [{ kind: 'completed', result: uncloneable, files: [] }]);
    await expect(result).rejects.toMatchObject({ name: 'DataCloneError' });
    expect(commits).toHaveLength(published);
    expect((await database((db) => db.get('tasks', task_id)))?.task.status).toBe('running');
  });
});

describe('read', () => {
  async function logOf(...sizes: number[]) {
    const bench = freshStore();
    const { task_id } = await bench.submit();
    for (const size of sizes) {
      await bench.change(
        task_id,
        Array.from({ length: size }, () => log),
      );
    }
    return { ...bench, task_id };
  }

  test('begins with the segment that holds the next event', async () => {
    const { store, task_id } = await logOf(3, 2, 4);
    const from = async (after: number) => numbers((await store.read(task_id, after, 100))?.segments);
    expect(await from(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await from(1)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await from(3)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await from(4)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(await from(9)).toEqual([7, 8, 9, 10]);
    expect(await from(10)).toEqual([]);
    expect(await from(11)).toEqual([]);
  });

  test('gives at most as many segments as were asked for', async () => {
    const { store, task_id } = await logOf(3, 2, 4);
    const read = async (after: number, limit: number) => numbers((await store.read(task_id, after, limit))?.segments);
    expect(await read(0, 1)).toEqual([1]);
    expect(await read(0, 2)).toEqual([1, 2, 3, 4]);
    expect(await read(2, 1)).toEqual([2, 3, 4]);
    expect(await read(2, 2)).toEqual([2, 3, 4, 5, 6]);
    expect(await read(4, 1)).toEqual([5, 6]);
  });

  test('gives the task of the same moment, and null for none', async () => {
    const { store, task_id } = await logOf(1);
    expect(await store.read(task_id, 0, 9)).toMatchObject({ task: { task_id, last_event_id: '2' } });
    expect(await store.read('nobody', 0, 9)).toBeNull();
  });

  test('of one task holds nothing of its neighbours', async () => {
    const { store, submit, task_id } = await logOf(1);
    const other = await submit();
    expect(numbers((await store.read(task_id, 0, 9))?.segments)).toEqual([1, 2]);
    expect(numbers((await store.read(other.task_id, 0, 9))?.segments)).toEqual([1]);
  });
});

describe('readAll', () => {
  test('follows the overall number through segments, in steps, from anywhere', async () => {
    const { store, submit, change } = freshStore();
    const [one, two] = [await submit(), await submit()];
    await change(one.task_id, [log, log, log]);
    await change(two.task_id, [log, log]);
    const from = async (after: number, limit = 100) =>
      (await store.readAll(after, limit)).segments.map(({ seq, events }) => [seq, events.length]);
    expect(await from(0)).toEqual([
      [1, 1],
      [2, 1],
      [3, 3],
      [6, 2],
    ]);
    expect(await from(1, 1)).toEqual([[2, 1]]);
    expect(await from(3)).toEqual([
      [3, 3],
      [6, 2],
    ]);
    expect(await from(4, 1)).toEqual([[3, 3]]);
    expect(await from(5)).toEqual([[6, 2]]);
    expect(await from(7)).toEqual([]);
    expect(await from(99)).toEqual([]);
  });

  test('the cursor of a list is where the stream of all tasks goes on', async () => {
    const { store, submit, change } = freshStore();
    const { task_id } = await submit();
    const { cursor } = await store.list({}, 50, null);
    expect(cursor).toBe(`${await store.epoch()}-1`);
    await change(task_id, [log]);
    const after = Number(cursor.split('-').at(-1));
    expect((await store.readAll(after, 100)).segments).toMatchObject([{ task_id, first: 2 }]);
  });

  test('another database has another epoch; the same one keeps it', async () => {
    const { name, store } = freshStore();
    const epoch = await store.epoch();
    const again = idbStore({ connection: connection(name), publish() {} });
    expect(await again.epoch()).toBe(epoch);
    again.close();
    expect(await freshStore().store.epoch()).not.toBe(epoch);
  });
});

describe('list', () => {
  test('is newest first, page by page, each task once', async () => {
    const { store } = freshStore();
    const submission = await store.submit(
      Array.from({ length: 25 }, () => draft()),
      null,
    );
    const ids = submission.kind === 'accepted' ? submission.tasks.map((task) => task.task_id) : [];
    const seen: string[] = [];
    let page: string | null = null;
    do {
      const list: Awaited<ReturnType<typeof store.list>> = await store.list({}, 10, page);
      seen.push(...list.tasks.map((task) => task.task_id));
      page = list.next_page;
    } while (page);
    expect(seen).toEqual(ids.reverse());
  });

  test('has no next page when the last one is just full', async () => {
    const { store, submit } = freshStore();
    await submit();
    await submit();
    expect(await store.list({}, 2, null)).toMatchObject({ tasks: { length: 2 }, next_page: null });
    expect((await store.list({}, 1, null)).next_page).not.toBeNull();
  });

  test('filters by status, type, tag and text, and by all of them together', async () => {
    const { store, submit, started, change } = freshStore();
    const names = new Map<string, string>();
    const named = async (name: string, made: Promise<{ task_id: string }>) => {
      const { task_id } = await made;
      names.set(task_id, name);
      return task_id;
    };
    const done = await named('done', started({ tags: ['red'] }));
    await change(done, [{ ...completed, result: { found: 'Needle' } }]);
    const broken = await named('broken', started({ type: 'narrow', tags: ['red', 'blue'] }));
    await change(broken, [{ ...failed, error: { type: 'x', title: 'y', detail: 'a needle in it' } }]);
    const busy = await named('busy', started());
    await change(busy, [{ ...progress, message: 'on needle.txt' }]);
    await named('new', submit({ input: { file: 'NEEDLE' } }));
    const list = async (filter: Parameters<typeof store.list>[0]) =>
      (await store.list(filter, 50, null)).tasks.map((task) => names.get(task.task_id));

    expect(await list({ status: ['completed', 'failed'] })).toEqual(['broken', 'done']);
    expect(await list({ status: ['paused'] })).toEqual([]);
    expect(await list({ type: 'narrow' })).toEqual(['broken']);
    expect(await list({ tag: 'red' })).toEqual(['broken', 'done']);
    expect(await list({ tag: 're' })).toEqual([]);
    expect(await list({ q: 'nEEdle' })).toEqual(['new', 'busy', 'broken', 'done']);
    expect(await list({ q: 'narrow' })).toEqual(['broken']);
    expect(await list({ q: 'needle', tag: 'red', status: ['completed'] })).toEqual(['done']);
  });

  test('text is found as it was given, though JSON escapes it, and as it is in JSON', async () => {
    const { store, submit, started, change } = freshStore();
    const { task_id: given } = await submit({ input: { path: 'C:\\Dir', name: 'a"B' } });
    const { task_id: made } = await started();
    await change(made, [{ ...completed, result: { text: 'one\ntwo' } }]);
    const list = async (q: string) => (await store.list({ q }, 50, null)).tasks.map(({ task_id }) => task_id);
    expect(await list('c:\\dir')).toEqual([given]);
    expect(await list('A"b')).toEqual([given]);
    expect(await list('one\nTWO')).toEqual([made]);
    expect(await list('"path":"C:\\\\d')).toEqual([given]);
  });

  test('a filter that matches little still fills its page, over any number of tasks', { timeout: 30_000 }, async () => {
    const { store } = freshStore();
    const drafts = Array.from({ length: 1_300 }, (_, i) => draft({ tags: i % 600 === 0 ? ['rare'] : [] }));
    await store.submit(drafts, null);
    const first = await store.list({ tag: 'rare' }, 2, null);
    expect(first.tasks).toHaveLength(2);
    const second = await store.list({ tag: 'rare' }, 2, first.next_page);
    expect(second).toMatchObject({ tasks: { length: 1 }, next_page: null });
  });

  test('counts by status, over all tasks, whatever is filtered', async () => {
    const { store, submit, started, change } = freshStore();
    await submit();
    await started();
    await change((await started()).task_id, [completed]);
    await change((await started()).task_id, [completed]);
    await change((await started()).task_id, [canceled]);
    const { counts } = await store.list({ status: ['failed'] }, 1, null);
    expect(counts).toEqual({ pending: 0, running: 2, paused: 0, completed: 2, failed: 0, canceled: 1 });
  });
});

describe('delete', () => {
  test('removes a finished task with its log and checkpoint, and leaves a tombstone in the log of all', async () => {
    const { store, database, started, change, commits } = freshStore();
    const { task_id } = await started();
    await change(task_id, [kept], checkpoint);
    await change(task_id, [failed]);
    expect(await store.delete(task_id)).toBe('deleted');
    expect([await store.get(task_id), await store.read(task_id, 0, 9)]).toEqual([null, null]);
    expect(await database((db) => db.count('checkpoints'))).toBe(0);
    const tombstone = { task_id, first: 0, last: 0, seq: 5, events: [] };
    expect(await store.readAll(0, 9)).toMatchObject({ segments: [tombstone], newest: 5 });
    expect(await store.readAll(4, 9)).toMatchObject({ segments: [tombstone], newest: 5 });
    expect((await store.readAll(5, 9)).segments).toEqual([]);
    expect(commits.at(-1)).toMatchObject({ segments: [tombstone], tasks: [{ task_id, status: 'deleted' }], newest: 5 });
    expect(await store.delete(task_id)).toBe('absent');
  });

  test('leaves what is live', async () => {
    const { store, submit, started, change, get } = freshStore();
    const tasks = [await started(), await submit(), await submit()];
    await change(tasks[1]?.task_id ?? '', [paused]);
    for (const { task_id } of tasks) {
      expect(await store.delete(task_id)).toBe('live');
      await get(task_id);
    }
  });
});

describe('a checkpoint', () => {
  const saved = async () => {
    const bench = freshStore();
    const task = await bench.started();
    await bench.change(task.task_id, [{ ...kept, done: 3, total: 4 }], checkpoint);
    return { ...bench, task_id: task.task_id, count: () => bench.database((db) => db.count('checkpoints')) };
  };

  test('knows where the work stood', async () => {
    const { database, task_id, get } = await saved();
    const { updated_at } = await get(task_id);
    expect(await database((db) => db.get('checkpoints', task_id))).toEqual({
      ...checkpoint,
      attempt: 1,
      at: updated_at,
      done: 3,
      progress: 75,
    });
  });

  test.each([completed, canceled])('is gone when the task is $kind', async (end) => {
    const { change, task_id, count } = await saved();
    await change(task_id, [end]);
    expect(await count()).toBe(0);
  });

  test.each([completed, canceled])('that comes with the step by which the task is $kind is not kept', async (end) => {
    const { change, task_id, count } = await saved();
    await change(task_id, [kept, end], checkpoint);
    expect(await count()).toBe(0);
  });

  test.each<[string, Change[]]>([
    ['failed', [failed, retried]],
    ['paused', [paused, resumed]],
    ['lost', [lost]],
    ['deferred', [{ ...deferred, run_at: '2020-01-01T00:00:00.000Z' }]],
  ])('outlasts that the task was %s', async (_, changes) => {
    const { change, task_id, claim } = await saved();
    for (const each of changes) await change(task_id, [each]);
    expect(await claim()).toMatchObject({
      task: { attempt: 2, done: 3, progress: 75 },
      checkpoint: { data: checkpoint.data },
    });
  });

  test('is gone after a retry from the start', async () => {
    const { change, task_id, claim } = await saved();
    await change(task_id, [failed]);
    await change(task_id, [{ kind: 'retried', from: 'start' }]);
    expect(await claim()).toMatchObject({ task: { done: 0, progress: 0 }, checkpoint: null });
  });

  test('of another version of the job is dropped for good, and the log says so', async () => {
    const { change, task_id, claim, events } = await saved();
    await change(task_id, [lost]);
    const newer = { ...limits(), types: new Map([['wide', { version: 2, running: 9 }]]) };
    expect(await claim(newer)).toMatchObject({ task: { done: 0, progress: 0 }, checkpoint: null });
    const said = (await events(task_id)).slice(-2);
    expect(said).toMatchObject([
      { kind: 'log', level: 'warn', message: expect.stringMatching(/version 1 .* 2/) },
      { kind: 'started' },
    ]);
    // Its outputs are being written anew: an older page must not go on from there.
    await change(task_id, [lost]);
    expect(await claim()).toMatchObject({ checkpoint: null });
  });
});

describe('the database', () => {
  test('is opened again when its handle was closed under it', async () => {
    const { store, database, submit, get } = freshStore();
    const { task_id } = await submit();
    await database(async (db) => db.close());
    expect(await get(task_id)).toMatchObject({ task_id });
    await database(async (db) => db.close());
    await submit();
    await database(async (db) => db.close());
    expect((await store.list({}, 50, null)).tasks).toHaveLength(2);
  });

  test('is asked again when a transaction was aborted under it, and nothing is written twice', async () => {
    const { database } = freshStore();
    const results: string[] = [];
    const add = (aborts: number) =>
      database(async (db) => {
        const tx = db.transaction('meta', 'readwrite');
        const before = Number(await tx.store.get('count'));
        tx.store.put(before + 1, 'count').catch(() => {});
        if (results.filter((result) => result === 'aborted').length < aborts) tx.abort();
        await tx.done.catch((error: unknown) => {
          results.push('aborted');
          throw error;
        });
        results.push('done');
      });
    await database((db) => db.put('meta', 0, 'count'));
    await add(3);
    expect(results).toEqual(['aborted', 'aborted', 'aborted', 'done']);
    expect(await database((db) => db.get('meta', 'count'))).toBe(1);
    await expect(add(Number.POSITIVE_INFINITY)).rejects.toMatchObject({ name: 'AbortError' });
    expect(await database((db) => db.get('meta', 'count'))).toBe(1);
  });

  test('lets a newer version of the app in, and then says that it is too old', async () => {
    const { name, store, submit } = freshStore();
    await submit();
    const newer = await openDB(name, 99);
    await expect(store.list({}, 50, null)).rejects.toMatchObject({ name: 'Outdated' });
    await expect(store.submit([draft()], null)).rejects.toMatchObject({ name: 'Outdated' });
    newer.close();
  });

  /** The database as the first version of the app made it. */
  const firstVersion = (name: string) =>
    openDB(name, 1, {
      upgrade(db) {
        const tasks = db.createObjectStore('tasks', { keyPath: 'task.task_id' });
        tasks.createIndex('claim', 'claim_key');
        tasks.createIndex('wake', 'wake_key');
        tasks.createIndex('waits_for', 'waits_for', { multiEntry: true });
        tasks.createIndex('running', 'running');
        tasks.createIndex('status', 'task.status');
        db.createObjectStore('log', { keyPath: ['task_id', 'first'] }).createIndex('seq', 'seq');
        for (const name of ['cuts', 'checkpoints', 'meta']) db.createObjectStore(name);
        db.createObjectStore('files', { keyPath: ['owner', 'name', 'offset'] });
      },
    });

  test('that an older version keeps open is waited for, then that is told, and it is opened as soon as it can be', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { name, store } = freshStore();
    // By a thread that computes: it does not hear that others want it.
    const old = await firstVersion(name);
    const late = store.list({}, 50, null).catch((error: unknown) => error);
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(5_000);
    expect(await late).toMatchObject({ name: 'Blocked', message: expect.stringContaining('older version') });
    expect(await store.list({}, 50, null).catch((error: unknown) => error)).toMatchObject({ name: 'Blocked' });
    old.close();
    await vi.waitFor(async () => expect((await store.list({}, 50, null)).tasks).toEqual([]));
  });

  test('of the first version is brought to this one’s shape, and every task is found', async () => {
    const before = freshStore();
    const { task_id } = await before.started();
    const waiting = await before.submit();
    await before.submit({ run_at: '2999-01-01T00:00:00.000Z' });
    const rows = await before.database((db) => db.getAll('tasks'));
    const { name, store, claim, database } = freshStore();
    const old = await firstVersion(name);
    for (const row of rows) await old.put('tasks', row);
    await old.put('tasks', { task: { task_id: 'broken', status: 'running' }, running: 'wide' });
    await old.put('meta', 100, 'seq');
    old.close();

    expect((await store.list({}, 9, null)).counts).toMatchObject({ pending: 2, running: 2 });
    expect((await store.running()).map((task) => task.task_id)).toEqual([task_id]);
    expect(await store.wake(0)).toBe(Date.parse('2999-01-01T00:00:00.000Z'));
    expect(await claim()).toMatchObject({ task: { task_id: waiting.task_id } });
    const indexes = await database(async (db) => [...db.transaction('tasks').store.indexNames]);
    expect(indexes).toEqual(['waits_for']);
  });

  test('is shared by any number of stores', async () => {
    const { name, submit } = freshStore();
    const second = idbStore({ connection: connection(name), publish() {} });
    const one = await submit();
    const two = await shortcuts(second).submit();
    expect((await second.list({}, 9, null)).tasks.map((task) => task.task_id)).toEqual([two.task_id, one.task_id]);
    second.close();
  });
});

test('what is erased is gone, all of it, and the database is another one', async () => {
  const { store, database, submit, started, change } = freshStore();
  const { task_id } = await started();
  await change(task_id, [{ ...examples.progress, checkpoint: true }], { version: 1, data: 1, outputs: [] });
  await store.submit([draft()], { key: 'a', fingerprint: 'b' });
  await store.configure({ running_limit: 7 });
  const epoch = await store.epoch();
  await store.erase();
  for (const name of ['tasks', 'log', 'cuts', 'checkpoints', 'files'] as const)
    expect([name, await database((db) => db.count(name))]).toEqual([name, 0]);
  expect(await store.settings()).toMatchObject({ running_limit: null });
  expect(await store.epoch()).not.toBe(epoch);
  expect(await store.readAll(0, 10)).toMatchObject({ newest: 0, segments: [] });
  await expect(change(task_id, [examples.progress])).rejects.toThrow(NoSuchTask);
  // And it works like a new one.
  expect((await submit()).last_event_id).toBe('1');
});

test('what the browser aborted is erased with the next try, and no request of the first fails unheard', async () => {
  const { store, database, submit } = freshStore();
  await submit();
  const handle = await database(async (db) => unwrap(db));
  const transaction = handle.transaction.bind(handle);
  const begun = vi.spyOn(handle, 'transaction').mockImplementationOnce((...asked) => {
    const tx = transaction(...asked);
    queueMicrotask(() => tx.abort());
    return tx;
  });
  await store.erase();
  expect(begun).toHaveBeenCalledTimes(2);
  expect((await store.list({}, 1, null)).tasks).toEqual([]);
});

test('a handle that is dropped under the store costs nothing that it was asked for', async () => {
  const { store, database, submit, events } = freshStore();
  const { task_id } = await submit();
  database.drop();
  expect(await store.get(task_id)).toMatchObject({ status: 'pending' });
  database.drop();
  await submit();
  expect((await events(task_id)).length).toBe(1);
});
