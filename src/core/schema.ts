/** The shapes that cross an edge: HTTP bodies, stored rows, frames. Types come from here and from nowhere else. */
import * as v from 'valibot';

export const statuses = ['pending', 'running', 'paused', 'completed', 'failed', 'canceled'] as const;
export const StatusSchema = v.picklist(statuses);
export type Status = v.InferOutput<typeof StatusSchema>;

const Id = v.pipe(v.string(), v.nonEmpty(), v.maxLength(64));
const Instant = v.pipe(
  v.string(),
  v.isoTimestamp(),
  // The pattern lets through what engines cannot read: "+01" for an offset, and in some the 31st of February.
  v.check((time) => !Number.isNaN(Date.parse(time)), 'This is no time that there is.'),
);
const Count = v.pipe(v.number(), v.minValue(0));
const Whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** RFC 9457. `type` is `urn:holdfast:problem:<name>`. */
export const ProblemSchema = v.looseObject({
  type: v.string(),
  title: v.string(),
  detail: v.string(),
  status: v.optional(v.number()),
});
export type Problem = v.InferOutput<typeof ProblemSchema>;

/** What brought a running task to its end, and after how many milliseconds. */
export const StoppedSchema = v.object({ rung: v.picklist(['return', 'terminate', 'fenced']), ms: Count });

export const PauseReasonSchema = v.picklist(['user', 'file-missing', 'quota-exceeded']);

export const OutputFileSchema = v.object({ name: v.string(), size: Whole, type: v.string() });
export type OutputFile = v.InferOutput<typeof OutputFileSchema>;

/** An input file that was taken. */
export const AddedFileSchema = v.object({ file_id: Id, name: v.string(), size: Whole, type: v.string() });
export type AddedFile = v.InferOutput<typeof AddedFileSchema>;

/** An output file at a checkpoint. `mark`: of one that is written in place, what to open it at. */
export const SavedOutputSchema = v.object({ ...OutputFileSchema.entries, mark: v.optional(Whole) });
export type SavedOutput = v.InferOutput<typeof SavedOutputSchema>;

/** What `POST /tasks` takes. `input` is checked against the schema of the job's own type after this. */
export const TaskDraftSchema = v.strictObject({
  type: v.pipe(v.string(), v.nonEmpty(), v.maxLength(64)),
  input: v.optional(
    v.pipe(
      v.unknown(),
      v.check((input) => typeof input === 'object' && input !== null && !Array.isArray(input), 'An object is wanted.'),
      v.metadata({ type: 'object' }),
    ),
    {},
  ),
  priority: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(-1000), v.maxValue(1000)), 0),
  timeout_ms: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1))), null),
  max_attempts: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100)), 1),
  run_at: v.optional(
    v.nullable(
      v.pipe(
        Instant,
        v.transform((time) => new Date(time).toISOString()),
        // An offset may lead out of the years that four digits have.
        v.isoTimestamp(),
      ),
    ),
    null,
  ),
  depends_on: v.optional(v.pipe(v.array(Id), v.maxLength(1000)), []),
  tags: v.optional(v.pipe(v.array(v.pipe(v.string(), v.nonEmpty(), v.maxLength(100))), v.maxLength(50)), []),
});
export type TaskDraft = v.InferOutput<typeof TaskDraftSchema>;

/** A task as the API shows it. */
export const TaskSchema = v.object({
  task_id: Id,
  type: v.string(),
  status: StatusSchema,
  paused: v.nullable(v.object({ reason: PauseReasonSchema })),
  progress: v.pipe(v.number(), v.minValue(0), v.maxValue(100)),
  message: v.nullable(v.string()),
  done: Count,
  total: v.nullable(Count),
  unit: v.nullable(v.string()),
  input: v.unknown(),
  result: v.unknown(),
  error: v.nullable(ProblemSchema),
  stopped: v.nullable(StoppedSchema),
  files: v.array(OutputFileSchema),
  attempt: Whole,
  failures: Whole,
  max_attempts: Whole,
  priority: v.number(),
  timeout_ms: v.nullable(Whole),
  run_at: v.nullable(Instant),
  depends_on: v.array(Id),
  tags: v.array(v.string()),
  cancel_requested_at: v.nullable(Instant),
  created_at: Instant,
  started_at: v.nullable(Instant),
  updated_at: Instant,
  checkpoint_at: v.nullable(Instant),
  finished_at: v.nullable(Instant),
  last_event_id: v.string(),
});
export type Task = v.InferOutput<typeof TaskSchema>;

