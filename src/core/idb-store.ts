/** The `TaskStore` over IndexedDB. */
import { v7 as uuid } from 'uuid';
import * as v from 'valibot';
import type { Connection } from './connection.ts';
import { candidate } from './idb-candidate.ts';
import { list } from './idb-list.ts';
import { readAll, readTail } from './idb-log.ts';
import { dropOrphans, expired, forgetDeletions, trim } from './idb-retention.ts';
import { ifReadable, readable, setAside } from './idb-rows.ts';
import { begin, LAST } from './idb-schema.ts';
import { intake, snapshot } from './idb-transfer.ts';
import { claimKey, type Memory, Stale, transactionWriter } from './idb-writer.ts';
import { CheckpointSchema, defaultSettings, type Settings, SettingsSchema, type StoredTask } from './schema.ts';
import {
  type Candidate,
  type Claim,
  type Commit,
  type Idempotency,
  type Limits,
  NoSuchTask,
  type Step,
  type Submission,
  type TaskStore,
  Unreadable,
} from './store.ts';
import { isFinished, type Task, type TaskDraft, toWire } from './task.ts';

export interface StoreHost {
  connection: Connection;
  /** Called after each commit, with what it wrote. */
  publish(commit: Commit): void;
  now?(): number;
  /** The newest overall event number that other threads have told of. */
  heard?(): number;
}

type Mode = { durability: IDBTransactionDurability };
type Writer = ReturnType<typeof transactionWriter>;

const WAKE_AT_ONCE = 500;

