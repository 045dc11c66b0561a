/** What the rest of Holdfast asks of a store. IndexedDB is the one here (`idb-store.ts`); a server would have another. */
import type * as v from 'valibot';
import type { CommitSchema, DigestSchema } from './protocol.ts';
import type { Checkpoint, CheckpointDraft, Settings, SettingsPatch } from './schema.ts';
import type { Change, Segment, Status, StoredTask, Task, TaskDraft, TaskEvent } from './task.ts';

/**
 * A step in one task's life. `decide` sees the task as it stands, inside the transaction, and names the changes that follow (none:
 * nothing is written). It must be pure and quick; what it throws is this step's own failure and leaves the others alone.
 */
export interface Step {
  task_id: string;
  decide(task: StoredTask): readonly Change[];
  /** Kept with the changes: it belongs to their last `progress` that says `checkpoint: true`. */
  checkpoint?: CheckpointDraft | null;
  /** What may be lost if the machine loses power (never if only the browser dies): progress between checkpoints. Default: strict. */
  durability?: 'relaxed';
  /** Claimed in the same transaction, once the step is taken: what ends makes room for what comes next. */
  next?: ClaimOrder | null;
}

/** The task after the step. */
export interface Committed {
  task: StoredTask;
  /** What was asked for as `next`, unless it could not be claimed. */
  next?: Claim | null | undefined;
}

/** What a claim may take: how many tasks may run at once in all, and per known type. */
export interface Limits {
  running: number;
  types: ReadonlyMap<string, { version: number; running: number }>;
}

export interface Claim {
  task: StoredTask;
  checkpoint: Checkpoint | null;
}

/** A task that could be claimed, and the attempt that it would be: what the lease is named after. */
export interface Candidate {
  task_id: string;
  attempt: number;
}

export interface Look {
  /** The best due task that the limits let in, if any. */
  best: Candidate | null;
  /** When the first of those that wait for their time has to be woken, ms since the epoch. */
  due: number | null;
}

export interface ClaimOrder {
  candidate: Candidate;
  limits: Limits;
  /** Who runs it, for its log. */
  by?: string;
}

export interface Filter {
  status?: readonly Status[] | undefined;
  type?: string | undefined;
  tag?: string | undefined;
  /** A substring of type, message, input, result or error. */
  q?: string | undefined;
}

export interface Page {
  tasks: Task[];
  next_page: string | null;
  counts: Record<Status, number>;
  cursor: string;
}

/** The answer that an idempotency key stands for. */
export interface Idempotency {
  key: string;
  fingerprint: string;
}

export type Submission =
  | { kind: 'accepted' | 'replayed'; tasks: Task[] }
  /** The key was used for another payload. */
  | { kind: 'conflict' }
  /** The draft at `index` depends on a task that does not exist. */
  | { kind: 'unknown-dependency'; index: number; position: number; task_id: string };

export type Digest = v.InferOutput<typeof DigestSchema>;
export type Commit = v.InferOutput<typeof CommitSchema>;

/** Part of a task's log and the task as it stood in the same transaction. */
export interface Tail {
  task: StoredTask;
  segments: Segment[];
  /** The task as it was at the end of what was trimmed, or of what cannot be read, when that is past the place asked for. */
  cut: StoredTask | null;
  /** Whether the cut stands for what cannot be read: as near as can be told, and not the fold of what came before. */
  guessed: boolean;
}

/** All that is stored of a task, at one moment. */
export interface TaskSnapshot {
  task: StoredTask;
  /** As in `Tail`: the task at the end of what was trimmed. */
  cut: StoredTask | null;
  events: TaskEvent[];
  checkpoint: Checkpoint | null;
}

/** Tasks that are taken in together: all at `commit`, or none. */
export interface Intake {
  /** Takes what `decodeSnapshot` gave: that the task is the fold of its events is believed. Throws `NotTaken` when it is here already. */
  add(snapshot: TaskSnapshot): Promise<void>;
  /** Resolves with how many were taken. */
  commit(): Promise<number>;
  abort(): Promise<void>;
}

/** A task that cannot be taken in, and why. */
export class NotTaken extends Error {
  override name = 'NotTaken';
  constructor(
    readonly task_id: string,
    readonly reason: 'exists' | 'broken',
    why: string,
  ) {
    super(`task ${task_id} cannot be taken in: ${why}`);
  }
}

