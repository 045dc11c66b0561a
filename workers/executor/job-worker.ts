/** A job worker, seen from its executor. */
import * as Comlink from 'comlink';
import * as v from 'valibot';
import { isPartLost } from '../../src/core/part-lost.ts';
import type { Assignment, BatchAnswer, JobApi, Sink } from '../../src/core/protocol.ts';
import { BatchSchema, type Ending, EndingSchema } from '../../src/core/schema.ts';
import { watchLock } from './lease.ts';
import { ownScript } from './own-script.ts';

/** A job worker died without a word, or was terminated. */
export class WorkerLost extends Error {
  override name = 'WorkerLost';
}

/** The job's code cannot be loaded because another version of the app has taken its place: the page has to be loaded again. */
export class Replaced extends WorkerLost {
  override name = 'Replaced';
}

export interface JobWorker {
  /**
   * Rejects with `WorkerLost` when the worker dies meanwhile (a call over a dead worker's port would never settle), with another
   * error when it could not be loaded, threw where nobody caught it, or sent what cannot be read.
   */
  run(assignment: Assignment, sink: Sink): Promise<Ending>;
  stop(keep: boolean): void;
  terminate(): void;
  /** Ends the thread as if the browser had: nobody in here is told. */
  kill(): void;
}

/**
 * A worker whose script was on its way when the service worker died never loads, and no `error` event tells of it; a module that was
 * on its way fails (measured, Chromium 156). Neither is the job's fault: such a worker is replaced. It takes 40 to 60 ms to be ready;
 * each one gets twice as long as the one before, for a machine that is only slow.
 */
const READY_MS = 2_000;
const STARTS = 4;
/** After a failure: the service worker that hands out the script may be on its way down or up. Doubled each time. */
const AGAIN_MS = 100;

/** A part of a job's code that was lost so often in a row may not be there at all: then the job has failed, and says which. */
const PART_LOSSES = 2;
const PART_LOST = 'A part of the job’s code was lost on its way.';

const lostPart = ({ outcome }: Ending) => outcome.kind === 'failed' && isPartLost(outcome.error.detail);

const TERMINATED = 'The job’s worker was terminated.';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Starts a worker, ready to be told what to run. */
export function startJobWorker(scope: string, lockOf: (worker_id: string) => string): JobWorker {
  let thread: Thread | undefined;
  let terminated = false;
  let running = false;
  /** What it was told before it could listen. */
  let told: { keep: boolean } | null = null;

  async function start(): Promise<Thread> {
    for (let left = STARTS, wait = READY_MS, again = AGAIN_MS; ; left -= 1, wait *= 2, again *= 2) {
      const started = startThread(scope, lockOf);
      thread = started;
      const late = setTimeout(started.lost.reject, wait, new WorkerLost('The job’s worker did not start.'));
      try {
        await started.ready;
        return started;
      } catch (error) {
        started.terminate();
        if (terminated || left === 1) throw error;
      } finally {
        clearTimeout(late);
      }
      await pause(again);
      if (terminated) throw new WorkerLost(TERMINATED);
    }
  }

  let starting: Promise<Thread> | undefined;

  function begin(): Promise<Thread> {
    const begun = start();
    starting = begun;
    // That it could not start while nobody needed it says nothing about later.
    begun.catch(() => {
      if (starting === begun) starting = undefined;
    });
    return begun;
  }

  begin();

  async function load(type: string): Promise<Thread> {
    for (let left = STARTS, again = AGAIN_MS; ; left -= 1, again *= 2) {
      const loading = await (starting ?? begin()).catch(async (error: unknown) => {
        throw terminated ? error : await blame(error);
      });
      try {
        await Promise.race([loading.api.load(type), loading.lost.promise]);
        return loading;
      } catch (error) {
        if (terminated) throw error;
        if (left === 1) throw await blame(error);
        loading.terminate();
        starting = undefined;
      }
      await pause(again);
    }
  }

  return {
    async run(assignment, sink) {
      const { api, lost } = await load(assignment.task.type);
      const { port1: batches, port2 } = new MessageChannel();
      batches.onmessage = ({ data }) => take(data, sink, lost.reject).then((answer) => batches.postMessage(answer));
      running = true;
      try {
        const ended = api.run(assignment, Comlink.transfer(port2, [port2]));
        if (told) api.stop(told.keep);
        const ending = v.parse(EndingSchema, await Promise.race([ended, lost.promise]));
        if (lostPart(ending) && assignment.task.losses < PART_LOSSES) throw await blame(new WorkerLost(PART_LOST));
        return ending;
      } finally {
        batches.close();
        running = false;
        told = null;
      }
    },
    stop(keep) {
      told = { keep };
      if (running && !terminated) thread?.api.stop(keep);
    },
    terminate() {
      terminated = true;
      thread?.terminate();
    },
    kill: () => thread?.kill(),
  };
}

/** Why code could not be loaded: when not even the executor's own is there any more, it is not the job's fault. */
async function blame(error: unknown): Promise<unknown> {
  const found = await ownScript();
  if (found === 'there') return error;
  if (found === 'unknown') return new WorkerLost('The job’s code could not be had.');
  return new Replaced('A newer version of the app has taken the place of this one, whose code is gone.');
}

/** Commits what a job worker sent; `refuse` is called when it is no batch of events. */
async function take(data: unknown, sink: Sink, refuse: (error: Error) => void): Promise<BatchAnswer> {
  const batch = v.safeParse(BatchSchema, data);
  if (!batch.success) {
    refuse(new Error(`The job’s worker sent what is no batch of events: ${v.summarize(batch.issues)}`));
    return { error: 'no batch of events' };
  }
  try {
    await sink.append(batch.output);
    return { error: null };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

type Thread = ReturnType<typeof startThread>;

function startThread(scope: string, lockOf: (worker_id: string) => string) {
  const worker_id = crypto.randomUUID();
  const worker = new Worker(new URL('../job/main.ts', import.meta.url), { type: 'module', name: 'holdfast job' });
  const api = Comlink.wrap<JobApi>(worker);
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => {});
  let unwatch = () => {};
  let gone = false;
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    lost.reject(new Error(event.message || 'The job’s worker could not be loaded.'));
  });
  worker.addEventListener('messageerror', () => lost.reject(new Error('The job’s worker sent what cannot be read.')));

  const ready = Promise.race([api.prepare(scope, worker_id), lost.promise]).then(() => {
    unwatch = watchLock(navigator.locks, lockOf(worker_id), () => {
      lost.reject(new WorkerLost('The job’s worker died.'));
    });
  });

  return {
    /** Throws `WorkerLost` once it is terminated. */
    get api() {
      if (gone) throw new WorkerLost(TERMINATED);
      return api;
    },
    lost,
    /** Rejects when the worker is lost before it is ready. */
    ready,
    kill: () => worker.terminate(),
    terminate() {
      unwatch();
      worker.terminate();
      // Comlink holds the worker for as long as its proxy is alive, and the worker's listeners hold the proxy: neither would ever go.
      if (!gone) api[Comlink.releaseProxy]();
      gone = true;
      lost.reject(new WorkerLost(TERMINATED));
    },
  };
}
