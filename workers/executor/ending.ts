/** How an attempt ends: which change follows from what became of it. */
import type { Batch, Outcome } from '../../src/core/schema.ts';
import { type Change, MAX_LOSSES, type StoredTask, taskProblem } from '../../src/core/task.ts';
import type { StopReason } from './attempt.ts';
import { WorkerLost } from './job-worker.ts';

const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 5 * 60_000;

export interface End {
  /** What the job said of its end; null when it was terminated. */
  outcome: Outcome | WorkerLost | null;
  /** Why it was stopped, if it was. */
  reason: StopReason | undefined;
  stopped: StoredTask['stopped'];
  /** In ms. */
  now: number;
}

/** Why an attempt ends that its executor may not go on with. */
export const LET_GO: Change = { kind: 'released', message: 'Its executor was told to let go of it.' };

/** What a job has come to by itself stays so, whoever is told to let go of it meanwhile. */
const isEnd = (outcome: End['outcome']) =>
  outcome !== null && 'kind' in outcome && (outcome.kind === 'completed' || outcome.kind === 'waiting');

export function endOf(task: StoredTask, { outcome, reason, stopped, now }: End): Change {
  // A cancel that was recorded before this transaction comes first, even when the job had finished.
  if (task.cancel_requested_at) {
    const ms = Math.max(0, now - Date.parse(task.cancel_requested_at));
    return { kind: 'canceled', stopped: stopped ?? { rung: 'return', ms } };
  }
  if (reason === 'released' && !isEnd(outcome)) return LET_GO;
  if (outcome instanceof WorkerLost) return lossOf(task, outcome.message);
  if (reason === 'store') return lossOf(task, 'Its events could not be stored.');
  if (outcome?.kind === 'completed') return outcome;
  if (outcome?.kind === 'waiting') {
    return { kind: 'paused', reason: outcome.reason, message: outcome.message, stopped: null };
  }
  if (reason === 'quota') {
    return { kind: 'paused', reason: 'quota-exceeded', message: 'The browser’s storage is full.', stopped };
  }
  if (reason === 'cancel' && outcome?.kind !== 'failed') {
    return { kind: 'released', message: 'Somebody told it to stop for a cancel that is not recorded.' };
  }
  if (reason === 'user') return { kind: 'paused', reason: 'user', message: null, stopped };
  return failureOf(task, errorOf(task, outcome, reason), stopped, now);
}

/** The change for an executor or worker that was lost; the third in a row without a new checkpoint is the last. */
export function lossOf(task: StoredTask, why: string): Change {
  if (task.losses + 1 < MAX_LOSSES) return { kind: 'lost', message: why };
  const detail = `${why} It was lost ${MAX_LOSSES} times in a row without getting any further.`;
  return { kind: 'failed', error: taskProblem('crashed', detail), stopped: null };
}

function errorOf(task: StoredTask, outcome: Outcome | null, reason: StopReason | undefined) {
  if (reason === 'timeout') return taskProblem('timeout', `It ran longer than ${task.timeout_ms} ms.`);
  if (outcome?.kind === 'failed') return outcome.error;
  return taskProblem('job-failed', 'The job ended without a result.');
}

/** Another attempt while there are any left, after an exponential backoff with full jitter; else the end. */
function failureOf(
  task: StoredTask,
  error: NonNullable<StoredTask['error']>,
  stopped: StoredTask['stopped'],
  now: number,
): Change {
  const failures = task.failures + 1;
  const final = error.type.endsWith(':invalid-input') || failures >= task.max_attempts;
  if (final) return { kind: 'failed', error, stopped };
  const wait = Math.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** (failures - 1));
  return { kind: 'deferred', error, run_at: new Date(now + wait).toISOString() };
}

/** A batch as changes: its last progress is the checkpoint's; where it has none, the task's own state is said again. */
export function changesOf({ events, checkpoint }: Batch, task: StoredTask): Change[] {
  const changes: Change[] = events.map((event) =>
    event.kind === 'progress' ? { ...event, checkpoint: false } : event,
  );
  if (!checkpoint) return changes;
  const at = events.findLastIndex((event) => event.kind === 'progress');
  const last = events[at];
  if (last?.kind === 'progress') return changes.with(at, { ...last, checkpoint: true });
  const { done, total, unit, message } = task;
  return [...changes, { kind: 'progress', done, total, unit, message, checkpoint: true }];
}