/** What is asked of tasks over HTTP. */
export interface Tasks {
  /** Accepts all drafts or none. */
  submit(drafts: readonly TaskDraft[], idempotency: Idempotency | null): Promise<Submission>;
  /** Throws `Unreadable`; so does `read`. */
  get(task_id: string): Promise<StoredTask | null>;
  list(filter: Filter, limit: number, page: string | null): Promise<Page>;
  /** The segments that hold the events after number `after`, at most `limit` of them. */
  read(task_id: string, after: number, limit: number): Promise<Tail | null>;
  /**
   * The segments of all tasks after the overall number `after`, at most `limit` of them, and the newest overall number. `lasts`: the
   * number of the last event of each task that one of the segments brings to an end. `forgotten`: who read no further than that may
   * have missed a deletion.
   */
  readAll(
    after: number,
    limit: number,
  ): Promise<{ segments: Segment[]; newest: number; forgotten: number; lasts: Map<string, number> }>;
  /** Names this database: a cursor of another one is worth nothing. */
  epoch(): Promise<string>;
  /** Takes all steps in one transaction. A step rejects with what its `decide` threw, `NoSuchTask` or `Unreadable`. */
  commit(steps: readonly Step[]): Promise<PromiseSettledResult<Committed>[]>;
  /** The tasks that run, as they stand. */
  running(): Promise<StoredTask[]>;
  /** Removes a finished task with its log and checkpoint. */
  delete(task_id: string): Promise<'deleted' | 'live' | 'absent'>;
  settings(): Promise<Settings>;
  /** Changes some settings; resolves with all. */
  configure(patch: SettingsPatch): Promise<Settings>;
  /** Forgets everything, settings too. What reads on from before finds another epoch. */
  erase(): Promise<void>;
  close(): void;
}

/** What an export is made of, and what an import leaves. */
export interface Snapshots {
  /** The ids of all tasks, the oldest first. */
  ids(): Promise<string[]>;
  /** Null when there is no such task; throws `Unreadable`. */
  snapshot(task_id: string): Promise<TaskSnapshot | null>;
  intake(): Intake;
}

/** All of it: an executor claims tasks, too, and clears up. */
export interface TaskStore extends Tasks, Snapshots {
  /** As of `Tasks`; where one of the steps cannot be stored (a `DataCloneError`), each is taken by itself, and that one rejects. */
  commit: Tasks['commit'];
  look(limits: Limits, passed?: ReadonlySet<string>): Promise<Look>;
  /** Starts the candidate, unless it is no longer one; counts what runs in the same transaction. */
  claim(candidate: Candidate, limits: Limits, by?: string): Promise<Claim | null>;
  /** Makes the tasks whose time has come claimable; answers when the next one is due (ms since the epoch). */
  wake(now: number): Promise<number | null>;
  /** Drops the oldest segments of a log that has outgrown its limits; the fold up to the cut is kept. */
  trim(task_id: string, limits: Pick<Settings, 'log_events' | 'log_bytes'>): Promise<void>;
  /** The ids of the finished tasks that are older, or more, than the settings keep. */
  expired(now: number, keep: Pick<Settings, 'keep_finished' | 'keep_finished_ms'>): Promise<string[]>;
  /** Keeps the newest `keep` records of deletions, which are there for who reads the log of all tasks. */
  forgetDeletions(keep: number): Promise<void>;
  /** Drops what belongs to no task: checkpoints, cuts, and, from before `time` (ms), input files and answers to idempotency keys. */
  dropOrphans(time: number): Promise<void>;
}

/** A step named a task that does not exist (any more). */
export class NoSuchTask extends Error {
  override name = 'NoSuchTask';
  constructor(task_id: string) {
    super(`there is no task ${task_id}`);
  }
}

/** What is stored of a task cannot be read. It is kept as it is, can be deleted, and is passed over where it is not asked for by name. */
export class Unreadable extends Error {
  override name = 'Unreadable';
  constructor(
    readonly task_id: string,
    why: string,
  ) {
    super(`what is stored of task ${task_id} cannot be read: ${why}`);
  }
}

/** Thrown into an append whose attempt is no longer the task's: another executor has it, or nobody should. */
export class Fenced extends Error {
  override name = 'Fenced';
  constructor(task: Task, attempt: number) {
    super(`attempt ${attempt} of task ${task.task_id} is over: it is ${task.status}, attempt ${task.attempt}`);
  }
}

/** A step of the executor that owns `attempt`: refused with `Fenced` once the attempt is over. */
export const fenced = (task_id: string, attempt: number, decide: (task: StoredTask) => readonly Change[]): Step => ({
  task_id,
  decide(task) {
    if (task.status !== 'running' || task.attempt !== attempt) throw new Fenced(task, attempt);
    return decide(task);
  },
});
