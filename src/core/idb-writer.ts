/** What one read-write transaction reads, folds and writes: rows are read once, changed in memory, and put together at the end. */
import type { IDBPTransaction, StoreNames } from 'idb';
import { dropLookups, moveLookups } from './idb-lookups.ts';
import { readable } from './idb-rows.ts';
import {
  type ClaimKey,
  type HoldfastSchema,
  IDEMPOTENCY,
  type IdempotencyRow,
  logOf,
  type TaskRow,
} from './idb-schema.ts';
import type { CheckpointDraft } from './schema.ts';
import { type Commit, type Digest, type Idempotency, Unreadable } from './store.ts';
import {
  apply,
  bytesOf,
  type Change,
  isFinished,
  type Segment,
  type StoredTask,
  stateOf,
  type Task,
  type TaskEvent,
  taskProblem,
} from './task.ts';

/** Over all stores but `files`, at least. */
type Transaction = IDBPTransaction<HoldfastSchema, StoreNames<HoldfastSchema>[], 'readwrite'>;

/** More would make one read large, and large reads block writers (measured: 0.9 s for a million events). */
export const SEGMENT_EVENTS = 256;

/** What this thread wrote last, which most often still is so: the rows of tasks that run, and the newest overall number. */
export interface Memory {
  rows: Map<string, TaskRow>;
  seq: number;
}

/** What was remembered is no longer so. Nothing was written. */
export class Stale extends Error {
  override name = 'Stale';
}

/**
 * With a memory, reads and writes are sent together, which saves a round trip; the reads are checked before the commit, and `flush`
 * throws `Stale` when they differ from what was remembered.
 */
