/** What a caller does to a task: recorded in one transaction, then carried out by whoever runs it, or here when nobody answers. */
import type { AttemptRef } from '../src/core/protocol.ts';
import { Fenced, fenced, NoSuchTask, type Tasks } from '../src/core/store.ts';
import { type Change, canChange, isFinished, type Status, type StoredTask } from '../src/core/task.ts';
import type { Hub } from './hub.ts';
import { notFound, Refusal } from './problem.ts';

interface CommandHost {
  store: Tasks;
  hub: Hub;
  /** Tells the executors; a hint. */
  askToStop(task: StoredTask, reason: 'user' | 'cancel'): void;
  /** Removes the output files of a canceled task, if it stays one. */
  discardOutputs(task_id: string): Promise<void>;
  /** How long a job of this type may take to end, in ms. */
  graceOf(type: string): number;
  /** What went wrong where nobody waits for an answer. */
  report(error: unknown): void;
}

/** How much longer than the job's grace an executor may take to answer. */
const ANSWER_MS = 1_000;

export type Commands = ReturnType<typeof commands>;

export function commands({ store, hub, askToStop, discardOutputs, report, graceOf }: CommandHost) {
  async function decide(task_id: string, what: (task: StoredTask) => readonly Change[]): Promise<StoredTask> {
    const [result] = await store.commit([{ task_id, decide: what }]);
    if (result?.status === 'fulfilled') return result.value.task;
    throw result?.reason instanceof NoSuchTask ? notFound(`task ${task_id}`) : result?.reason;
  }

  /** Resolves with the task once it no longer runs this attempt, or with null when its time is up. */
  async function ended({ task_id, attempt, type }: StoredTask): Promise<StoredTask | null> {
    let unfollow = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise((resolve, reject) => {
        const look = () =>
          store.get(task_id).then((task) => {
            if (task && (task.status !== 'running' || task.attempt !== attempt)) resolve(task);
          }, reject);
        unfollow = hub.follow(task_id, { reached: look });
        timer = setTimeout(resolve, graceOf(type) + ANSWER_MS, null);
        look();
      });
    } finally {
      unfollow();
      clearTimeout(timer);
    }
  }

  /** Asks the executor to end a running task; ends it here when none does, which fences the one that might still run it. */
  async function stop(task: StoredTask, reason: 'user' | 'cancel', end: (ms: number) => Change): Promise<StoredTask> {
    const asked = Date.now();
    askToStop(task, reason);
    const answer = await ended(task);
    if (answer) return answer;
    return decide(task.task_id, (now) =>
      now.status === 'running' && now.attempt === task.attempt ? [end(Math.max(0, Date.now() - asked))] : [],
    );
  }

  /** The receipt of a task that its page has let go of: that stopped it, and its thread may still be ending. Else null. */
  async function receiptOf({ task_id, last_event_id }: StoredTask): Promise<StoredTask['stopped']> {
    const number = Number(last_event_id);
    const last = (await store.read(task_id, number - 1, 1))?.segments[0]?.events.at(-1);
    return last?.n === number && last.kind === 'released' ? { rung: 'fenced', ms: 0 } : null;
  }

  return {
    async cancel(task_id: string): Promise<StoredTask> {
      const ask = (stopped: StoredTask['stopped'], known?: StoredTask) =>
        decide(task_id, (now) => {
          if (now.status === 'canceled' || (now.status === 'running' && now.cancel_requested_at)) return [];
          if (now.status === 'running') return [{ kind: 'cancel_requested' }];
          // Whether it was let go of is in its log, which is looked at once it is known that it waits.
          if (now.status === 'pending' && now.attempt > 0 && now.last_event_id !== known?.last_event_id) return [];
          return [only(now, { kind: 'canceled', stopped })];
        });
      let task = await ask(null);
      while (!isFinished(task.status)) {
        // A task that its executor lost while it was asked waits, or runs again elsewhere: ask there.
        task =
          task.status === 'running'
            ? await stop(task, 'cancel', (ms) => ({ kind: 'canceled', stopped: { rung: 'fenced', ms } }))
            : await ask(await receiptOf(task), task);
      }
      if (task.status !== 'canceled') throw conflict(task, 'canceled');
      // An executor that ended it has seen to its outputs; a thread that may still hold them is not waited for.
      const { stopped } = task;
      const discarded = (!stopped || stopped.rung === 'fenced') && discardOutputs(task_id).catch(report);
      if (!stopped) await discarded;
      return task;
    },

    async pause(task_id: string): Promise<StoredTask> {
      const paused = (stopped: StoredTask['stopped']): Change => ({
        kind: 'paused',
        reason: 'user',
        message: null,
        stopped,
      });
      for (;;) {
        const task = await decide(task_id, (now) => {
          if (now.status === 'paused') throw conflict(now, 'paused');
          return now.status === 'running' ? [] : [only(now, paused(null))];
        });
        if (task.status !== 'running') return task;
        const end = await stop(task, 'user', (ms) => paused({ rung: 'fenced', ms }));
        if (end.status === 'paused') return end;
        // One that its executor lost while it was asked waits, or runs again elsewhere: ask there.
        if (isFinished(end.status)) throw conflict(end, 'paused');
      }
    },

    /** The attempts of a page that goes away wait for whoever comes next. One that another has by now is passed over. */
    async release(attempts: readonly AttemptRef[], frozen: boolean): Promise<void> {
      const message = frozen ? 'Its page was put to sleep.' : 'Its page was closed or left.';
      const results = await store.commit(
        attempts.map(({ task_id, attempt }) =>
          // A cancel that is recorded is carried out by whoever finds the lease free.
          fenced(task_id, attempt, (now) => (now.cancel_requested_at ? [] : [{ kind: 'released', message, frozen }])),
        ),
      );
      for (const result of results) {
        if (result.status === 'rejected' && !isOver(result.reason)) report(result.reason);
      }
    },

    resume: (task_id: string) => decide(task_id, (now) => [only(now, { kind: 'resumed' })]),

    retry: (task_id: string, fromStart: boolean) =>
      decide(task_id, (now) => {
        const from = fromStart || now.status === 'canceled' ? 'start' : 'checkpoint';
        return [only(now, { kind: 'retried', from })];
      }),
  };
}

const isOver = (reason: unknown) => reason instanceof Fenced || reason instanceof NoSuchTask;

/** The change, if the task's status allows it. */
function only(task: StoredTask, change: Change): Change {
  if (!canChange(task.status, change.kind)) throw conflict(task, change.kind);
  return change;
}

const conflict = ({ task_id, status }: { task_id: string; status: Status }, what: string) =>
  new Refusal(409, 'conflict', `Task ${task_id} is ${status}: it cannot be ${what}.`, { task_status: status });
