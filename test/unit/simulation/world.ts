/** A small world: one database, a service worker, executors that live and die, jobs that do what their input says. */
import { IDBFactory } from 'fake-indexeddb';
import * as v from 'valibot';
import { vi } from 'vitest';
import { type Connection, connection } from '../../../src/core/connection.ts';
import type { Database } from '../../../src/core/idb-schema.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import { defineSpec } from '../../../src/core/job.ts';
import type { Assignment, AttemptRef, Hint, Sink } from '../../../src/core/protocol.ts';
import type { Batch, Ending } from '../../../src/core/schema.ts';
import type { Commit, TaskStore } from '../../../src/core/store.ts';
import { type Change, taskProblem } from '../../../src/core/task.ts';
import { commands } from '../../../sw/command.ts';
import { createHub } from '../../../sw/hub.ts';
import { createExecutor, type Executor } from '../../../workers/executor/executor.ts';
import { type JobWorker, WorkerLost } from '../../../workers/executor/job-worker.ts';
import { fakeLocks } from './fake-locks.ts';

export const LIMIT = 2;
/** The second type's own limit. */
export const NARROW_LIMIT = 1;

export const InputSchema = v.object({
  steps: v.number(),
  /** Step at which the job throws, its worker dies, or (stubborn) it stops listening. */
  fail_at: v.optional(v.number()),
  die_at: v.optional(v.number()),
  stubborn: v.optional(v.boolean()),
});
export type Input = v.InferOutput<typeof InputSchema>;

const common = { title: '', description: '', version: 1, input: InputSchema, redo: 'one step' };
export const specs = [
  defineSpec({ ...common, type: 'wide', limits: {} }),
  defineSpec({ ...common, type: 'narrow', limits: { running: NARROW_LIMIT } }),
];

const STEP_MS = 100;
/** Many times what it takes a world to come to rest. */
const MOST_TICKS = 5_000;

/** What a job said in one attempt. */
export interface Speech extends AttemptRef {
  /** As its log should have it. */
  said: Change[];
  /** So many of the first were acknowledged. */
  acknowledged: number;
  /** It ended by itself, and its executor was told how. */
  returned: boolean;
}

