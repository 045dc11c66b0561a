/** The executor of one page: claims what is due, runs it, and adopts what others lost. It keeps no truth: that is in the store. */
import { discarding, type Locks } from '../../src/core/discard.ts';
import type { JobSpec } from '../../src/core/job.ts';
import type { AttemptRef, Hint } from '../../src/core/protocol.ts';
import { type Candidate, type Claim, type Digest, fenced, type Limits, type TaskStore } from '../../src/core/store.ts';
import type { Change, StoredTask } from '../../src/core/task.ts';
import { createAppender } from './appender.ts';
import { type Attempt, startAttempt } from './attempt.ts';
import { LET_GO, lossOf } from './ending.ts';
import { housekeep, type KeptFiles } from './housekeeping.ts';
import type { JobWorker } from './job-worker.ts';
import { takeLock } from './lease.ts';
import { createSuccessor } from './successor.ts';
import { createWatch } from './watch.ts';

export interface ExecutorHost {
  /** What it is called in the logs of the tasks that it runs. */
  id: string;
  store: TaskStore;
  locks: Locks;
  lockOf(task_id: string, attempt: number): string;
  specs: readonly JobSpec[];
  /** How many tasks may run at once over all tabs when the settings do not say. */
  limit: number;
  /** The lock of the one executor that cleans up. */
  housekeepingLock: string;
  startWorker(): JobWorker;
  files: KeptFiles;
  now(): number;
  /** Told what runs here, whenever that changes. */
  runs?(attempts: AttemptRef[]): void;
  /** What went wrong where nobody waits for an answer. */
  report(error: unknown): void;
}

export type Executor = ReturnType<typeof createExecutor>;

/** Under every hint lies a slow sweep. */
const SWEEP_MS = 20_000;
const HOUSEKEEPING_MS = 60 * 60_000;

