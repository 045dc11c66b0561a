/** The `TaskStore` over IndexedDB. */
import { v7 as uuid } from 'uuid';
import * as v from 'valibot';
import type { Connection } from './connection.ts';
import { candidate } from './idb-candidate.ts';
import { list } from './idb-list.ts';
import { dropOrphans, expired, trim } from './idb-retention.ts';
import { LAST } from './idb-schema.ts';
import { claimKey, type Memory, Stale, transactionWriter } from './idb-writer.ts';
import { defaultSettings, type Settings, SettingsPatchSchema, SettingsSchema, type StoredTask } from './schema.ts';
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
} from './store.ts';
import { isFinished, type Task, type TaskDraft, type TaskEvent, toWire } from './task.ts';

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
          if (!row) throw new NoSuchTask(task_id);
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

  async function claim({ task_id, attempt }: Candidate, limits: Limits): Promise<Claim | null> {
    return write<Claim | null>({ durability: 'relaxed' }, async (tx) => {
      const [row, running, checkpoint] = await Promise.all([tx.row(task_id), tx.running(), tx.checkpoint(task_id)]);
      const type = row && limits.types.get(row.task.type);
      if (!row?.claim_key || row.task.attempt + 1 !== attempt || !type || running >= limits.running) return null;
      if ((await tx.running(row.task.type)) >= type.running) return null;
      const usable = checkpoint?.version === type.version ? checkpoint : null;
      if (checkpoint && !usable) {
        const message = `The checkpoint is dropped: version ${checkpoint.version} of the job made it, this is ${type.version}.`;
        await tx.change(task_id, [{ kind: 'log', level: 'warn', message }]);
        tx.drop(task_id);
      }
      const { done = 0, progress = 0 } = usable ?? {};
      return { task: await tx.change(task_id, [{ kind: 'started', attempt, done, progress }]), checkpoint: usable };
    });
  }

  return {
    submit,
    commit,
    claim,

    async get(task_id) {
      return (await connection((db) => db.get('tasks', task_id)))?.task ?? null;
    },

    list: (filter, limit, page) => connection((db) => list(db, filter, limit, page)),

    read: (task_id, after, limit) =>
      connection(async (db) => {
        const tx = db.transaction(['tasks', 'log', 'cuts']);
        const log = tx.objectStore('log');
        // The segment that holds event `after` may hold the next one too, so the range starts with the one before.
        const [row, before, rest] = await Promise.all([
          tx.objectStore('tasks').get(task_id),
          log.openCursor(IDBKeyRange.bound([task_id, 1], [task_id, after + 1]), 'prev'),
          log.getAll(IDBKeyRange.bound([task_id, after + 1], [task_id, LAST], true), limit),
        ]);
        if (!row) return null;
        const segments = before && before.value.last > after ? [before.value, ...rest.slice(0, limit - 1)] : rest;
        const cut = row.trimmed > after ? ((await tx.objectStore('cuts').get(task_id)) ?? null) : null;
        return { task: row.task, segments, cut };
      }),

    readAll: (after, limit) =>
      connection(async (db) => {
        const tx = db.transaction(['tasks', 'log', 'meta']);
        const seq = tx.objectStore('log').index('seq');
        const [newest, before, rest] = await Promise.all([
          tx.objectStore('meta').get('seq'),
          seq.openCursor(IDBKeyRange.upperBound(after + 1), 'prev'),
          seq.getAll(IDBKeyRange.lowerBound(after + 1, true), limit),
        ]);
        const holds = before && before.value.seq + Math.max(1, before.value.events.length) - 1 > after;
        const segments = holds ? [before.value, ...rest.slice(0, limit - 1)] : rest;
        const ended = new Set(segments.filter(({ events }) => events.some(isEnd)).map(({ task_id }) => task_id));
        const rows = await Promise.all([...ended].map((task_id) => tx.objectStore('tasks').get(task_id)));
        const lasts = new Map(rows.flatMap((row) => (row ? [[row.task.task_id, Number(row.task.last_event_id)]] : [])));
        return { segments, newest: Number(newest), lasts };
      }),

    epoch: async () => String(await connection((db) => db.get('meta', 'epoch'))),

    candidate: (limits) => connection((db) => candidate(db, limits)),

    wake: (time) =>
      connection(async (db) => {
        const first = await db.transaction('tasks').store.index('wake').openKeyCursor();
        if (!first) return null;
        if (first.key[0] > time) return first.key[0];
        const tx = db.transaction('tasks', 'readwrite', { durability: 'relaxed' });
        const due = await tx.store.index('wake').getAll(IDBKeyRange.upperBound([time, LAST]), WAKE_AT_ONCE);
        const puts = due.map(({ wake_key: _, ...row }) => tx.store.put({ ...row, claim_key: claimKey(row.task) }));
        const cursor = tx.store.index('wake').openKeyCursor();
        const [later] = await Promise.all([cursor, ...puts, tx.done]);
        return later ? later.key[0] : null;
      }),

    running: async () => (await connection((db) => db.getAllFromIndex('tasks', 'running'))).map((row) => row.task),

    delete: (task_id) =>
      write({ durability: 'strict' }, async (tx) => {
        const row = await tx.row(task_id);
        if (!row) return 'absent';
        if (!isFinished(row.task.status)) return 'live';
        tx.delete(row.task);
        return 'deleted';
      }),

    trim: (task_id, limits) => connection((db) => trim(db, task_id, limits)),
    expired: (time, keep) => connection((db) => expired(db, time, keep)),
    dropOrphans: (time) => connection((db) => dropOrphans(db, time)),
    settings: () => connection(async (db) => settingsOf(await db.get('meta', 'settings'))),
    configure: (patch) =>
      connection(async (db) => {
        const tx = db.transaction('meta', 'readwrite');
        const settings = v.parse(SettingsSchema, { ...settingsOf(await tx.store.get('settings')), ...patch });
        await Promise.all([tx.store.put(settings, 'settings'), tx.done]);
        return settings;
      }),

    close: () => connection.close(),
  };
}

/** What is stored may be of another version: what is not of ours is as if it were not set. */
function settingsOf(stored: unknown): Settings {
  const parsed = v.safeParse(SettingsPatchSchema, stored);
  return { ...defaultSettings, ...(parsed.success ? (parsed.output as Partial<Settings>) : {}) };
}

const isEnd = ({ state }: TaskEvent): boolean => state !== null && isFinished(state.status);
