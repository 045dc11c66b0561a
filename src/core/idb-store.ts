/** The `TaskStore` over IndexedDB. */
import * as v from 'valibot';
import { isDomException } from './connection.ts';
import { look } from './idb-look.ts';
import { dueOf, lookups, moveLookups, setAside, taskOf } from './idb-lookups.ts';
import { dropOrphans, expired, forgetDeletions, isOver, trim } from './idb-retention.ts';
import { ifReadable } from './idb-rows.ts';
import { type Database, LAST, type TaskRow } from './idb-schema.ts';
import { idbTasks, type StoreHost, type Writer } from './idb-tasks.ts';
import { snapshots } from './idb-transfer.ts';
import { claimKey } from './idb-writer.ts';
import { CheckpointSchema } from './schema.ts';
import { type Claim, type ClaimOrder, type Committed, type Step, type TaskStore, Unreadable } from './store.ts';

const WAKE_AT_ONCE = 500;

export function idbStore(host: StoreHost): TaskStore {
  const { connection } = host;
  const { tasks, write, commit: take, lastWritten } = idbTasks(host);

  async function commit(steps: readonly Step[]): Promise<PromiseSettledResult<Committed>[]> {
    try {
      return await take(steps, async (tx, { next }) => (next ? claim(tx, next) : null));
    } catch (error) {
      if (!isDomException(error, 'DataCloneError')) throw error;
    }
    // One of them has what cannot be stored, and nothing says which: each by itself, so that the others lose nothing by it.
    const results: PromiseSettledResult<Committed>[] = [];
    for (const step of steps) {
      const alone = tasks.commit([step]).catch((reason: unknown) => [{ status: 'rejected' as const, reason }]);
      results.push(...(await alone));
    }
    return results;
  }

  return {
    ...tasks,
    ...snapshots(host),
    commit,
    claim: (candidate, limits, by) =>
      write<Claim | null>({ durability: 'relaxed' }, (tx) => claim(tx, { candidate, limits, ...(by ? { by } : {}) })),

    async look(limits, passed = new Set<string>()) {
      for (;;) {
        try {
          return await connection((db) => look(db, limits, passed));
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
          await connection((db) => setAside(db, [error.task_id]));
        }
      }
    },

    wake: (time) => connection((db) => wake(db, time)),
    async trim(task_id, limits) {
      // Most often what was written last is enough to know.
      const row = lastWritten(task_id);
      if (!row || isOver(row, limits)) await connection((db) => trim(db, task_id, limits));
    },
    expired: (time, keep) => connection((db) => expired(db, time, keep)),
    forgetDeletions: (keep) => connection((db) => forgetDeletions(db, keep)),
    dropOrphans: (time) => connection((db) => dropOrphans(db, time)),
  };
}

async function claim(tx: Writer, { candidate, limits, by }: ClaimOrder): Promise<Claim | null> {
  const { task_id, attempt } = candidate;
  const [row, busy, checkpoint] = await Promise.all([tx.row(task_id), running(tx), tx.checkpoint(task_id)]);
  const type = row && limits.types.get(row.task.type);
  if (!row?.claim_key || row.task.attempt + 1 !== attempt || !type || busy >= limits.running) return null;
  if ((await running(tx, row.task.type)) >= type.running) return null;
  const kept = v.is(CheckpointSchema, checkpoint) ? checkpoint : null;
  const usable = kept?.version === type.version ? kept : null;
  if (checkpoint && !usable) {
    const why = kept ? `version ${kept.version} of the job made it, this is ${type.version}` : 'it cannot be read';
    const message = `The checkpoint is dropped: ${why}.`;
    await tx.change(task_id, [{ kind: 'log', level: 'warn', message }]);
    tx.drop(task_id);
  }
  const { done = 0, progress = 0 } = usable ?? {};
  const started = { kind: 'started' as const, attempt, done, progress, ...(by ? { by } : {}) };
  return { task: await tx.change(task_id, [started]), checkpoint: usable };
}

/** How many tasks run, as it will be written. */
async function running(tx: Writer, type?: string): Promise<number> {
  let count = await tx.count(type ? lookups('running', type) : lookups('running'));
  const runs = (row: TaskRow | null) => Number(row?.running !== undefined && row.running === (type ?? row.running));
  for (const { before, row } of tx.changed()) count += runs(row) - runs(before);
  return count;
}

/** Those whose time has come may be claimed from now on. Gives when the next one's comes, ms; null: there is none. */
async function wake(db: Database, time: number): Promise<number | null> {
  const first = await db.transaction('lookups').store.openKeyCursor(lookups('wake'));
  if (!first) return null;
  if (dueOf(first.key) > time) return dueOf(first.key);
  const tx = db.transaction(['tasks', 'lookups'], 'readwrite', { durability: 'relaxed' });
  const [tasks, keys] = [tx.objectStore('tasks'), tx.objectStore('lookups')];
  const due = await keys.getAllKeys(IDBKeyRange.bound(['wake'], ['wake', time, LAST]), WAKE_AT_ONCE);
  const puts = due.map(async (key) => {
    const row = ifReadable(await tasks.get(taskOf(key)));
    if (!row) return keys.delete(key);
    const { wake_key: _, ...rest } = row;
    const next = { ...rest, claim_key: claimKey(row.task) };
    await Promise.all([tasks.put(next), ...moveLookups(keys, row, next)]);
  });
  await Promise.all(puts);
  const [later] = await Promise.all([keys.openKeyCursor(lookups('wake')), tx.done]);
  return later ? dueOf(later.key) : null;
}
