/** What the threads say to each other. Read this first: page, service worker, executor and job worker know no more of one another. */

import type { Level, OutputFile, PauseReason, Problem, StoredTask } from './schema.ts';
import type { Checkpoint, CheckpointDraft, Commit } from './store.ts';

/** Everything that is shared on an origin is named after the folder that the app is served from: two apps must not meet. */
export interface Names {
  database: string;
  channel: string;
  /** The lease of one attempt of a task. */
  taskLock(task_id: string, attempt: number): string;
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
    workerLock: (worker_id) => `${name}:worker:${worker_id}`,
    folder: encodeURIComponent(name),
  };
}

/** On the BroadcastChannel: hints. Whoever misses one finds out by its own sweep. */
export type Hint =
  | ({ kind: 'committed' } & Omit<Commit, 'segments'>)
  /** A running task is asked to end. A cancel is recorded as well, so this only makes it quick. */
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
  | { kind: 'skip-waiting' };

export interface AddedFile {
  file_id: string;
  name: string;
  size: number;
  type: string;
}

/** What a page asks of its executor (by Comlink). */
export interface ExecutorApi {
  start(scope: string): Promise<void>;
  /** A new port to the service worker. */
  publishTo(port: MessagePort): void;
}

/** What an executor hands a job worker to do. */
export interface Assignment {
  task: StoredTask;
  checkpoint: Checkpoint | null;
}

/** What a job did, in order. The runner has already thinned out progress. */
export type JobEvent =
  | { kind: 'progress'; done: number; total: number | null; unit: string | null; message: string | null }
  | { kind: 'log'; level: Level; message: string };

/** Events that are to be committed together, and the checkpoint that stands at their end. */
export interface Batch {
  events: JobEvent[];
  checkpoint: CheckpointDraft | null;
}

/** How a job ended. A job that was told to stop is `stopped`, whatever it threw on its way out. */
export type Outcome =
  | { kind: 'completed'; result: unknown; files: OutputFile[] }
  | { kind: 'failed'; error: Problem }
  | { kind: 'waiting'; reason: PauseReason; message: string }
  | { kind: 'stopped' };

/** The end of a run, with what is to be committed in the same transaction before it. */
export interface Ending {
  outcome: Outcome;
  batch: Batch;
}

/** What a job worker calls back (by Comlink). `append` answers after the commit: that is the credit for the next batch. */
export interface Sink {
  append(batch: Batch): Promise<void>;
}

/** What a job worker exposes (by Comlink). A worker runs one job at a time. */
export interface JobApi {
  /** Resolves when the lock that tells of the worker's life is held. */
  prepare(scope: string, worker_id: string): Promise<void>;
  run(assignment: Assignment, sink: Sink): Promise<Ending>;
  /** Ends the job that runs. `keep`: take a last checkpoint, if the job is at one. */
  stop(keep: boolean): void;
}
