/** What the threads say to each other. Read this first: page, service worker, executor and job worker know no more of one another. */

import type { Batch, Checkpoint, Ending, StoredTask } from './schema.ts';
import type { Commit } from './store.ts';

/** Everything that is shared on an origin is named after the folder that the app is served from: two apps must not meet. */
export interface Names {
  database: string;
  channel: string;
  /** The lease of one attempt of a task. */
  taskLock(task_id: string, attempt: number): string;
  /** Held by each executor for as long as it lives. */
  executorLock: string;
  /** Held by the executor that cleans up. */
  housekeepingLock: string;
  /** Held by a job worker for as long as it lives. */
  workerLock(worker_id: string): string;
  /** The OPFS folder. */
  folder: string;
}

/** `scope`: the address of the folder, as in `ServiceWorkerRegistration.scope`. */
export function namesFor(scope: string): Names {
  const name = `holdfast:${new URL(scope).pathname}`;
  return {
    database: name,
    channel: name,
    taskLock: (task_id, attempt) => `${name}:task:${task_id}:${attempt}`,
    executorLock: `${name}:executor`,
    housekeepingLock: `${name}:housekeeping`,
    workerLock: (worker_id) => `${name}:worker:${worker_id}`,
    folder: encodeURIComponent(name),
  };
}

/** On the BroadcastChannel: hints. Whoever misses one finds out by its own sweep. */
export type Hint =
  | ({ kind: 'committed' } & Omit<Commit, 'segments'>)
  /** A running task is asked to end. A cancel is recorded as well, so this only makes it quick. */
  | { kind: 'settings' }
  | { kind: 'stop'; task_id: string; attempt: number; reason: 'user' | 'cancel' };

/** From the service worker to its pages: it has just started, and wants a port to each executor. */
export type PageMessage = { kind: 'backend-started' };

/** From a page to the service worker. */
export type BackendMessage =
  /** Take control of the page that says so (after a hard reload it has no controller). */
  | { kind: 'claim' }
  /** A port on which an executor publishes its commits. */
  | { kind: 'executor-port' }
  /** Keep this input file; the answer on the port is `AddedFile` or `{error}`. */
  | { kind: 'add-file'; source: File | FileSystemFileHandle; name: string }
  /** An input file's handle, to ask for its permission again; the answer on the port is the handle or null. */
  | { kind: 'file-handle'; file_id: string }
  /** An update that waits: take over now. */
  | { kind: 'skip-waiting' }
  /** From the next service worker to this one: it is about to be replaced. */
  | { kind: 'end-streams' };

/** From a page to its executor. */
export type ExecutorMessage =
  | { kind: 'start'; scope: string }
  /** A new port to the service worker, which comes with it. */
  | { kind: 'publish-to' };

/** From an executor to its page. */
export type ExecutorReport =
  /** The script is there: its first word. */
  | { kind: 'loaded' }
  /** A newer version of the app has taken over the database: the executor has let go. */
  | { kind: 'outdated' }
  /** It could not start. */
  | { kind: 'failed'; error: unknown };

/** What an executor hands a job worker to do. */
export interface Assignment {
  task: StoredTask;
  checkpoint: Checkpoint | null;
}

/** Where a job's events go. `append` resolves after the commit: that is the credit for the next batch. */
export interface Sink {
  append(batch: Batch): Promise<void>;
}

/** From a job worker, on its own port (a call over Comlink takes 0.2 ms more). Each `Batch` is answered in turn. */
export interface BatchAnswer {
  /** Why the batch was refused; null when it is committed. */
  error: string | null;
}

/** What a job worker exposes (by Comlink). A worker runs one job at a time. */
export interface JobApi {
  /** Resolves when the lock that tells of the worker's life is held. */
  prepare(scope: string, worker_id: string): Promise<void>;
  /** Resolves when the code of this type of job is there. */
  load(type: string): Promise<void>;
  /** The job's batches go over the port. */
  run(assignment: Assignment, batches: MessagePort): Promise<Ending>;
  /** Ends the job that runs. `keep`: take a last checkpoint, if the job is at one. */
  stop(keep: boolean): void;
}
