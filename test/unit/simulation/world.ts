/** A small world: one database, a service worker, executors that live and die, jobs that do what their input says. */
import { IDBFactory } from 'fake-indexeddb';
import * as v from 'valibot';
import { vi } from 'vitest';
import { connection } from '../../../src/core/connection.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import { defineSpec } from '../../../src/core/job.ts';
import type { Assignment, Hint, Sink } from '../../../src/core/protocol.ts';
import type { Ending } from '../../../src/core/schema.ts';
import type { Commit, TaskStore } from '../../../src/core/store.ts';
import { taskProblem } from '../../../src/core/task.ts';
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

export interface Page {
  name: string;
  executor: Executor;
  alive: boolean;
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
  const database = connection('world');
  const locks = fakeLocks();
  const hub = createHub();
  const pages: Page[] = [];
  const commits: Commit[] = [];
  const errors: unknown[] = [];
  const mail = new Map<Page, Promise<void>>();
  let born = 0;
  let posted = 0;

  function publish(commit: Commit, from: Page | null) {
    commits.push(commit);
    if (from && !from.alive) return;
    hub.deliver(commit);
    const hint: Hint = { kind: 'committed', tasks: commit.tasks, newest: commit.newest };
    for (const page of pages) if (page !== from) post(page, hint);
  }

  /** A message takes its time: what it tells may be old news when it arrives. One sender's come in order. */
  function post(page: Page, hint: Hint) {
    posted += 1;
    const delay = (posted * 7) % 11;
    mail.set(
      page,
      (mail.get(page) ?? Promise.resolve())
        .then(() => ticks(delay))
        .then(() => turnOf(page))
        .then(() => {
          if (page.alive) page.executor.hint(hint);
        }),
    );
  }

  const backendStore = idbStore({ connection: database, publish: (commit) => publish(commit, null) });
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
    const page = { name, alive: true, frozen: null } as Page;
    // A dead page's calls reach the store no more; one that was already under way may still commit.
    const store = mortal(idbStore({ connection: database, publish: (commit) => publish(commit, page) }), page);
    page.executor = createExecutor({
      id: name,
      store,
      locks: locks.of(name, () => turnOf(page)),
      lockOf: (task_id, attempt) => `${task_id}:${attempt}`,
      specs,
      limit: LIMIT,
      startWorker: () => fakeWorker(page),
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

  return {
    store: backendStore,
    database,
    backend,
    commits,
    errors,
    locks,
    openPage,
    pages: () => pages.filter((page) => page.alive),
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
    stealFrom: (page: Page) => locks.drop(page.name, false),
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
function fakeWorker(page: Page): JobWorker {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  let stopped = Promise.withResolvers<void>();
  let isStopped = false;

  async function run({ task, checkpoint }: Assignment, sink: Sink): Promise<Ending> {
    const { steps, fail_at, die_at, stubborn } = v.parse(InputSchema, task.input);
    stopped = Promise.withResolvers<void>();
    isStopped = false;
    const end = (outcome: Ending['outcome'], message: string): Ending => ({
      outcome,
      batch: { events: [{ kind: 'log', level: 'info', message }], checkpoint: null },
    });
    for (let i = Number(checkpoint?.data ?? 0); i < steps; i += 1) {
      const step = new Promise<void>((resolve) => setTimeout(resolve, STEP_MS));
      await (stubborn ? step : Promise.race([step, stopped.promise]));
      await turnOf(page);
      if (isStopped && !stubborn) return end({ kind: 'stopped' }, 'cleaned up');
      if (i === die_at) lost.reject(new WorkerLost('The job’s worker died.'));
      if (i === fail_at) return end({ kind: 'failed', error: taskProblem('job-failed', `step ${i}`) }, 'cleaned up');
      const done = i + 1;
      await sink.append({
        events: [{ kind: 'progress', done, total: steps, unit: 'steps', message: null }],
        checkpoint: done % 2 === 0 ? { version: 1, data: done, outputs: [] } : null,
      });
    }
    return end({ kind: 'completed', result: { steps }, files: [] }, 'cleaned up');
  }

  return {
    run: (assignment, sink) => Promise.race([run(assignment, sink), lost.promise]),
    stop() {
      isStopped = true;
      stopped.resolve();
    },
    terminate: () => lost.reject(new WorkerLost('The job’s worker was terminated.')),
    kill: () => lost.reject(new WorkerLost('The job’s worker died.')),
  };
}
