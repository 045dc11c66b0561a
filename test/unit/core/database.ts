/** A store on a fresh database, and short ways to bring a task where a test wants it. */
import { IDBFactory } from 'fake-indexeddb';
import { onTestFinished } from 'vitest';
import { connection, Outdated } from '../../../src/core/connection.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import type { CheckpointDraft } from '../../../src/core/schema.ts';
import type { Claim, Commit, Limits, TaskStore } from '../../../src/core/store.ts';
import type { Change, Segment, StoredTask, Task, TaskDraft, TaskEvent } from '../../../src/core/task.ts';
import { checkLookups } from './lookups.ts';
import { draft } from './tasks.ts';

let opened = 0;

export const limits = (running = 100, narrow = Number.POSITIVE_INFINITY): Limits => ({
  running,
  types: new Map([
    ['wide', { version: 1, running: Number.POSITIVE_INFINITY }],
    ['narrow', { version: 1, running: narrow }],
    ['countdown', { version: 1, running: Number.POSITIVE_INFINITY }],
  ]),
});

export type Bench = ReturnType<typeof freshStore>;

/** Replaces the database of this thread. */
export function freshStore(now?: () => number) {
  globalThis.indexedDB = new IDBFactory();
  const commits: Commit[] = [];
  // What an earlier test left running must not find this one's tasks.
  opened += 1;
  const name = `holdfast:/${opened}/`;
  const database = connection(name);
  const followers: ((commit: Commit) => void)[] = [];
  const store = idbStore({
    connection: database,
    publish(commit) {
      commits.push(commit);
      for (const follower of followers) follower(commit);
    },
    ...(now ? { now } : {}),
  });
  onTestFinished(async () => {
    await checkLookups(database).catch((error: unknown) => {
      if (!(error instanceof Outdated)) throw error;
    });
    database.close();
  });
  return {
    name,
    store,
    database,
    commits,
    published: (follower: (commit: Commit) => void) => followers.push(follower),
    ...shortcuts(store),
  };
}

export function shortcuts(store: TaskStore) {
  async function submit(over: Partial<TaskDraft> = {}): Promise<Task> {
    const submission = await store.submit([draft(over)], null);
    const [task] = submission.kind === 'accepted' ? submission.tasks : [];
    if (!task) throw new Error(`not accepted: ${submission.kind}`);
    return task;
  }

  /** Claims the best task. */
  async function claim(within = limits()): Promise<Claim | null> {
    const { best } = await store.look(within);
    return best && store.claim(best, within);
  }

  async function started(over: Partial<TaskDraft> = {}): Promise<StoredTask> {
    const { task_id } = await submit(over);
    for (;;) {
      const claimed = await claim();
      if (!claimed) throw new Error('nothing to claim');
      if (claimed.task.task_id === task_id) return claimed.task;
    }
  }

  /** Commits one step; throws what its `decide` threw. */
  async function change(
    task_id: string,
    changes: readonly Change[],
    checkpoint?: CheckpointDraft,
  ): Promise<StoredTask> {
    const [result] = await store.commit([{ task_id, decide: () => changes, checkpoint: checkpoint ?? null }]);
    if (result?.status === 'fulfilled') return result.value.task;
    throw result?.reason;
  }

  const get = async (task_id: string): Promise<StoredTask> => {
    const task = await store.get(task_id);
    if (!task) throw new Error(`${task_id} is gone`);
    return task;
  };

  const events = async (task_id: string): Promise<TaskEvent[]> =>
    ((await store.read(task_id, 0, 100_000))?.segments ?? []).flatMap((segment) => segment.events);

  return { submit, claim, started, change, get, events };
}

export const numbers = (segments: Segment[] | undefined) =>
  segments?.flatMap((segment) => segment.events.map((event) => event.n));