/** A task as the store keeps it: what the API shows, and `losses`, the executors lost in a row without a new checkpoint. */
export const StoredTaskSchema = v.object({ ...TaskSchema.entries, losses: Whole });
export type StoredTask = v.InferOutput<typeof StoredTaskSchema>;

export const LevelSchema = v.picklist(['debug', 'info', 'warn', 'error']);
export type Level = v.InferOutput<typeof LevelSchema>;

export const ProgressEventSchema = v.object({
  kind: v.literal('progress'),
  done: Count,
  total: v.nullable(Count),
  unit: v.nullable(v.string()),
  message: v.nullable(v.string()),
});
export const LogEventSchema = v.object({ kind: v.literal('log'), level: LevelSchema, message: v.string() });

/** What can happen to a task. */
export const ChangeSchema = v.variant('kind', [
  v.object({ kind: v.literal('created'), task_id: Id, draft: TaskDraftSchema }),
  // `done` and `progress` are those of the checkpoint that the attempt goes on from; without one, 0.
  // `by`: the executor that runs it; what was stored before executors had names has none.
  v.object({
    kind: v.literal('started'),
    attempt: Whole,
    done: Count,
    progress: Count,
    by: v.optional(v.string()),
  }),
  v.object({ ...ProgressEventSchema.entries, checkpoint: v.boolean() }),
  LogEventSchema,
  v.object({ kind: v.literal('cancel_requested') }),
  v.object({
    kind: v.literal('paused'),
    reason: PauseReasonSchema,
    message: v.nullable(v.string()),
    stopped: v.nullable(StoppedSchema),
  }),
  v.object({ kind: v.literal('resumed') }),
  v.object({ kind: v.literal('lost'), message: v.string() }),
  // Its page went away in an orderly way, and said so: no fault of the task, so it does not count as a loss.
  v.object({ kind: v.literal('released'), message: v.string(), frozen: v.optional(v.boolean()) }),
  v.object({ kind: v.literal('deferred'), error: ProblemSchema, run_at: Instant }),
  v.object({ kind: v.literal('completed'), result: v.unknown(), files: v.array(OutputFileSchema) }),
  v.object({ kind: v.literal('failed'), error: ProblemSchema, stopped: v.nullable(StoppedSchema) }),
  v.object({ kind: v.literal('canceled'), stopped: v.nullable(StoppedSchema) }),
  v.object({ kind: v.literal('retried'), from: v.picklist(['checkpoint', 'start']) }),
]);
export type Change = v.InferOutput<typeof ChangeSchema>;

/** The moving part of a task: what every default `message` event of its stream carries beside the `task_id`. */
export const TaskStateSchema = v.object({
  status: StatusSchema,
  progress: TaskSchema.entries.progress,
  message: v.nullable(v.string()),
  done: Count,
  total: v.nullable(Count),
  unit: v.nullable(v.string()),
  attempt: Whole,
});
export type TaskState = v.InferOutput<typeof TaskStateSchema>;

/**
 * A change with its place in the task's log (`n` = 1, 2, 3 …) and its time. `state` is the task's moving part after it, so that
 * a stream can begin at any event; a log line moves nothing and has none.
 */
export type TaskEvent = Change & { n: number; at: string; state: TaskState | null };

/** What a change was, as a log in detail tells it beside the state after it: without what that state or the task itself holds. */
export type Happened =
  | { kind: 'started'; by: string | null }
  | { kind: 'progress'; checkpoint: boolean }
  | { kind: 'paused'; reason: NonNullable<Task['paused']>['reason']; stopped: Task['stopped'] }
  | { kind: 'failed' | 'canceled'; stopped: Task['stopped'] }
  /** `frozen`: the browser put its page to sleep. */
  | { kind: 'released'; frozen: boolean }
  | { kind: 'deferred'; run_at: string }
  | { kind: 'retried'; from: 'checkpoint' | 'start' }
  | { kind: 'created' | 'log' | 'cancel_requested' | 'resumed' | 'lost' | 'completed' };

