/** One attempt of one task, from the claim to its end: its events, its stop ladder, its receipt. */
import { isDomException, Outdated } from '../../src/core/connection.ts';
import { DEFAULT_GRACE_MS, type JobSpec } from '../../src/core/job.ts';
import type { Batch, Ending, Outcome } from '../../src/core/schema.ts';
import { type Claim, Fenced, fenced } from '../../src/core/store.ts';
import { bytesOf, type Change, isFinished, type StoredTask, taskProblem } from '../../src/core/task.ts';
import type { Appender } from './appender.ts';
import { charge } from './charge.ts';
import { changesOf, endOf } from './ending.ts';
import { type JobWorker, Replaced, WorkerLost } from './job-worker.ts';

export interface AttemptHost {
  append: Appender;
  /** As `append`, for what ends the attempt. */
  appendEnd: Appender;
  worker: JobWorker;
  spec: JobSpec;
  /** At once; only for whoever holds the task's lease. */
  removeOutputs(task_id: string): Promise<void>;
  /** Once nobody else can have begun to write them anew. */
  discardOutputs(task_id: string): Promise<void>;
  /** Of the output files of a task that has completed. */
  removeMarks(task_id: string): Promise<void>;
  /** Trims the task's log if it has outgrown its limits. */
  trim(task_id: string): Promise<void>;
  now(): number;
  /** What went wrong where nobody waits for an answer. */
  report(error: unknown): void;
}

/** Why an attempt is stopped. `fenced`: it is somebody else's by now, or nobody's. `released`: its executor makes way. */
export type StopReason = 'cancel' | 'user' | 'timeout' | 'quota' | 'store' | 'fenced' | 'released';

export interface Attempt {
  task_id: string;
  attempt: number;
  stop(reason: StopReason): void;
  /** Ends its worker's thread as if the browser had. */
  killWorker(): void;
  /** Resolves once the end is committed; true if the worker can be used again. */
  ended: Promise<boolean>;
  /** Resolves when it writes nothing any more. */
  closed: Promise<void>;
}

/** A running task's log is looked at for trimming after so many events, or bytes of them: it may outgrow its limits by as much. */
const TRIM_EVENTS = 5_000;
const TRIM_BYTES = 1024 * 1024;
const QUOTA_RETRY_MS = 5_000;

