/** The `TaskStore` over IndexedDB. */
import * as v from 'valibot';
import { candidate } from './idb-candidate.ts';
import { dropOrphans, expired, forgetDeletions, trim } from './idb-retention.ts';
import { ifReadable, setAside } from './idb-rows.ts';
import { LAST } from './idb-schema.ts';
import { idbTasks, type StoreHost } from './idb-tasks.ts';
import { snapshots } from './idb-transfer.ts';
import { claimKey } from './idb-writer.ts';
import { CheckpointSchema } from './schema.ts';
import { type Candidate, type Claim, type Limits, type TaskStore, Unreadable } from './store.ts';

const WAKE_AT_ONCE = 500;

export function idbStore(host: StoreHost): TaskStore {
  const { connection } = host;
  const { tasks, write } = idbTasks(host);

  async function claim({ task_id, attempt }: Candidate, limits: Limits, by?: string): Promise<Claim | null> {
    return write<Claim | null>({ durability: 'relaxed' }, async (tx) => {
      const [row, running, checkpoint] = await Promise.all([tx.row(task_id), tx.running(), tx.checkpoint(task_id)]);
      const type = row && limits.types.get(row.task.type);
      if (!row?.claim_key || row.task.attempt + 1 !== attempt || !type || running >= limits.running) return null;
      if ((await tx.running(row.task.type)) >= type.running) return null;
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
    });
  }

  return {
    ...tasks,
    ...snapshots(host),
    claim,

    async candidate(limits) {
      for (;;) {
        try {
          return await connection((db) => candidate(db, limits));
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
          await connection((db) => setAside(db, [error.task_id]));
        }
      }
    },

    wake: (time) =>
      connection(async (db) => {
        const first = await db.transaction('tasks').store.index('wake').openKeyCursor();
        if (!first) return null;
        if (first.key[0] > time) return first.key[0];
        const tx = db.transaction('tasks', 'readwrite', { durability: 'relaxed' });
        const due = await tx.store.index('wake').getAll(IDBKeyRange.upperBound([time, LAST]), WAKE_AT_ONCE);
        const puts = due.map(({ wake_key: _, ...row }) => {
          const task = ifReadable(row)?.task;
          return tx.store.put(task ? { ...row, claim_key: claimKey(task) } : row);
        });
        const cursor = tx.store.index('wake').openKeyCursor();
        const [later] = await Promise.all([cursor, ...puts, tx.done]);
        return later ? later.key[0] : null;
      }),

    trim: (task_id, limits) => connection((db) => trim(db, task_id, limits)),
    expired: (time, keep) => connection((db) => expired(db, time, keep)),
    forgetDeletions: (keep) => connection((db) => forgetDeletions(db, keep)),
    dropOrphans: (time) => connection((db) => dropOrphans(db, time)),
  };
}