export function createExecutor(host: ExecutorHost) {
  const { id, store, locks, lockOf, specs, limit, housekeepingLock, startWorker, files, now, runs, report } = host;
  const append = createAppender(store);
  const discardOutputs = discarding({ store, files, locks, lockOf });
  const byType = new Map(specs.map((spec) => [spec.type, spec]));
  const types = new Map(
    specs.map(({ type, version, limits: { running = Number.POSITIVE_INFINITY } }) => [type, { version, running }]),
  );
  let settings = store.settings();
  const limitsNow = async (): Promise<Limits> => ({ running: (await settings).running_limit ?? limit, types });
  const mine = new Map<string, Attempt>();
  const others = createWatch({ locks, lockOf, lost: (ref) => writes(adopt(ref)).then(fill), passing: fill, report });
  const successor = createSuccessor({
    by: id,
    append,
    locks,
    lockOf,
    limits: limitsNow,
    isStopped: () => stopped !== null,
    later: others.later,
  });
  /** Ready to be told what to run: a new worker takes 40 to 60 ms to answer (measured). */
  const idle: JobWorker[] = [];
  let wakeTimer: ReturnType<typeof setTimeout> | undefined;
  let sweepTimer: ReturnType<typeof setInterval> | undefined;
  /** What may still write. */
  const writing = new Set<Promise<unknown>>();
  let filling: Promise<void> | null = null;
  let more = false;
  let cleaned = Number.NEGATIVE_INFINITY;
  let stopped: 'fenced' | 'released' | null = null;

  function writes<T>(work: Promise<T>): Promise<T> {
    const over = () => writing.delete(work);
    writing.add(work);
    work.then(over, over);
    return work;
  }

  /** Starts whatever may be started; calls that come meanwhile make it look once more. */
  function fill(): Promise<void> {
    more = true;
    successor.expect(null);
    filling ??= startAll().catch(report);
    return filling;
  }

  async function startAll(): Promise<void> {
    try {
      while (more) {
        more = false;
        while (await startNext());
      }
    } finally {
      // In the same turn as the last look at `more`: a call that came between would be lost.
      filling = null;
    }
  }

  async function startNext(): Promise<boolean> {
    if (stopped) return false;
    const limits = await limitsNow();
    // What runs here alone is enough to know.
    const full = mine.size >= limits.running;
    const look = store.look(full ? withOneMore(limits) : limits, others.passed());
    if (full) successor.expect(look.then(({ best }) => best));
    const { best: candidate, due } = await look;
    clearTimeout(wakeTimer);
    if (due !== null && due <= now()) {
      await store.wake(now());
      return true;
    }
    // A later timer than 2^31 - 1 ms would fire at once.
    if (due !== null) wakeTimer = setTimeout(fill, Math.min(due - now(), 2 ** 31 - 1));
    if (full || !candidate) return false;
    const name = lockOf(candidate.task_id, candidate.attempt);
    // The lease comes before the claim: a task that runs always has an owner, or a lock that says it has none.
    const release = await takeLock(locks, name);
    if (!release) {
      others.untilClaimed(candidate);
      return false;
    }
    const claim = await store.claim(candidate, limits, id).catch((error: unknown) => {
      release();
      // It may have been committed all the same.
      others.later(candidate);
      throw error;
    });
    if (!claim) release();
    else if (stopped) await giveBack(claim, release);
    else run(claim, release);
    return true;
  }

  /** What was claimed while all was let go of is let go of as well. Fenced, it has no owner then, like the others that ran here. */
  async function giveBack({ task: { task_id, attempt } }: Claim, release: () => void) {
    if (stopped === 'released') await append(fenced(task_id, attempt, () => [LET_GO])).catch(report);
    release();
  }

  function run(claim: Claim, release: () => void) {
    const spec = byType.get(claim.task.type);
    if (!spec) throw new RangeError(`claimed a task of the unknown type ${claim.task.type}`);
    const worker = idle.pop() ?? startWorker();
    const attempt = startAttempt(claim, {
      append,
      appendEnd: successor.appendEnd,
      worker,
      spec,
      removeOutputs: files.removeOutputs,
      discardOutputs,
      removeMarks: files.removeMarks,
      trim: async (task_id) => store.trim(task_id, await settings),
      now,
      report,
    });
    mine.set(attempt.task_id, attempt);
    tellRuns();
    writes(attempt.closed);
    const ended = attempt.ended
      .then((reusable) => {
        if (reusable && idle.length < limit) idle.push(worker);
        else worker.terminate();
      })
      .catch((error: unknown) => {
        worker.terminate();
        report(error);
        // Its end is not committed: without an owner it is adopted, like what others lost.
        others.later(attempt);
      })
      .finally(async () => {
        if (mine.get(attempt.task_id) === attempt) mine.delete(attempt.task_id);
        release();
        const after = successor.takeAfter(attempt.task_id);
        if (after && !stopped) run(after.claim, after.release);
        tellRuns();
        if (after && stopped) await giveBack(after.claim, after.release);
        if (stopped) return;
        if (!after) keepOneReady();
        fill();
      });
    writes(ended).catch(report);
  }

  const tellRuns = () => runs?.([...mine.values()].map(({ task_id, attempt }) => ({ task_id, attempt })));

  function keepOneReady() {
    if (idle.length === 0) idle.push(startWorker());
  }

  /** The owner of a running attempt is gone. Whoever commits first says so; the rest find it said. */
  async function adopt({ task_id, attempt }: Candidate): Promise<void> {
    const decide = (task: StoredTask): Change[] => {
      if (task.status !== 'running' || task.attempt !== attempt) return [];
      if (!task.cancel_requested_at) return [lossOf(task, 'Its tab or its executor went away.')];
      const ms = Math.max(0, now() - Date.parse(task.cancel_requested_at));
      return [{ kind: 'canceled', stopped: { rung: 'fenced', ms } }];
    };
    const { task } = await append({ task_id, decide });
    if (task.status === 'canceled') await discardOutputs(task_id);
  }

  /** A digest may be old news: one of an earlier attempt than the one known here says nothing about it. */
  function noticed({ task_id, status, attempt, cancel_requested }: Digest) {
    const own = mine.get(task_id);
    const over = (known: number) => attempt > known || (attempt === known && status !== 'running');
    others.forget(task_id, over);
    if (own && over(own.attempt)) own.stop('fenced');
    else if (own && own.attempt === attempt && cancel_requested) own.stop('cancel');
    if (status === 'running' && (!own || own.attempt < attempt)) others.watch({ task_id, attempt });
  }

  /** One executor at a time; the others find it done. */
  async function cleanUp(): Promise<void> {
    const release = await takeLock(locks, housekeepingLock);
    if (!release) return;
    await housekeep(store, { ...files, discardOutputs }, now(), () => stopped !== null).finally(release);
  }

  const sweep = () => writes(sweepAll()).catch(report);

  async function sweepAll(): Promise<void> {
    if (now() - cleaned >= HOUSEKEEPING_MS) {
      cleaned = now();
      writes(cleanUp()).catch(report);
    }
    settings = store.settings();
    await settings;
    const before = [...mine.values()];
    const running = await store.running();
    // An attempt that ran before the look and is not in it has ended elsewhere, and nobody has told.
    const ids = new Set(running.map(({ task_id }) => task_id));
    for (const own of before) if (!ids.has(own.task_id)) own.stop('fenced');
    for (const task of running) {
      const own = mine.get(task.task_id);
      if (!own) others.watch(task);
      // What was read may be older than the attempt that has begun here since.
      else if (own.attempt < task.attempt) own.stop('fenced');
      else if (own.attempt === task.attempt && task.cancel_requested_at) own.stop('cancel');
    }
    await fill();
  }

  return {
    async start(): Promise<void> {
      if (stopped) return;
      sweepTimer = setInterval(sweep, SWEEP_MS);
      await sweep();
      keepOneReady();
    },

    hint(hint: Hint) {
      if (hint.kind === 'stop') {
        const own = mine.get(hint.task_id);
        if (own?.attempt === hint.attempt) own.stop(hint.reason);
      }
      if (hint.kind === 'settings') {
        settings = store.settings();
        fill();
      }
      if (hint.kind === 'committed') {
        for (const digest of hint.tasks) noticed(digest);
        if (hint.tasks.some(({ status }) => status !== 'running')) fill();
      }
    },

    /** As if the browser had ended the thread of a job that runs here. */
    killJobWorker() {
      const [attempt] = mine.values();
      attempt?.killWorker();
    },

    /** Lets go of everything; what ran is adopted by others, as lost or as released. Resolves when nothing is written any more. */
    async stop(reason: 'fenced' | 'released' = 'fenced'): Promise<void> {
      stopped = reason;
      for (const attempt of mine.values()) attempt.stop(reason);
      clearTimeout(wakeTimer);
      clearInterval(sweepTimer);
      others.stop();
      for (const worker of idle) worker.terminate();
      // What ends here may begin what is to be waited for as well.
      while (filling || writing.size > 0) await Promise.allSettled([filling, ...writing]);
    },
  };
}

/** As they would be if one of those that run had ended. */
function withOneMore({ running, types }: Limits): Limits {
  const wider = [...types].map(([type, limit]) => [type, { ...limit, running: limit.running + 1 }] as const);
  return { running: running + 1, types: new Map(wider) };
}