export function startAttempt(
  { task, checkpoint }: Claim,
  { append, appendEnd, worker, spec, removeOutputs, discardOutputs, removeMarks, trim, now, report }: AttemptHost,
): Attempt {
  const { task_id, attempt, timeout_ms } = task;
  let stopping: { reason: StopReason; since: number } | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The job has ended, or was given up: what is said to its worker now would reach the next task. */
  let over = false;
  /** What was said since the log was last looked at; what earlier attempts said is looked at with the first batch. */
  let untrimmed = { events: TRIM_EVENTS, bytes: 0 };
  /** What is cleared away after the end. */
  let clearing = Promise.resolve();
  const { promise: outOfTime, resolve: giveUp } = Promise.withResolvers<'terminate'>();
  const { promise: givenUp, resolve: letGo } = Promise.withResolvers<void>();

  /** The first rung: the job's signal and `return()`; the second, after its grace, is `terminate()`. */
  function stop(reason: StopReason) {
    const atOnce = reason === 'fenced' || reason === 'store' || reason === 'released';
    if (atOnce) giveUp('terminate');
    if (reason === 'fenced' || reason === 'released') letGo();
    if (stopping) {
      if (atOnce || reason === 'cancel') stopping.reason = reason;
      return;
    }
    stopping = { reason, since: now() };
    if (atOnce || over) return;
    worker.stop(reason !== 'cancel');
    timer = setTimeout(giveUp, spec.limits.grace_ms ?? DEFAULT_GRACE_MS, 'terminate');
  }

  const timeout = timeout_ms === null ? () => {} : charge(timeout_ms, () => stop('timeout'));

  async function write(batch: Batch | null, end: ((task: StoredTask) => Change) | null): Promise<StoredTask> {
    const step = fenced(task_id, attempt, (current) => [
      ...(batch ? changesOf(batch, current) : []),
      ...(end ? [end(current)] : []),
    ]);
    const { task } = await (end ? appendEnd : append)({
      ...step,
      checkpoint: batch?.checkpoint ?? null,
      ...(end || batch?.checkpoint ? {} : { durability: 'relaxed' as const }),
    });
    return task;
  }

  async function deliver(batch: Batch): Promise<void> {
    if (batch.events.length === 0 && !batch.checkpoint) return;
    try {
      const current = await write(batch, null);
      if (current.cancel_requested_at) stop('cancel');
    } catch (error) {
      if (error instanceof Fenced) stop('fenced');
      else if (isQuota(error)) stop('quota');
      // The job is told that its checkpoint cannot be stored, and fails of it.
      else if (!isUnstorable(error)) {
        // What was refused is lost, so the job must not go on as if it were not: another attempt begins at the checkpoint.
        report(error);
        stop('store');
      }
      throw error;
    }
    untrimmed.events += batch.events.length;
    for (const event of batch.events) untrimmed.bytes += bytesOf(event);
    if (untrimmed.events < TRIM_EVENTS && untrimmed.bytes < TRIM_BYTES) return;
    untrimmed = { events: 0, bytes: 0 };
    await trimLog();
  }

  /** What it is about is stored: a log that stays long for now costs the attempt nothing. */
  const trimLog = () => trim(task_id).catch(report);

  /** Waits for the job's own end, or for the ladder's second rung. */
  async function wait(): Promise<Ending | WorkerLost | 'terminate'> {
    try {
      return await Promise.race([worker.run({ task, checkpoint }, { append: deliver }), outOfTime]);
    } catch (error) {
      if (error instanceof WorkerLost) return error;
      const message = error instanceof Error ? error.message : String(error);
      return {
        outcome: { kind: 'failed', error: taskProblem('job-failed', message) },
        batch: { events: [], checkpoint: null },
      };
    }
  }

  async function run(): Promise<boolean> {
    const ending = await wait();
    over = true;
    timeout();
    clearTimeout(timer);
    const returned = ending !== 'terminate' && !(ending instanceof WorkerLost);
    const ms = Math.round(stopping ? Math.max(0, now() - stopping.since) : 0);
    const stopped = stopping ? { rung: returned ? ('return' as const) : ('terminate' as const), ms } : null;
    try {
      if (stopping?.reason === 'fenced') {
        await tellFenced();
        return false;
      }
      // Outputs of a canceled task go before its end is seen; those that a terminated worker may still hold, after.
      const removed = returned && stopping?.reason === 'cancel' && (await isCanceled());
      if (removed) await removeOutputs(task_id);
      const outcome = ending === 'terminate' ? null : ending instanceof WorkerLost ? ending : ending.outcome;
      const last = await commitEnd(returned ? ending.batch : null, outcome, stopped);
      if (last.status === 'canceled' && !removed) clearing = discardOutputs(task_id).catch(report);
      if (last.status === 'completed' && last.files.length > 0) clearing = removeMarks(task_id).catch(report);
    } catch (error) {
      if (!(error instanceof Fenced)) throw error;
      await tellFenced();
    } finally {
      if (!returned) worker.terminate();
    }
    if (ending instanceof Replaced) report(new Outdated());
    return returned && ending.outcome.kind === 'completed';
  }

  /** Whoever told of a cancel may be a stranger: it is one once it is recorded. */
  async function isCanceled(): Promise<boolean> {
    const { task } = await append({ task_id, decide: () => [] });
    return task.cancel_requested_at !== null;
  }

  /** The end is committed, which fences, before anything is terminated. While the storage is full it is tried again. */
  async function commitEnd(batch: Batch | null, outcome: Outcome | WorkerLost | null, stopped: StoredTask['stopped']) {
    for (;;) {
      try {
        return await write(batch, (current) =>
          endOf(current, { outcome, reason: stopping?.reason, stopped, now: now() }),
        );
      } catch (error) {
        if (isUnstorable(error) && batch?.checkpoint) {
          batch = withoutCheckpoint(batch, error.message);
          continue;
        }
        // An attempt that is given up leaves its end to whoever finds its lease free.
        if (!isQuota(error) || stopping?.reason === 'fenced' || stopping?.reason === 'released') throw error;
        report(error);
        // What the job said last would not fit either.
        batch = null;
        // Its lease and its place are not kept for that from whoever has it by now.
        let again: ReturnType<typeof setTimeout> | undefined;
        const later = new Promise<void>((resolve) => {
          again = setTimeout(resolve, QUOTA_RETRY_MS);
        });
        await Promise.race([later, givenUp]);
        clearTimeout(again);
      }
    }
  }

  /** Shows in the log that an attempt outlived its lease, unless the task has ended: nothing follows an end but a retry. */
  async function tellFenced() {
    const message = `Attempt ${attempt} still ran after it had been given up. It was stopped, and could change nothing.`;
    await append({
      task_id,
      decide: ({ status }) => (isFinished(status) ? [] : [{ kind: 'log', level: 'warn', message }]),
    }).catch(report);
  }

  const ended = run();
  const closed = ended.then(trimLog, () => {}).then(() => clearing);
  return { task_id, attempt, stop, killWorker: worker.kill, ended, closed };
}

function withoutCheckpoint({ events }: Batch, why: string): Batch {
  const message = `The last checkpoint could not be stored: ${why}`;
  return { events: [...events, { kind: 'log', level: 'warn', message }], checkpoint: null };
}

const isQuota = (error: unknown) => isDomException(error, 'QuotaExceededError');
/** A checkpoint may hold what another thread can have and a database cannot, such as a module of WebAssembly. */
const isUnstorable = (error: unknown) => isDomException(error, 'DataCloneError');
