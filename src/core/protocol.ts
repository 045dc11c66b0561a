/** What the threads say to each other. Read this first: page, service worker, executor and job worker know no more of one another. */

import * as v from 'valibot';
import { type Batch, type Checkpoint, type Ending, type Segment, type StoredTask, statuses } from './schema.ts';
import { isSegment } from './segment.ts';

const Id = v.pipe(v.string(), v.nonEmpty());
const Whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A task that a transaction changed; what other threads need to know of it, and no more. */
export const DigestSchema = v.object({
  task_id: Id,
  status: v.picklist([...statuses, 'deleted']),
  attempt: Whole,
  last: Whole,
  cancel_requested: v.boolean(),
});

/** One attempt of one task. */
export const AttemptSchema = v.object({ task_id: Id, attempt: Whole });
export type AttemptRef = v.InferOutput<typeof AttemptSchema>;

/** What a committed transaction wrote. Published after the commit, never before; on the port of an executor whole. */
export const CommitSchema = v.object({
  segments: v.array(v.custom<Segment>(isSegment)),
  tasks: v.array(DigestSchema),
  /** The newest overall event number. */
  newest: Whole,
});

/** On the BroadcastChannel: hints. Whoever misses one finds out by its own sweep. */
export const HintSchema = v.variant('kind', [
  v.object({ kind: v.literal('committed'), ...v.omit(CommitSchema, ['segments']).entries }),
  v.object({ kind: v.literal('settings') }),
  /** A running task is asked to end. A cancel is recorded as well, so this only makes it quick. */
  v.object({ kind: v.literal('stop'), task_id: Id, attempt: Whole, reason: v.picklist(['user', 'cancel']) }),
  /** All of the scope is about to be erased: executors let go of everything, and start anew once it is over. */
  v.object({ kind: v.literal('erase') }),
]);
export type Hint = v.InferOutput<typeof HintSchema>;

/** From the service worker to its pages; a page's client, which has to be small, looks at them by hand (`isPageMessage`). */
export const PageMessageSchema = v.variant('kind', [
  /** It has just started, and wants a port to each executor. */
  v.object({ kind: v.literal('backend-started') }),
  /** How far the import of the page that asked for it has been read, in bytes. */
  v.object({ kind: v.literal('import-progress'), read: Whole, size: Whole }),
  /** Nothing is left of the scope. */
  v.object({ kind: v.literal('erased') }),
]);
export type PageMessage = v.InferOutput<typeof PageMessageSchema>;

const isSource = (source: unknown): source is File | FileSystemFileHandle =>
  source instanceof Blob || (typeof source === 'object' && source !== null && 'getFile' in source);

/** From a page to the service worker. A question, which has a port to be answered on, has an `id` as well: it may be asked again. */
export const BackendMessageSchema = v.variant('kind', [
  /** Take control of the page that says so (after a hard reload it has no controller). */
  v.object({ kind: v.literal('claim') }),
  /** A port on which an executor publishes its commits. */
  v.object({ kind: v.literal('executor-port') }),
  /** Keep this input file; the answer on the port is `AddedFile` or `{error}`. */
  v.object({
    kind: v.literal('add-file'),
    source: v.custom<File | FileSystemFileHandle>(isSource, 'A File or a FileSystemFileHandle is wanted.'),
    name: v.string(),
  }),
  /** An input file's handle, to ask for its permission again; the answer on the port is the handle or null. */
  v.object({ kind: v.literal('file-handle'), file_id: Id }),
  /** What input files are called; the answer on the port has `AddedFile` or null for each. */
  v.object({ kind: v.literal('input-files'), file_ids: v.pipe(v.array(Id), v.maxLength(1_000)) }),
  /** This page goes away, and its executor with it: what ran there is nobody's, and was not lost by a fault. */
  v.object({
    kind: v.literal('leaves'),
    attempts: v.array(AttemptSchema),
    /** The browser put it to sleep; otherwise it was closed, or left. */
    frozen: v.optional(v.boolean(), false),
  }),
  /** Erase all that is stored of the scope; the answer on the port is `{}` or `{error}`. */
  v.object({ kind: v.literal('erase') }),
  /** A fault, made on purpose: break every open stream, or close the database's handle under whoever uses it. Answered `{}`. */
  v.object({ kind: v.literal('break'), what: v.picklist(['streams', 'database']) }),
  /** An update that waits: take over now. */
  v.object({ kind: v.literal('skip-waiting') }),
  /** From the next service worker to this one: it is about to be replaced. */
  v.object({ kind: v.literal('end-streams') }),
]);
export type BackendMessage = v.InferOutput<typeof BackendMessageSchema>;

/** From a page to its executor. */
export type ExecutorMessage =
  | { kind: 'start'; scope: string }
  /** A new port to the service worker, which comes with it. */
  | { kind: 'publish-to' }
  /** Lets go of everything, and says `made-way`. */
  | { kind: 'end' }
  /** A fault, made on purpose. */
  | { kind: 'break'; what: ExecutorFault };

/** `job`: a job worker is terminated, and nobody is told. `thread`: the executor's thread does nothing for a while. */
export type ExecutorFault = 'job' | 'thread' | 'database';

/** From an executor to its page. */
export type ExecutorReport =
  /** Its first word. What it is called in the logs of the tasks that it runs; it holds this lock for as long as it lives. */
  | { kind: 'alive'; id: string; lock: string }
  /** It has let go, because it was to end or for an erase, which is over: another may start. */
  | { kind: 'made-way' }
  /** A newer version of the app has taken over the database: the executor has let go. */
  | { kind: 'outdated' }
  /** What it runs now. */
  | { kind: 'runs'; attempts: AttemptRef[] }
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