export interface Page {
  name: string;
  executor: Executor;
  alive: boolean;
  /** What its executor says that it runs. */
  runs: AttemptRef[];
  /** Messages to it that are under way. */
  mail: number;
  /** While it is frozen: its threads do nothing, hold what they hold, and learn what was done for them when it is thawed. */
  frozen: PromiseWithResolvers<void> | null;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Lets everything run that can run without the clock: fake-indexeddb schedules with `setImmediate`. */
export async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export async function createWorld() {
  globalThis.indexedDB = new IDBFactory();
  let working = 0;
  const database = observed(connection('world'), (more) => {
    working += more;
  });
  const locks = fakeLocks();
  const hub = createHub();
  const pages: Page[] = [];
  const commits: Commit[] = [];
  const errors: unknown[] = [];
  const speeches: Speech[] = [];
  /** When a page died before it could tell of what it had committed, by task: only a sweep finds that. */
  const untold = new Map<string, number>();
  /** The leases that were stolen, and from whom. */
  const robbed = new Map<string, Page>();
  const mail = new Map<Page, Promise<void>>();
  let born = 0;
  let posted = 0;

  function publish(commit: Commit, from: Page | null) {
    commits.push(commit);
    if (from && !from.alive) {
      for (const { task_id } of commit.tasks) untold.set(task_id, Date.now());
      return;
    }
    // A page tells all the others, and not itself.
    if (!from) for (const { task_id } of commit.tasks) untold.delete(task_id);
    hub.deliver(commit);
    const hint: Hint = { kind: 'committed', tasks: commit.tasks, newest: commit.newest };
    for (const page of pages) if (page !== from) post(page, hint);
  }

  /** A message takes its time: what it tells may be old news when it arrives. One sender's come in order. */
  function post(page: Page, hint: Hint) {
    posted += 1;
    page.mail += 1;
    const delay = (posted * 7) % 11;
    mail.set(
      page,
      (mail.get(page) ?? Promise.resolve())
        .then(() => ticks(delay))
        .then(() => turnOf(page))
        .then(() => {
          page.mail -= 1;
          if (page.alive) page.executor.hint(hint);
        }),
    );
  }

  const backendStore = idbStore({ connection: database, publish: (commit) => publish(commit, null), heard: null });
  const backend = commands({
    store: backendStore,
    hub,
    discardOutputs: async () => {},
    report: (error) => errors.push(error),
    askToStop({ task_id, attempt }, reason) {
      for (const page of pages) post(page, { kind: 'stop', task_id, attempt, reason });
    },
    graceOf: () => 2_000,
  });

  function openPage(): Page {
    born += 1;
    const name = `page ${born}`;
    const page = { name, alive: true, frozen: null, runs: [], mail: 0 } as Partial<Page> as Page;
    // A dead page's calls reach the store no more; one that was already under way may still commit.
    const store = mortal(idbStore({ connection: database, publish: (commit) => publish(commit, page) }), page);
    page.executor = createExecutor({
      id: name,
      store,
      locks: locks.of(name, () => turnOf(page)),
      lockOf,
      specs,
      limit: LIMIT,
      startWorker: () => fakeWorker(page, speeches),
      runs: (attempts) => {
        page.runs = attempts;
      },
      housekeepingLock: 'housekeeping',
      files: {
        outputOwners: async () => [],
        removeOutputs: async () => {},
        removeMarks: async () => {},
      },
      now: Date.now,
      report: (error) => page.alive && errors.push(error),
    });
    pages.push(page);
    page.executor.start().catch((error) => page.alive && errors.push(error));
    return page;
  }

  const livePages = () => pages.filter((page) => page.alive);

  return {
    store: backendStore,
    database,
    backend,
    commits,
    errors,
    speeches,
    untold,
    robbed,
    leaseOf: ({ task_id, attempt }: AttemptRef) => {
      const name = lockOf(task_id, attempt);
      return { owner: locks.ownerOf(name), robbed: robbed.get(name) };
    },
    openPage,
    pages: livePages,
    /** Does nothing more until it is thawed: a machine that sleeps, a thread that is held up. */
    freezePage(page: Page) {
      page.frozen ??= Promise.withResolvers<void>();
    },
    thawPage(page: Page) {
      page.frozen?.resolve();
      page.frozen = null;
    },
    /** Dies at once, like a closed tab. */
    closePage(page: Page) {
      page.alive = false;
      page.executor.stop();
      locks.drop(page.name, true);
    },
    /** Loses its locks but lives on and writes: what fencing is for. */
    stealFrom(page: Page) {
      for (const name of locks.drop(page.name, false)) robbed.set(name, page);
    },
    /** Resolves when nothing more happens unless time passes or a page is thawed. */
    async rest() {
      for (let [still, left] = [0, MOST_TICKS]; still < 3; still += 1, left -= 1) {
        if (left === 0) throw new Error('It does not come to rest.');
        // A timer that is already due takes no time.
        vi.advanceTimersByTime(0);
        await ticks(1);
        if (working > 0 || livePages().some(({ frozen, mail }) => !frozen && mail > 0)) still = 0;
      }
    },
    async advance(ms: number, settle = 8) {
      for (let left = ms; left > 0; left -= STEP_MS) {
        vi.advanceTimersByTime(Math.min(left, STEP_MS));
        await ticks(settle);
      }
    },
    close() {
      for (const page of pages) {
        page.alive = false;
        page.executor.stop();
      }
      database.close();
    },
  };
}

const lockOf = (task_id: string, attempt: number) => `${task_id}:${attempt}`;

/** Tells when a use begins (1) and when it has ended (-1). */
function observed(uses: Connection, changed: (more: number) => void): Connection {
  const use = <T>(work: (db: Database) => Promise<T>) => {
    changed(1);
    return uses(work).finally(() => changed(-1));
  };
  return Object.assign(use, { drop: uses.drop, close: uses.close });
}

/** Resolves when the page's threads may go on: never, once it is dead. */
async function turnOf(page: Page): Promise<void> {
  while (page.alive && page.frozen) await page.frozen.promise;
  if (!page.alive) await new Promise(() => {});
}

function mortal(store: TaskStore, page: Page): TaskStore {
  return new Proxy(store, {
    get(target, name: keyof TaskStore) {
      const method = target[name] as (...args: never[]) => unknown;
      return (...args: never[]) => {
        if (!page.alive) return new Promise(() => {});
        if (!page.frozen) return answered(method(...args));
        return turnOf(page).then(() => answered(method(...args)));
      };
    },
  });

  /** A frozen page hears of an answer when it is thawed. */
  function answered(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    const heard = () => (page.frozen ? turnOf(page) : undefined);
    return answer.then(
      async (value) => {
        await heard();
        return value;
      },
      async (error: unknown) => {
        await heard();
        throw error;
      },
    );
  }
}

/** A job worker that does what the task's input says: one step every 100 ms, a checkpoint at every second. */
function fakeWorker(page: Page, speeches: Speech[]): JobWorker {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  let stopped = Promise.withResolvers<void>();
  let isStopped = false;

  async function run({ task, checkpoint }: Assignment, sink: Sink, speech: Speech): Promise<Ending> {
    const { steps, fail_at, die_at, stubborn } = v.parse(InputSchema, task.input);
    stopped = Promise.withResolvers<void>();
    isStopped = false;
    const line = (what: string) => ({
      kind: 'log' as const,
      level: 'info' as const,
      message: `attempt ${task.attempt}: ${what}`,
    });
    const end = (outcome: Ending['outcome']): Ending => ({
      outcome,
      batch: spoken(speech, { events: [line('cleaned up')], checkpoint: null }),
    });
    for (let i = Number(checkpoint?.data ?? 0); i < steps; i += 1) {
      const step = new Promise<void>((resolve) => setTimeout(resolve, STEP_MS));
      await (stubborn ? step : Promise.race([step, stopped.promise]));
      await turnOf(page);
      if (isStopped && !stubborn) return end({ kind: 'stopped' });
      if (i === die_at) lost.reject(new WorkerLost('The job’s worker died.'));
      if (i === fail_at) return end({ kind: 'failed', error: taskProblem('job-failed', `step ${i}`) });
      const done = i + 1;
      const progress = { kind: 'progress' as const, done, total: steps, unit: 'steps', message: `step ${i}` };
      await sink.append(
        spoken(speech, {
          events: [line(`step ${i}`), progress],
          checkpoint: done % 2 === 0 ? { version: 1, data: done, outputs: [] } : null,
        }),
      );
      speech.acknowledged = speech.said.length;
    }
    return end({ kind: 'completed', result: { steps }, files: [] });
  }

  return {
    async run(assignment, sink) {
      const { task_id, attempt } = assignment.task;
      const speech: Speech = { task_id, attempt, said: [], acknowledged: 0, returned: false };
      speeches.push(speech);
      const ending = await Promise.race([run(assignment, sink, speech), lost.promise]);
      speech.returned = true;
      return ending;
    },
    stop() {
      isStopped = true;
      stopped.resolve();
    },
    terminate: () => lost.reject(new WorkerLost('The job’s worker was terminated.')),
    kill: () => lost.reject(new WorkerLost('The job’s worker died.')),
  };
}

/** Notes what is about to be said, as it should stand in the log. */
function spoken(speech: Speech, batch: Batch): Batch {
  const checkpoint = batch.checkpoint !== null;
  for (const event of batch.events) speech.said.push(event.kind === 'progress' ? { ...event, checkpoint } : event);
  return batch;
}
