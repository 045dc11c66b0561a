/**
 * A job's whole interface. A job is a folder in `workers/jobs/`: `spec.ts` says what it is (`defineSpec`, no library), `run.ts` does it
 * (`defineJob`). A job is an async generator: every `yield` is progress, a place to stop, and maybe a checkpoint.
 */
import type * as v from 'valibot';
import type { Level, OutputFile } from './schema.ts';

export type Input = v.GenericSchema<unknown, unknown>;

/** What a job is, known before any of its code is loaded: the service worker checks inputs by it, the page draws forms from it. */
export interface JobSpec<S extends Input = Input> {
  /** As in `POST /tasks`. */
  type: string;
  title: string;
  description: string;
  /** Raised whenever checkpoints of older code could not be read: they are dropped then, and the log says so. */
  version: number;
  /** What the job takes. The parsed value is stored and given to `run`. */
  input: S;
  limits: {
    /** How many tasks of this type may run at once, over all tabs. Default: no limit of its own. */
    running?: number;
    /** How long the job may take to end after it was told to stop, before its worker is terminated. Default 2,000 ms. */
    grace_ms?: number;
  };
  /** What a resume does again, at most, in words for people: "1 s", "one file". */
  redo: string;
}

/** The wire form of an input file, in a job's input: one that was added, or an output file of a task that is completed. */
export type FileRef = { file_id: string; name?: string | undefined } | OutputRef;

export interface OutputRef {
  task_id: string;
  name: string;
}

/** An output file. Bytes are buffered; the runner flushes them before it commits a checkpoint. */
export interface Output {
  /** Bytes written so far; after a resume, those that were flushed at the checkpoint. */
  readonly size: number;
  /** Resolves when there is room for more. Throws `QuotaExceededError` when the storage is full. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Stores what was written and lets go of the file, which can be opened again. For a job with more than a few of them. */
  close(): Promise<void>;
}

/**
 * An output file that is written in place, as a database is. Its calls are synchronous. After a resume it is as it was at the
 * checkpoint, to the byte; so a checkpoint may only be offered where the file makes sense (no transaction is open).
 */
export interface RandomOutput {
  /** Bytes. */
  readonly size: number;
  /** Fills `into` from `at` on; gives how many bytes there were. */
  read(into: Uint8Array<ArrayBuffer>, at: number): number;
  /** Throws `QuotaExceededError` when the storage is full. */
  write(bytes: Uint8Array<ArrayBuffer>, at: number): void;
  truncate(size: number): void;
}

/**
 * A file that is written in place and outlasts the task. One thread has it open at a time; a thread that dies leaves it as it was at the
 * last flush.
 */
export interface LastingFile extends RandomOutput {
  /** The name of the `BroadcastChannel` on which others ask whoever has the file. */
  readonly channel: string;
  flush(): Promise<void>;
  /** Begins it anew, whatever is in it. */
  clear(): Promise<void>;
  /** Lets others have it; what was not flushed is lost. */
  close(): void;
}

/** What a job is given beside its input. */
export interface JobContext<C> {
  task_id: string;
  /** Aborts when the task is canceled, paused, timed out or its tab goes away. Give it to whatever can wait. */
  signal: AbortSignal;
  /** What the `checkpoint` function of an earlier attempt gave, or null. */
  resumeFrom: C | null;
  log(level: Level, message: string): void;
  /** Opens an output file; on resume it is cut back to its size at the checkpoint. `type` is its media type. */
  output(name: string, type: string): Promise<Output>;
  /** Opens an output file that is written in place. */
  randomOutput(name: string, type: string): Promise<RandomOutput>;
  /** Opens a file that outlasts the task, once nobody else has it open. */
  lasting(name: string): Promise<LastingFile>;
  /** Opens an input file. Throws when it is gone (the task waits for it) or has changed since it was added (the task fails). */
  file(ref: FileRef): Promise<InputFile>;
}

/** An input file. `read` throws like `JobContext.file` when the file goes or changes while it is read. */
export interface InputFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When the file itself was last changed, in ms since 1970; 0 if nobody knows. */
  readonly last_modified: number;
  /** The bytes from `start` to `end` (exclusive). */
  read(start: number, end: number): Promise<Uint8Array>;
}

export interface Progress<C> {
  done: number;
  total?: number | null;
  /** "bytes", "files", "rows" … */
  unit?: string | null;
  message?: string | null;
  /** Called about once a second, while the job is suspended here; gives all that `run` needs to go on from here, cloneable. */
  checkpoint?: () => C;
}

export interface Job<S extends Input = Input, C = unknown, R = unknown> extends JobSpec<S> {
  run(input: v.InferOutput<S>, context: JobContext<C>): AsyncGenerator<Progress<C>, R, void>;
}

/** The grace of a job that asks for none. */
export const DEFAULT_GRACE_MS = 2_000;

export const defineSpec = <const S extends Input>(spec: JobSpec<S>): JobSpec<S> => spec;

/** `C` is what a checkpoint holds, `R` the result (JSON). */
export const defineJob = <S extends Input, C, R>(job: Job<S, C, R>): Job<S, C, R> => job;

export type { Level, OutputFile };
