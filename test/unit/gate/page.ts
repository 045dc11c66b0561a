/** A page with an executor, a backend and job workers that run the real jobs, all in this thread. */
import { onTestFinished } from 'vitest';
import type { Job, Progress } from '../../../src/core/job.ts';
import { DEFAULT_GRACE_MS } from '../../../src/core/job.ts';
import type { Commit } from '../../../src/core/store.ts';
import { isFinished, type StoredTask } from '../../../src/core/task.ts';
import { commands } from '../../../sw/command.ts';
import { createHub } from '../../../sw/hub.ts';
import { createExecutor } from '../../../workers/executor/executor.ts';
import { type JobWorker, WorkerLost } from '../../../workers/executor/job-worker.ts';
import { runJob } from '../../../workers/job/runner.ts';
import type { Stage } from './stage.ts';

export type OpenPage = Awaited<ReturnType<typeof openPage>>;

export async function openPage({ store, files, lasting, locks, published, get, submit }: Stage, job: Job) {
  const hub = createHub();
  const errors: unknown[] = [];
  let open = true;

  function startWorker(): JobWorker {
    const lost = Promise.withResolvers<never>();
    lost.promise.catch(() => {});
    let stopping = new AbortController();
    return {
      run(assignment, sink) {
        stopping = new AbortController();
        return Promise.race([
          runJob(async () => job, assignment, { files, lasting, sink, signal: stopping.signal }),
          lost.promise,
        ]);
      },
      stop: (keep) => stopping.abort(new DOMException(keep ? 'keep' : 'drop', 'AbortError')),
      terminate: () => lost.reject(new WorkerLost('The worker was terminated.')),
      kill: () => lost.reject(new WorkerLost('The worker died.')),
    };
  }

  const executor = createExecutor({
    id: 'page',
    store,
    locks: locks.of('page'),
    lockOf: (task_id, attempt) => `${task_id}:${attempt}`,
    specs: [job],
    limit: 1,
    housekeepingLock: 'housekeeping',
    startWorker,
    files,
    now: Date.now,
    report: (error) => errors.push(error),
  });
  published((commit: Commit) => {
    hub.deliver(commit);
    if (!open) return;
    executor.hint({ kind: 'committed', tasks: commit.tasks, newest: commit.newest });
  });
  const backend = commands({
    store,
    hub,
    discardOutputs: files.removeOutputs,
    report: (error) => errors.push(error),
    askToStop: ({ task_id, attempt }, reason) => executor.hint({ kind: 'stop', task_id, attempt, reason }),
    graceOf: () => job.limits.grace_ms ?? DEFAULT_GRACE_MS,
  });
  const close = () => {
    open = false;
    executor.stop();
  };
  onTestFinished(close);
  await executor.start();

  /** Resolves with the task once it is so. */
  const when = (task_id: string, isSo: (task: StoredTask) => boolean): Promise<StoredTask> =>
    new Promise((resolve, reject) => {
      const look = () =>
        get(task_id).then((task) => {
          if (isSo(task)) resolve(task);
          else if (isFinished(task.status)) reject(new Error(`It is ${task.status}: ${JSON.stringify(task.error)}`));
          else return;
          unfollow();
        }, reject);
      const unfollow = hub.follow(task_id, { reached: look });
      look();
    });

  return {
    backend,
    errors,
    close,
    submit: (input: unknown) => submit({ type: job.type, input }),
    when,
    ended: (task_id: string) => when(task_id, ({ status }) => isFinished(status)),
  };
}

/** The job, with `at` called and waited for before each of its yields; `n` counts from 1. */
export function watched(
  job: Job,
  at: (n: number, progress: Progress<unknown>, signal: AbortSignal) => Promise<void> | void,
): Job {
  return {
    ...job,
    async *run(input, context) {
      const run = job.run(input, context);
      try {
        for (let n = 1; ; n += 1) {
          const { done, value } = await run.next();
          if (done) return value;
          await at(n, value, context.signal);
          yield value;
        }
      } finally {
        await run.return(undefined);
      }
    },
  };
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
