/** What a task is: the fold of its events. Pure; the same for the store, the service worker, the page and any later server. */
import type { Batch, Change, Problem, Status, StoredTask, Task, TaskEvent, TaskState } from './schema.ts';

export type { Change, Problem, Segment, Status, StoredTask, Task, TaskDraft, TaskEvent, TaskState } from './schema.ts';

/** Three executors lost in a row without a new checkpoint end a task, or a job that kills its tab would kill every visit. */
export const MAX_LOSSES = 3;

/** A change that the task's status does not allow; `status` is the one that it has. */
export class ImpossibleTransition extends Error {
  override name = 'ImpossibleTransition';
  constructor(
    readonly status: Status | 'absent',
    readonly change: Change['kind'],
  ) {
    super(`a task that is ${status} cannot be ${change}`);
  }
}

const allowed: Record<Change['kind'], readonly (Status | 'absent')[]> = {
  created: ['absent'],
  started: ['pending'],
  progress: ['running'],
  log: ['pending', 'running', 'paused', 'completed', 'failed', 'canceled'],
  cancel_requested: ['running'],
  paused: ['pending', 'running'],
  resumed: ['paused'],
  lost: ['running'],
  released: ['running'],
  deferred: ['running'],
  completed: ['running'],
  failed: ['pending', 'running'],
  canceled: ['pending', 'running', 'paused'],
  retried: ['failed', 'canceled'],
};

/** Whether a task of this status can go through this change. */
export const canChange = (status: Status, kind: Change['kind']): boolean => allowed[kind].includes(status);

export const isFinished = (status: Status): boolean =>
  status === 'completed' || status === 'failed' || status === 'canceled';

/** The task after `change` is event number `n`, at `at` (ISO 8601). Throws `ImpossibleTransition`. */
export function apply(task: StoredTask | null, change: Change, n: number, at: string): StoredTask {
  const status = task?.status ?? 'absent';
  if (!allowed[change.kind].includes(status)) throw new ImpossibleTransition(status, change.kind);
  if (n !== Number(task?.last_event_id ?? 0) + 1)
    throw new RangeError(`event ${n} does not follow ${task?.last_event_id}`);
  const next = task ? { ...task, ...delta(task, change, at) } : create(change, at);
  return { ...next, last_event_id: String(n), updated_at: at };
}

/** Folds stored events onto a task (`null`: from the log's first event on). */
export function fold(task: StoredTask | null, events: readonly TaskEvent[]): StoredTask | null {
  return events.reduce<StoredTask | null>((folded, event) => apply(folded, event, event.n, event.at), task);
}

/** The moving part, as `message` events carry it. */
export function stateOf({ status, progress, message, done, total, unit, attempt }: Task): TaskState {
  return { status, progress, message, done, total, unit, attempt };
}

const EVENT_BYTES = 100;

/** About what an event takes, in bytes: in the log, and in memory. */
export function bytesOf(event: Change | Batch['events'][number]): number {
  if (event.kind === 'log') return EVENT_BYTES + event.message.length;
  // Its message is in its state too.
  if (event.kind === 'progress') return 2 * EVENT_BYTES + 2 * (event.message?.length ?? 0);
  return 2 * EVENT_BYTES + JSON.stringify(event).length;
}

/** What the API shows of a stored task. */
export function toWire({ losses: _, ...task }: StoredTask): Task {
  return task;
}

const taskProblemTitles = {
  'job-failed': 'The job failed',
  timeout: 'The job took longer than its timeout',
  crashed: 'The job was lost several times in a row',
  'invalid-input': 'The input does not fit the job',
  'dependency-failed': 'A task that this one depends on did not complete',
} as const;

/** A task's `error`: a problem object of one of the five names. */
export const taskProblem = (name: keyof typeof taskProblemTitles, detail: string): Problem => ({
  type: `urn:holdfast:problem:${name}`,
  title: taskProblemTitles[name],
  detail,
});

function create(change: Change, at: string): StoredTask {
  if (change.kind !== 'created') throw new ImpossibleTransition('absent', change.kind);
  const { draft, task_id } = change;
  return {
    task_id,
    type: draft.type,
    status: 'pending',
    paused: null,
    progress: 0,
    message: null,
    done: 0,
    total: null,
    unit: null,
    input: draft.input,
    result: null,
    error: null,
    stopped: null,
    files: [],
    attempt: 0,
    failures: 0,
    max_attempts: draft.max_attempts,
    priority: draft.priority,
    timeout_ms: draft.timeout_ms,
    run_at: draft.run_at,
    depends_on: draft.depends_on,
    tags: draft.tags,
    cancel_requested_at: null,
    created_at: at,
    started_at: null,
    updated_at: at,
    checkpoint_at: null,
    finished_at: null,
    last_event_id: '0',
    losses: 0,
  };
}

function delta(task: StoredTask, change: Change, at: string): Partial<StoredTask> {
  switch (change.kind) {
    case 'created':
    case 'log':
      return {};
    case 'started':
      return {
        status: 'running',
        attempt: change.attempt,
        started_at: task.started_at ?? at,
        message: null,
        done: change.done,
        progress: change.progress,
      };
    case 'progress': {
      const { done, total, unit, message } = change;
      return {
        done,
        total,
        unit,
        message,
        progress: percent(task.progress, done, total),
        ...(change.checkpoint ? { checkpoint_at: at, losses: 0 } : {}),
      };
    }
    case 'cancel_requested':
      return { cancel_requested_at: task.cancel_requested_at ?? at };
    case 'paused':
      return { status: 'paused', paused: { reason: change.reason }, message: change.message, stopped: change.stopped };
    case 'resumed':
      return { status: 'pending', paused: null, message: null, stopped: null };
    case 'lost':
      return { status: 'pending', message: change.message, losses: task.losses + 1 };
    case 'released':
      return { status: 'pending', message: change.message };
    case 'deferred':
      return { status: 'pending', message: change.error.detail, run_at: change.run_at, failures: task.failures + 1 };
    case 'completed':
      return {
        status: 'completed',
        progress: 100,
        message: null,
        result: change.result,
        files: change.files,
        finished_at: at,
        checkpoint_at: null,
      };
    case 'failed':
      return {
        status: 'failed',
        message: null,
        error: change.error,
        stopped: change.stopped,
        failures: task.status === 'running' ? task.failures + 1 : task.failures,
        finished_at: at,
      };
    case 'canceled':
      return {
        status: 'canceled',
        paused: null,
        message: null,
        stopped: change.stopped,
        finished_at: at,
        checkpoint_at: null,
      };
    case 'retried':
      return {
        status: 'pending',
        error: null,
        stopped: null,
        failures: 0,
        losses: 0,
        run_at: null,
        finished_at: null,
        cancel_requested_at: null,
        ...(change.from === 'start' ? { checkpoint_at: null, progress: 0, done: 0 } : {}),
      };
  }
}

/** 0–100 with one decimal, and never back. */
function percent(before: number, done: number, total: number | null): number {
  if (!total) return before;
  return Math.max(before, Math.min(100, Math.floor((done / total) * 1000) / 10));
}