export function transactionWriter(tx: Transaction, now: number, memory: Memory | null) {
  const tasks = tx.objectStore('tasks');
  const keys = tx.objectStore('lookups');
  const log = tx.objectStore('log');
  const cuts = tx.objectStore('cuts');
  const checkpoints = tx.objectStore('checkpoints');
  const meta = tx.objectStore('meta');
  const at = new Date(now).toISOString();
  const rows = new Map<string, Promise<TaskRow | null>>();
  const written = new Map<string, { before: TaskRow | null; row: TaskRow; events: TaskEvent[] }>();
  const deleted: Digest[] = [];
  const canceled = new Set<string>();
  const unreadable = new Map<string, Unreadable>();
  const storedSeq = meta.get('seq').then(Number);
  // Awaited only when something is written; an abort before that is told by whoever caused it.
  storedSeq.catch(() => {});
  const checks: Promise<boolean>[] = [];
  // As of now: what is remembered changes with every commit of this thread.
  const rememberedSeq = memory?.seq;
  if (memory) expected(storedSeq.then((found) => found === rememberedSeq));
  const writes: (() => Promise<unknown>)[] = [];

  function row(task_id: string): Promise<TaskRow | null> {
    const known = rows.get(task_id) ?? remembered(task_id) ?? tasks.get(task_id).then(parsed);
    rows.set(task_id, known);
    return known;
  }

  /** One that cannot be read is as good as absent: it must not fail the steps of others. */
  function parsed(row: TaskRow | undefined): TaskRow | null {
    try {
      return row ? readable(row) : null;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      unreadable.set(error.task_id, error);
      return null;
    }
  }

  function remembered(task_id: string): Promise<TaskRow> | null {
    const row = memory?.rows.get(task_id);
    if (!row) return null;
    // A task is the fold of its events: with the same last number it is the same.
    const { last_event_id } = row.task;
    const found = tasks.get(task_id);
    expected(found.then((now) => now?.task.last_event_id === last_event_id && now.trimmed === row.trimmed));
    return Promise.resolve(row);
  }

  function expected(check: Promise<boolean>) {
    check.catch(() => {});
    checks.push(check);
  }

  async function change(task_id: string, changes: readonly Change[]): Promise<StoredTask> {
    const before = await row(task_id);
    let task = before?.task ?? null;
    const events: TaskEvent[] = [];
    for (const step of changes) {
      const n = Number(task?.last_event_id ?? 0) + 1;
      task = apply(task, step, n, at);
      events.push({ ...step, n, at, state: step.kind === 'log' ? null : stateOf(task) });
    }
    if (!task) throw new RangeError(`no change for task ${task_id}`);
    const retry = changes.find((step) => step.kind === 'retried');
    if (retry?.from === 'start') drop(task_id);
    // A retry waits anew: what the task depends on may have been retried itself.
    const begins = !before || retry !== undefined;
    const waits_for = begins ? await unfinished(task) : before.waits_for;
    record(task, before, waits_for, events);
    const failed = begins && (await doomed(task));
    if (failed) return change(task_id, [dependencyFailed(failed)]);
    if (isFinished(task.status) && events.some((event) => event.kind !== 'log')) await settle(task);
    return task;
  }

  function record(task: StoredTask, before: TaskRow | null, waits_for: string[] | undefined, events: TaskEvent[]) {
    const log_bytes = events.reduce((sum, event) => sum + bytesOf(event), before?.log_bytes ?? 0);
    const next = { ...indexed(task, waits_for, now), log_bytes, trimmed: before?.trimmed ?? 0 };
    rows.set(task.task_id, Promise.resolve(next));
    const earlier = written.get(task.task_id) ?? { before, events: [] };
    written.set(task.task_id, { before: earlier.before, row: next, events: [...earlier.events, ...events] });
  }

  /** What follows from the end of a task: its checkpoint is of no more use, and the tasks that wait for it go on, or fail. */
  async function settle(task: Ended): Promise<void> {
    if (task.status !== 'failed') drop(task.task_id);
    for (const id of await tasks.index('waits_for').getAllKeys(task.task_id)) {
      const waiting = await row(id);
      if (waiting?.task.status !== 'pending' && waiting?.task.status !== 'paused') continue;
      if (task.status !== 'completed') {
        if (waiting.task.status === 'paused') await change(id, [{ kind: 'resumed' }]);
        await change(id, [dependencyFailed(task)]);
        continue;
      }
      const rest = waiting.waits_for?.filter((other) => other !== task.task_id);
      record(waiting.task, waiting, rest, []);
    }
  }

  /** Of the tasks that a new one depends on, those that have not completed. One that was deleted since has nothing to wait for. */
  async function unfinished(task: StoredTask): Promise<string[]> {
    const found = await Promise.all(task.depends_on.map((id) => row(id)));
    return task.depends_on.filter((_, i) => found[i] && found[i].task.status !== 'completed');
  }

  async function doomed(task: StoredTask): Promise<StoredTask | undefined> {
    const found = await Promise.all(task.depends_on.map((id) => row(id)));
    return found.find((other) => other?.task.status === 'failed' || other?.task.status === 'canceled')?.task;
  }

  function drop(task_id: string) {
    writes.push(() => checkpoints.delete(task_id));
  }

  return {
    row,
    change,
    settle,
    drop,
    checkpoint: (task_id: string) => checkpoints.get(task_id),
    count: (range: IDBKeyRange) => keys.count(range),
    /** What is to be written of tasks, so far. */
    changed: () => written.values(),
    idempotency: async (key: string) => (await meta.get(IDEMPOTENCY + key)) as IdempotencyRow | undefined,

    remember({ key, fingerprint }: Idempotency, accepted: Task[]) {
      const value: IdempotencyRow = { fingerprint, tasks: accepted, at };
      writes.push(() => meta.put(value, IDEMPOTENCY + key));
    },

    /** A task that has come to its end meanwhile needs none. */
    keep(task: StoredTask, draft: CheckpointDraft) {
      if (task.status === 'completed' || task.status === 'canceled') return;
      const { task_id, attempt, done, progress } = task;
      writes.push(() => checkpoints.put({ ...draft, attempt, at, done, progress }, task_id));
    },

    /** Whatever says that a task which is not there has a status: it would be found by that for ever. */
    dropStatus: (task_id: string) => dropLookups(keys, task_id, ['status']),

    /** Why the row of a task that is there could not be read. */
    unreadable: (task_id: string) => unreadable.get(task_id),

    /** `row`: null for one that cannot be read. */
    async delete(task_id: string, row: TaskRow | null) {
      // One that could not be read may have been waited for.
      if (!row) {
        await settle({ task_id, status: 'deleted' });
        await dropLookups(keys, task_id, ['status', 'claim', 'wake', 'running']);
      }
      const { attempt, last, cancel_requested } = row
        ? digest(row.task)
        : { attempt: 0, last: 0, cancel_requested: false };
      if (row?.task.status === 'canceled') canceled.add(task_id);
      deleted.push({ task_id, status: 'deleted', attempt, last, cancel_requested });
      writes.push(() =>
        Promise.all([
          tasks.delete(task_id),
          ...moveLookups(keys, row, null),
          log.delete(logOf(task_id, 0)),
          cuts.delete(task_id),
          checkpoints.delete(task_id),
        ]),
      );
    },

    /** Writes all that was changed and resolves when it is committed. */
    async flush(): Promise<{ commit: Commit; rows: TaskRow[] }> {
      const seq = rememberedSeq ?? (await storedSeq);
      let next = seq;
      const segments: Segment[] = [];
      for (const [task_id, { events }] of written) {
        for (let i = 0; i < events.length; i += SEGMENT_EVENTS) {
          const part = events.slice(i, i + SEGMENT_EVENTS);
          const first = part[0]?.n ?? 0;
          segments.push({ task_id, first, last: first + part.length - 1, seq: next + 1, events: part });
          next += part.length;
        }
      }
      const tombstones = deleted.map(({ task_id }): Segment => {
        next += 1;
        const left: Segment = { task_id, first: 0, last: 0, seq: next, events: [] };
        return canceled.has(task_id) ? { ...left, canceled: true } : left;
      });
      const puts: Promise<unknown>[] = [];
      /** Of each that was sent, should a later one throw at once or nothing be committed, nobody would hear. */
      const sent = (...requests: Promise<unknown>[]) => {
        for (const request of requests) request.catch(() => {});
        puts.push(...requests);
      };
      for (const { before, row } of written.values()) {
        sent(tasks.put(row));
        sent(...moveLookups(keys, before, row));
      }
      for (const put of writes) sent(put());
      for (const segment of [...segments, ...tombstones]) sent(log.put(segment));
      if (next > seq) sent(meta.put(next, 'seq'));
      if (checks.length > 0 && (await Promise.all(checks)).includes(false)) throw new Stale();
      tx.commit();
      await Promise.all([...puts, tx.done]);
      const rows = [...written.values()].map((change) => change.row);
      const digests = [...rows.map((row) => digest(row.task)), ...deleted];
      return { commit: { segments: [...segments, ...tombstones], tasks: digests, newest: next }, rows };
    },

    async abort() {
      const done = tx.done.catch(() => undefined);
      try {
        tx.abort();
      } catch {
        // It has already ended by itself.
      }
      await done;
    },
  };
}

