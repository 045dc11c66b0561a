/** An executor over a real store, with job workers that do what a test tells them. */
import * as v from 'valibot';
import { onTestFinished } from 'vitest';
import type { JobSpec } from '../../../src/core/job.ts';
import type { Assignment, Sink } from '../../../src/core/protocol.ts';
import type { Batch, Ending, Outcome } from '../../../src/core/schema.ts';
import type { TaskStore } from '../../../src/core/store.ts';
import { createExecutor } from '../../../workers/executor/executor.ts';
import { type JobWorker, WorkerLost } from '../../../workers/executor/job-worker.ts';
import { freshStore } from '../core/database.ts';
import { fakeLocks } from '../simulation/fake-locks.ts';

export const GRACE_MS = 3_000;

const spec = (type: string, limits: JobSpec['limits'] = { grace_ms: GRACE_MS }): JobSpec => ({
  type,
  title: type,
  description: '',
  version: 1,
  input: v.unknown(),
  limits,
  redo: 'all',
});

/** A run that a worker was given. */
export interface Run {
  assignment: Assignment;
  append: Sink['append'];
  end(outcome: Outcome, batch?: Batch): void;
  fail(error: unknown): void;
}

export const nothing: Batch = { events: [], checkpoint: null };
export const step = (done: number, checkpoint = false): Batch => ({
  events: [{ kind: 'progress', done, total: 10, unit: null, message: null }],
  checkpoint: checkpoint ? { version: 1, data: done, outputs: [] } : null,
});

export interface Options {
  limit?: number;
  store?(store: TaskStore): TaskStore;
  /** What a new worker does with a run; by default it waits for the test. */
  run?(run: Run): void;
}

export type Bench = ReturnType<typeof bench>;

export function bench({ limit = 2, store: wrap = (store) => store, run: play = () => {} }: Options = {}) {
  const fresh = freshStore(Date.now);
  const locks = fakeLocks();
  /** What happened, in order: commits by what they did to which status, and what was done to workers. */
  const story: string[] = [];
  const runs: Run[] = [];
  const errors: unknown[] = [];
  const removed: string[] = [];

  fresh.published(({ segments }) => {
    for (const { events } of segments) for (const { kind } of events) story.push(kind);
  });

  function startWorker(): JobWorker {
    let alive = true;
    let current: PromiseWithResolvers<Ending> | undefined;
    return {
      run(assignment, { append }) {
        current = Promise.withResolvers<Ending>();
        const { resolve, reject } = current;
        const run: Run = {
          assignment,
          append,
          end: (outcome, batch = nothing) => resolve({ outcome, batch }),
          fail: reject,
        };
        runs.push(run);
        play(run);
        return current.promise;
      },
      stop: (keep) => void story.push(keep ? 'stop, keep' : 'stop'),
      terminate() {
        if (alive) story.push('terminate');
        alive = false;
        current?.reject(new WorkerLost('The worker was terminated.'));
        current?.promise.catch(() => {});
      },
      kill: () => current?.reject(new WorkerLost('The worker died.')),
    };
  }

  const lockOf = (task_id: string, attempt: number) => `${task_id}:${attempt}`;
  const executor = createExecutor({
    id: 'page',
    store: wrap(fresh.store),
    locks: locks.of('page'),
    lockOf,
    specs: [spec('wide'), spec('narrow', { running: 1, grace_ms: GRACE_MS })],
    limit,
    housekeepingLock: 'housekeeping',
    startWorker,
    files: {
      outputOwners: async () => [],
      removeOutputs: async (task_id) => void removed.push(task_id),
      removeMarks: async () => {},
    },
    now: Date.now,
    report: (error) => errors.push(error),
  });
  onTestFinished(() => void executor.stop());

  /** Whether somebody holds the lease of an attempt. */
  const isLeased = (task_id: string, attempt: number): Promise<boolean> =>
    locks.of('observer').request(lockOf(task_id, attempt), { ifAvailable: true }, (lock) => lock === null);

  /** Tells the executor of what others committed, as the channel does. */
  const hint = () => {
    const { tasks = [], newest = 0 } = fresh.commits.at(-1) ?? {};
    executor.hint({ kind: 'committed', tasks, newest });
  };

  return { ...fresh, locks, executor, story, runs, errors, removed, isLeased, hint };
}

/** Waits, without the clock, until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 5_000; i += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('it never came to that');
}
