/** Takes whole tasks out of the store and into it: what an export is made of, and what an import leaves. */

import * as v from 'valibot';
import type { Connection } from './connection.ts';
import { moveLookups } from './idb-lookups.ts';
import { readable } from './idb-rows.ts';
import { type Database, type FileRow, LAST, logOf, type TaskRow } from './idb-schema.ts';
import type { StoreHost } from './idb-tasks.ts';
import { digest, indexed, SEGMENT_EVENTS, transactionWriter } from './idb-writer.ts';
import { CheckpointSchema } from './schema.ts';
import { isSegment } from './segment.ts';
import { type Commit, type Digest, type Intake, NotTaken, type Snapshots, type TaskSnapshot } from './store.ts';
import { bytesOf, type Change, isFinished, type StoredTask } from './task.ts';

/** The `owner` of rows that wait for the end of an import begins with it. */
export const STAGED = 'intake:';

export const snapshots = ({ connection, publish, now = Date.now }: StoreHost): Snapshots => ({
  ids: () => connection((db) => db.getAllKeys('tasks')),
  snapshot: (task_id) => connection((db) => snapshot(db, task_id)),
  intake: () => intake(connection, now, publish),
});

async function snapshot(db: Database, task_id: string): Promise<TaskSnapshot | null> {
  const tx = db.transaction(['tasks', 'log', 'cuts', 'checkpoints']);
  const [row, cut, segments, checkpoint] = await Promise.all([
    tx.objectStore('tasks').get(task_id),
    tx.objectStore('cuts').get(task_id),
    tx.objectStore('log').getAll(logOf(task_id, 1)),
    tx.objectStore('checkpoints').get(task_id),
  ]);
  if (!row) return null;
  const { task, trimmed } = readable(row);
  return {
    task,
    cut: trimmed > 0 ? (cut ?? null) : null,
    events: segments.filter(isSegment).flatMap(({ events }) => events),
    checkpoint: v.is(CheckpointSchema, checkpoint) ? checkpoint : null,
  };
}

function intake(connection: Connection, now: () => number, publish: (commit: Commit) => void): Intake {
  const owner = STAGED + crypto.randomUUID();
  const staged = IDBKeyRange.bound([owner], [owner, LAST]);
  let count = 0;

  return {
    async add(given) {
      const { task_id } = given.task;
      if (await connection((db) => db.getKey('tasks', task_id))) throw alreadyHere(task_id);
      const row: FileRow = {
        owner,
        name: task_id,
        offset: 0,
        title: '',
        type: '',
        size: 0,
        added_at: now(),
        last_modified: 0,
        body: given,
      };
      await connection((db) => db.add('files', row)).catch((error: unknown) => {
        const twice = error instanceof DOMException && error.name === 'ConstraintError';
        throw twice ? new NotTaken(task_id, 'broken', 'it is there twice') : error;
      });
      count += 1;
    },

    async commit() {
      const commit = await connection((db) => takeIn(db, staged, now()));
      publish(commit);
      return count;
    },

    abort: () => connection((db) => db.delete('files', staged)),
  };
}

const alreadyHere = (task_id: string) => new NotTaken(task_id, 'exists', 'it is here already');

async function takeIn(db: Database, staged: IDBKeyRange, now: number): Promise<Commit> {
  const tx = db.transaction(['tasks', 'lookups', 'log', 'cuts', 'checkpoints', 'meta', 'files'], 'readwrite');
  const [tasks, log, cuts, checkpoints] = [
    tx.objectStore('tasks'),
    tx.objectStore('log'),
    tx.objectStore('cuts'),
    tx.objectStore('checkpoints'),
  ];
  const meta = tx.objectStore('meta');
  const files = tx.objectStore('files');
  const put = (before: TaskRow | null, row: TaskRow) =>
    Promise.all([tasks.put(row), ...moveLookups(tx.objectStore('lookups'), before, row)]);
  let seq = Number(await meta.get('seq'));
  const digests = new Map<string, Digest>();
  try {
    const waiting: TaskRow[] = [];
    const running: StoredTask[] = [];
    for (const key of await files.getAllKeys(staged)) {
      const row = await files.get(key);
      if (!row?.body || !('events' in row.body)) continue;
      const { task, cut, events, checkpoint } = row.body;
      const { task_id } = task;
      if (await tasks.getKey(task_id)) throw alreadyHere(task_id);
      for (let i = 0; i < events.length; i += SEGMENT_EVENTS) {
        const part = events.slice(i, i + SEGMENT_EVENTS);
        const first = part[0]?.n ?? 0;
        await log.put({ task_id, first, last: first + part.length - 1, seq: seq + 1, events: part });
        seq += part.length;
      }
      if (cut) await cuts.put(cut, task_id);
      if (checkpoint) await checkpoints.put(checkpoint, task_id);
      const kept = {
        log_bytes: events.reduce((sum, event) => sum + bytesOf(event), 0),
        trimmed: Number(cut?.last_event_id ?? 0),
      };
      const taken = { ...indexed(task, undefined, now), ...kept };
      await put(null, taken);
      if (task.depends_on.length > 0 && !isFinished(task.status)) waiting.push(taken);
      if (task.status === 'running') running.push(task);
      digests.set(task_id, digest(task));
    }
    // Only now all that they may wait for is there.
    const ends = new Map<string, StoredTask>();
    for (const taken of waiting) {
      const { task, log_bytes, trimmed } = taken;
      const rows = await Promise.all(task.depends_on.map((id) => tasks.get(id)));
      const others = rows.flatMap((row) => (row && row.task.status !== 'completed' ? row.task : []));
      const waits_for = others.map(({ task_id }) => task_id);
      await put(taken, { ...indexed(task, waits_for, now), log_bytes, trimmed });
      for (const other of others) if (isFinished(other.status)) ends.set(other.task_id, other);
    }
    await Promise.all([files.delete(staged), meta.put(seq, 'seq')]);
    const writer = transactionWriter(tx, now, null);
    for (const task of running) await writer.change(task.task_id, [leftBehind(task, now)]);
    // One task was looked at after the other: what an end led to may have come after its look.
    for (const task of ends.values()) await writer.settle(task);
    const { commit } = await writer.flush();
    for (const digest of commit.tasks) digests.set(digest.task_id, digest);
    return { segments: [], tasks: [...digests.values()], newest: commit.newest };
  } catch (error) {
    const ended = tx.done.catch(() => {});
    try {
      tx.abort();
    } catch {
      // It has already ended by itself.
    }
    await ended;
    throw tx.error ?? error;
  }
}

/** For a task that ran where it was exported. Nobody runs it here, and no executor of it was lost. */
function leftBehind({ cancel_requested_at }: StoredTask, now: number): Change {
  if (!cancel_requested_at) return { kind: 'released', message: 'It ran elsewhere when it was exported.' };
  return { kind: 'canceled', stopped: { rung: 'fenced', ms: Math.max(0, now - Date.parse(cancel_requested_at)) } };
}
