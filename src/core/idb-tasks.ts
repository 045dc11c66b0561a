/** What is asked of tasks over HTTP, over IndexedDB. The rest of the store is in `idb-store.ts`. */
import { v7 as uuid } from 'uuid';
import * as v from 'valibot';
import type { Connection } from './connection.ts';
import { list } from './idb-list.ts';
import { readAll, readTail } from './idb-log.ts';
import { lookups, setAside, taskOf } from './idb-lookups.ts';
import { ifReadable, readable } from './idb-rows.ts';
import { begin, type TaskRow } from './idb-schema.ts';
import { type Memory, Stale, transactionWriter } from './idb-writer.ts';
import { defaultSettings, type Settings, SettingsSchema, type StoredTask } from './schema.ts';
import {
  type Claim,
  type Commit,
  type Committed,
  type Idempotency,
  NoSuchTask,
  type Step,
  type Submission,
  type Tasks,
} from './store.ts';
import { isFinished, type Task, type TaskDraft, toWire } from './task.ts';

export interface StoreHost {
  connection: Connection;
  /** Called after each commit, with what it wrote. */
  publish(commit: Commit): void;
  now?(): number;
  /** The newest overall event number that other threads have told of. `null`: runs no tasks, and remembers no rows of running ones. */
  heard?: (() => number) | null;
}

type Mode = { durability: IDBTransactionDurability };
export type Writer = ReturnType<typeof transactionWriter>;

export function idbTasks({ connection, publish, now = Date.now, heard = () => 0 }: StoreHost) {
  const memory: Memory = { rows: new Map(), seq: 0 };
  /** Of what was written last, the rows of tasks that do not run (any more): whoever ended one may ask for its log to be trimmed. */
  let ended: TaskRow[] = [];

  /** One read-write transaction: `work` reads and decides, then everything is written at once, then published. */
  async function write<T>(mode: Mode, work: (tx: Writer) => Promise<T>, from: Memory | null = null): Promise<T> {
    const [answer, { commit, rows }] = await connection(async (db) => {
      const tx = db.transaction(['tasks', 'lookups', 'log', 'cuts', 'checkpoints', 'meta'], 'readwrite', mode);
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
    ended = rows.filter(({ running }) => !running);
    for (const row of rows) {
      if (heard && row.running) memory.rows.set(row.task.task_id, row);
      else memory.rows.delete(row.task.task_id);
    }
    publish(commit);
    return answer;
  }

  /** What a running task says is most often written by the thread that wrote last: from memory, and if that is stale, once more. */
  async function writeOn<T>(mode: Mode, work: (tx: Writer) => Promise<T>): Promise<T> {
    memory.seq = Math.max(memory.seq, heard?.() ?? 0);
    try {
      return await write(mode, work, memory);
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      // What runs here is remembered again by its next commit; what another thread has ended never has one.
      memory.rows.clear();
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

  /** `follow`: what else is to be done once a step is taken. */
  async function commit(
    steps: readonly Step[],
    follow?: (tx: Writer, step: Step) => Promise<Claim | null>,
  ): Promise<PromiseSettledResult<Committed>[]> {
    const durability = steps.every((step) => step.durability === 'relaxed') ? 'relaxed' : 'strict';
    const into = steps.every(({ task_id }) => memory.rows.has(task_id)) ? writeOn : write;
    return into({ durability }, async (tx) => {
      const results: PromiseSettledResult<Committed>[] = [];
      for (const step of steps) {
        const { task_id, decide, checkpoint } = step;
        const row = await tx.row(task_id);
        let task: StoredTask;
        try {
          if (!row) throw tx.unreadable(task_id) ?? new NoSuchTask(task_id);
          const changes = decide(row.task);
          task = changes.length > 0 ? await tx.change(task_id, changes) : row.task;
          if (checkpoint) tx.keep(task, checkpoint);
        } catch (reason) {
          if (reason instanceof DOMException) throw reason;
          results.push({ status: 'rejected', reason });
          continue;
        }
        results.push({ status: 'fulfilled', value: { task, next: await follow?.(tx, step) } });
      }
      return results;
    });
  }

  const tasks: Tasks = {
    submit,
    commit: (steps) => commit(steps),

    async get(task_id) {
      const row = await connection((db) => db.get('tasks', task_id));
      return row ? readable(row).task : null;
    },

    list: (filter, limit, page) => connection((db) => list(db, filter, limit, page)),

    read: (task_id, after, limit) => connection((db) => readTail(db, task_id, after, limit)),
    readAll: (after, limit) => connection((db) => readAll(db, after, limit)),

    epoch: async () => String(await connection((db) => db.get('meta', 'epoch'))),

    running: () =>
      connection(async (db) => {
        const tx = db.transaction(['tasks', 'lookups']);
        const ids = (await tx.objectStore('lookups').getAllKeys(lookups('running'))).map(taskOf);
        const rows = await Promise.all(ids.map((id) => tx.objectStore('tasks').get(id)));
        const tasks = rows.flatMap((row) => ifReadable(row)?.task ?? []);
        if (tasks.length < ids.length) await setAside(db, ids);
        return tasks;
      }),

    delete: (task_id) =>
      write({ durability: 'strict' }, async (tx) => {
        const row = await tx.row(task_id);
        if (!row && !tx.unreadable(task_id)) {
          await tx.dropStatus(task_id);
          return 'absent';
        }
        if (row && !isFinished(row.task.status)) return 'live';
        await tx.delete(task_id, row);
        return 'deleted';
      }),

    settings: () => connection(async (db) => settingsOf(await db.get('meta', 'settings'))),
    configure: (patch) =>
      connection(async (db) => {
        const tx = db.transaction('meta', 'readwrite');
        const settings = v.parse(SettingsSchema, { ...settingsOf(await tx.store.get('settings')), ...patch });
        await Promise.all([tx.store.put(settings, 'settings'), tx.done]);
        return settings;
      }),

    async erase() {
      await connection(async (db) => {
        const names = [...db.objectStoreNames];
        const tx = db.transaction(names, 'readwrite', { durability: 'strict' });
        const cleared = names.map((name) => tx.objectStore(name).clear());
        await Promise.all([...cleared, begin(tx.objectStore('meta')), tx.done]);
      });
      memory.rows.clear();
      memory.seq = 0;
      ended = [];
    },

    close: () => connection.close(),
  };
  /** The row of a task as this thread wrote it last, while it is remembered. */
  const lastWritten = (task_id: string): TaskRow | undefined =>
    memory.rows.get(task_id) ?? ended.find(({ task }) => task.task_id === task_id);

  return { tasks, write, commit, lastWritten };
}

/** What is stored may be of another version: what is not of ours is as if it were not set. */
function settingsOf(stored: unknown): Settings {
  const parsed = v.safeParse(v.object(SettingsSchema.entries), {
    ...defaultSettings,
    ...(typeof stored === 'object' ? stored : {}),
  });
  return parsed.success ? parsed.output : defaultSettings;
}