export const digest = (task: StoredTask): Digest => ({
  task_id: task.task_id,
  status: task.status,
  attempt: task.attempt,
  last: Number(task.last_event_id),
  cancel_requested: task.cancel_requested_at !== null,
});

type Ended = { task_id: string; status: StoredTask['status'] | 'deleted' };

const dependencyFailed = (task: Ended): Change => ({
  kind: 'failed',
  error: taskProblem('dependency-failed', `Task ${task.task_id} is ${task.status}.`),
  stopped: null,
});

/** The row of a task, but for what its log takes; `waits_for`: the tasks that have to complete before it. */
export function indexed(
  task: StoredTask,
  waits_for: string[] | undefined,
  now: number,
): Omit<TaskRow, 'log_bytes' | 'trimmed'> {
  const blocked = waits_for !== undefined && waits_for.length > 0;
  const row = { task, ...(blocked && !isFinished(task.status) ? { waits_for } : {}) };
  if (task.status === 'running') return { ...row, running: task.type };
  if (task.status !== 'pending' || blocked) return row;
  // Only who asked for a time waits for one: with a clock that was set back, `created_at` may lie hours ahead.
  const waits = task.run_at !== null && dueAt(task) > now;
  return waits ? { ...row, wake_key: [dueAt(task), task.task_id] } : { ...row, claim_key: claimKey(task) };
}

/** Due time and age break ties: ids of version 7 sort by creation. */
export const claimKey = (task: StoredTask): ClaimKey => [task.type, -task.priority, dueAt(task), task.task_id];

const dueAt = (task: StoredTask): number => Date.parse(task.run_at ?? task.created_at);
