/** A job worker, seen from its executor. */
import * as Comlink from 'comlink';
import * as v from 'valibot';
import type { Assignment, JobApi, Sink } from '../../src/core/protocol.ts';
import { BatchSchema, type Ending, EndingSchema } from '../../src/core/schema.ts';
import { watchLock } from './lease.ts';

/** A job worker died without a word, or was terminated. */
export class WorkerLost extends Error {
  override name = 'WorkerLost';
}

export interface JobWorker {
  /**
   * Rejects with `WorkerLost` when the worker dies meanwhile (a call over a dead worker's port would never settle), with another
   * error when it could not be loaded, threw where nobody caught it, or sent what cannot be read.
   */
  run(assignment: Assignment, sink: Sink): Promise<Ending>;
  stop(keep: boolean): void;
  terminate(): void;
}

/** Starts a worker, ready to be told what to run. */
export function startJobWorker(scope: string, lockOf: (worker_id: string) => string): JobWorker {
  const worker_id = crypto.randomUUID();
  const worker = new Worker(new URL('../job/main.ts', import.meta.url), { type: 'module', name: 'holdfast job' });
  const api = Comlink.wrap<JobApi>(worker);
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  let unwatch = () => {};
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    lost.reject(new Error(event.message || 'The job’s worker could not be loaded.'));
  });
  worker.addEventListener('messageerror', () => lost.reject(new Error('The job’s worker sent what cannot be read.')));

  const ready = Promise.race([api.prepare(scope, worker_id), lost.promise]).then(() => {
    unwatch = watchLock(navigator.locks, lockOf(worker_id), async () => {
      lost.reject(new WorkerLost('The job’s worker died.'));
    });
  });
  ready.catch(() => {});

  return {
    async run(assignment, sink) {
      await ready;
      const checked: Sink = {
        async append(batch) {
          const parsed = v.safeParse(BatchSchema, batch);
          if (parsed.success) return sink.append(parsed.output);
          const error = new Error(`The job’s worker sent what is no batch of events: ${v.summarize(parsed.issues)}`);
          lost.reject(error);
          throw error;
        },
      };
      const ending = await Promise.race([api.run(assignment, Comlink.proxy(checked)), lost.promise]);
      return v.parse(EndingSchema, ending);
    },
    stop: (keep) => void api.stop(keep),
    terminate() {
      unwatch();
      worker.terminate();
      lost.reject(new WorkerLost('The job’s worker was terminated.'));
    },
  };
}