/** A place in a job's work to go on from: `data` is what the job's `checkpoint` function gave, cloned. */
export const CheckpointDraftSchema = v.object({
  version: Whole,
  data: v.unknown(),
  /** Each output file as it was, flushed, at this checkpoint. */
  outputs: v.array(SavedOutputSchema),
});
export type CheckpointDraft = v.InferOutput<typeof CheckpointDraftSchema>;

/** A checkpoint as it is kept, with where its attempt stood. */
export const CheckpointSchema = v.object({
  ...CheckpointDraftSchema.entries,
  attempt: Whole,
  at: Instant,
  done: Count,
  progress: TaskSchema.entries.progress,
});
export type Checkpoint = v.InferOutput<typeof CheckpointSchema>;

/** What a job did, in order (progress already thinned out): committed together, with the checkpoint that stands at the end. */
export const BatchSchema = v.object({
  events: v.array(v.variant('kind', [ProgressEventSchema, LogEventSchema])),
  checkpoint: v.nullable(CheckpointDraftSchema),
});
export type Batch = v.InferOutput<typeof BatchSchema>;

/** How a job ended. A job that was told to stop is `stopped`, whatever it threw on its way out. */
export const OutcomeSchema = v.variant('kind', [
  v.object({ kind: v.literal('completed'), result: v.unknown(), files: v.array(OutputFileSchema) }),
  v.object({ kind: v.literal('failed'), error: ProblemSchema }),
  v.object({ kind: v.literal('waiting'), reason: PauseReasonSchema, message: v.string() }),
  v.object({ kind: v.literal('stopped') }),
]);
export type Outcome = v.InferOutput<typeof OutcomeSchema>;

/** The end of a run, with what is to be committed in the same transaction before it. */
export const EndingSchema = v.object({ outcome: OutcomeSchema, batch: BatchSchema });
export type Ending = v.InferOutput<typeof EndingSchema>;

const DAY_MS = 24 * 60 * 60 * 1000;

/** What can be set. */
export const SettingsSchema = v.strictObject({
  /** How many tasks run at once over all tabs; null: one core is left free. */
  running_limit: v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(256))),
  max_streams: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100_000)),
  /** Finished tasks are kept for this long, and at most so many of them; as many deletions are remembered. */
  keep_finished_ms: Whole,
  keep_finished: Whole,
  /** A task's log is trimmed from its beginning beyond this many events, or about this many bytes. */
  log_events: v.pipe(Whole, v.minValue(10)),
  log_bytes: v.pipe(Whole, v.minValue(10_000)),
});
export const SettingsPatchSchema = v.partial(SettingsSchema);
export const defaultSettings: Settings = {
  running_limit: null,
  max_streams: 2_000,
  keep_finished_ms: 30 * DAY_MS,
  keep_finished: 10_000,
  log_events: 100_000,
  log_bytes: 64 * 1024 * 1024,
};
export type Settings = v.InferOutput<typeof SettingsSchema>;
export type SettingsPatch = v.InferOutput<typeof SettingsPatchSchema>;

/** How the server is. What a browser does not tell is null. */
export const HealthSchema = v.object({
  status: v.literal('ok'),
  version: v.string(),
  uptime_ms: Count,
  executors: Whole,
  /** Only in detail: each of them, by what it is called in the logs of its tasks, and what runs there. */
  tabs: v.exactOptional(v.array(v.object({ executor: v.string(), task_ids: v.array(Id) }))),
  running: Whole,
  running_limit: Whole,
  open_streams: Whole,
  /** Bytes. */
  storage_used: v.nullable(Count),
  storage_quota: v.nullable(Count),
  /** Whether the browser has promised to keep it all. */
  persisted: v.boolean(),
});
export type Health = v.InferOutput<typeof HealthSchema>;

/** One core is left free for the page. */
export const defaultRunningLimit = (cores: number): number => Math.max(1, cores - 1);

/** Consecutive events of one task, stored as one row. `seq` is the overall number of the first one. */
export interface Segment {
  task_id: string;
  first: number;
  last: number;
  seq: number;
  events: TaskEvent[];
  /** Of the empty one that a deleted task leaves, if it had been canceled: what it brought elsewhere has yet to be taken out. */
  canceled?: true;
}