export function idbStore({ connection, publish, now = Date.now, heard = () => 0 }: StoreHost): TaskStore {
  const memory: Memory = { rows: new Map(), seq: 0 };

  /** One read-write transaction: `work` reads and decides, then everything is written at once, then published. */
  async function write<T>(mode: Mode, work: (tx: Writer) => Promise<T>, from: Memory | null = null): Promise<T> {
    const [answer, { commit, rows }] = await connection(async (db) => {
      const tx = db.transaction(['tasks', 'log', 'cuts', 'checkpoints', 'meta'], 'readwrite', mode);
      const writer = transactionWriter(tx, now(), from);
      try {
        const result = await work(writer);
        return [result, await writer.flush()] as const;
      } catch (error) {
        await writer.abort();
        // A request that failed because its transaction was aborted does not say why; the transaction does.
        throw tx.error ?? error;
      }
    });
    if (commit.tasks.length === 0) return answer;
    memory.seq = commit.newest;
    for (const row of rows) {
      if (row.running) memory.rows.set(row.task.task_id, row);
      else memory.rows.delete(row.task.task_id);
    }
    publish(commit);
    return answer;
  }

  /** What a running task says is most often written by the thread that wrote last: from memory, and if that is stale, once more. */
  async function writeOn<T>(mode: Mode, work: (tx: Writer) => Promise<T>): Promise<T> {
    memory.seq = Math.max(memory.seq, heard());
    try {
      return await write(mode, work, memory);
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      return write(mode, work);
    }
  }

  async function submit(drafts: readonly TaskDraft[], idempotency: Idempotency | null): Promise<Submission> {
    return write<Submission>({ durability: 'strict' }, async (tx) => {
      const known = idempotency && (await tx.idempotency(idempotency.key));
      if (known) {
        if (known.fingerprint !== idempotency.fingerprint) return { kind: 'conflict' };
        return { kind: 'replayed', tasks: known.tasks };
      }
      for (const [index, draft] of drafts.entries()) {
        const rows = await Promise.all(draft.depends_on.map((id) => tx.row(id)));
        const position = rows.indexOf(null);
        if (position >= 0)
          return { kind: 'unknown-dependency', index, position, task_id: draft.depends_on[position] ?? '' };
      }
      const tasks: Task[] = [];
      for (const draft of drafts) {
        const task_id = uuid();
        await tx.change(task_id, [{ kind: 'created', task_id, draft }]);
        const row = await tx.row(task_id);
        if (row) tasks.push(toWire(row.task));
      }
      if (idempotency) tx.remember(idempotency, tasks);
      return { kind: 'accepted', tasks };
    });
  }

  async function commit(steps: readonly Step[]): Promise<PromiseSettledResult<StoredTask>[]> {
    const durability = steps.every((step) => step.durability === 'relaxed') ? 'relaxed' : 'strict';
    const into = steps.every(({ task_id }) => memory.rows.has(task_id)) ? writeOn : write;
    return into({ durability }, async (tx) => {
      const results: PromiseSettledResult<StoredTask>[] = [];
      for (const { task_id, decide, checkpoint } of steps) {
        const row = await tx.row(task_id);
        try {
          if (!row) throw tx.unreadable(task_id) ?? new NoSuchTask(task_id);
          const changes = decide(row.task);
          const task = changes.length > 0 ? await tx.change(task_id, changes) : row.task;
          if (checkpoint) tx.keep(task, checkpoint);
          results.push({ status: 'fulfilled', value: task });
        } catch (reason) {
          if (reason instanceof DOMException) throw reason;
          results.push({ status: 'rejected', reason });
        }
      }
      return results;
    });
  }

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
    submit,
    commit,
    claim,

    async get(task_id) {
      const row = await connection((db) => db.get('tasks', task_id));
      return row ? readable(row).task : null;
    },

    list: (filter, limit, page) => connection((db) => list(db, filter, limit, page)),

    read: (task_id, after, limit) => connection((db) => readTail(db, task_id, after, limit)),
    readAll: (after, limit) => connection((db) => readAll(db, after, limit)),

    epoch: async () => String(await connection((db) => db.get('meta', 'epoch'))),

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

    running: () =>
      connection(async (db) => {
        const rows = await db.getAllFromIndex('tasks', 'running');
        const tasks = rows.flatMap((row) => ifReadable(row)?.task ?? []);
        if (tasks.length < rows.length)
          await setAside(
            db,
            rows.map(({ task }) => task.task_id),
          );
        return tasks;
      }),

    delete: (task_id) =>
      write({ durability: 'strict' }, async (tx) => {
        const row = await tx.row(task_id);
        if (!row && !tx.unreadable(task_id)) return 'absent';
        if (row && !isFinished(row.task.status)) return 'live';
        tx.delete(task_id, row?.task ?? null);
        return 'deleted';
      }),

    trim: (task_id, limits) => connection((db) => trim(db, task_id, limits)),
    expired: (time, keep) => connection((db) => expired(db, time, keep)),
    forgetDeletions: (keep) => connection((db) => forgetDeletions(db, keep)),
    dropOrphans: (time) => connection((db) => dropOrphans(db, time)),
    settings: () => connection(async (db) => settingsOf(await db.get('meta', 'settings'))),
    configure: (patch) =>
      connection(async (db) => {
        const tx = db.transaction('meta', 'readwrite');
        const settings = v.parse(SettingsSchema, { ...settingsOf(await tx.store.get('settings')), ...patch });
        await Promise.all([tx.store.put(settings, 'settings'), tx.done]);
        return settings;
      }),

    ids: () => connection((db) => db.getAllKeys('tasks')),
    snapshot: (task_id) => connection((db) => snapshot(db, task_id)),
    intake: () => intake(connection, now, publish),

    async erase() {
      await connection(async (db) => {
        const names = [...db.objectStoreNames];
        const tx = db.transaction(names, 'readwrite', { durability: 'strict' });
        const cleared = names.map((name) => tx.objectStore(name).clear());
        await Promise.all([...cleared, begin(tx.objectStore('meta')), tx.done]);
      });
      memory.rows.clear();
      memory.seq = 0;
    },

    close: () => connection.close(),
  };
}

/** What is stored may be of another version: what is not of ours is as if it were not set. */
function settingsOf(stored: unknown): Settings {
  const parsed = v.safeParse(v.object(SettingsSchema.entries), {
    ...defaultSettings,
    ...(typeof stored === 'object' ? stored : {}),
  });
  return parsed.success ? parsed.output : defaultSettings;
}
