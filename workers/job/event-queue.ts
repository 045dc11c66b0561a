/** What a job says, on its way to the executor: progress is thinned out, batches go one at a time, and what floods is slowed. */
import type { Level, Progress } from '../../src/core/job.ts';
import type { Sink } from '../../src/core/protocol.ts';
import type { Batch, CheckpointDraft } from '../../src/core/schema.ts';

/** About twenty a second reach the log. */
const PROGRESS_MS = 50;
/** A job with more unsent events than this waits for a commit. */
const CREDIT = 2_000;
/** A job that logs without ever yielding cannot be made to wait: what it says beyond this is counted, not kept. */
const MAX_QUEUED = 20_000;
const MAX_MESSAGE = 10_000;

export function eventQueue(sink: Sink) {
  let queue: Batch['events'] = [];
  let dropped = 0;
  let latest: Progress<unknown> | null = null;
  let progressSent = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let sending: Promise<void> | null = null;

  function queueProgress() {
    clearTimeout(timer);
    timer = undefined;
    if (!latest) return;
    const { done, total = null, unit = null, message = null } = latest;
    // Whatever a job says can be sent: the executor refuses what is no progress, and the task says why.
    queue.push({
      kind: 'progress',
      done: Number(done),
      total: total === null ? null : Number(total),
      unit: unit === null ? null : String(unit),
      message: message === null ? null : cut(String(message)),
    });
    latest = null;
    progressSent = performance.now();
  }

  function take(checkpoint: CheckpointDraft | null): Batch {
    const events = queue;
    queue = [];
    if (dropped > 0)
      events.push({ kind: 'log', level: 'warn', message: `${dropped} more lines came too fast to be kept` });
    dropped = 0;
    return { events, checkpoint };
  }

  /** One batch is under way at a time; its answer, after the commit, is the credit for the next. */
  function send() {
    sending ??= sink
      .append(take(null))
      .finally(() => {
        sending = null;
      })
      .then(() => {
        if (queue.length > 0) send();
      });
    // A refused append ends the job from outside: the executor knows why, and nothing here has to.
    sending.catch(() => {});
  }

  return {
    /** The newest progress; `now` in ms, as of `performance.now()`. `hold`: a flush follows, which sends it with its checkpoint. */
    progress(value: Progress<unknown>, now: number, hold: boolean) {
      latest = value;
      if (hold) return;
      if (now - progressSent >= PROGRESS_MS) {
        queueProgress();
        send();
      } else {
        timer ??= setTimeout(() => {
          queueProgress();
          send();
        }, PROGRESS_MS);
      }
    },

    log(level: Level, message: string) {
      if (queue.length >= MAX_QUEUED) {
        dropped += 1;
        return;
      }
      queue.push({ kind: 'log', level: `${level}`, message: cut(String(message)) });
      if (!sending) send();
    },

    full: () => queue.length >= CREDIT,

    /** Commits everything said so far, and the checkpoint with it. */
    async flush(checkpoint: CheckpointDraft | null): Promise<void> {
      queueProgress();
      while (sending) await sending;
      await sink.append(take(checkpoint));
    },

    /** What has not been sent, the newest progress included: to be committed with the job's end. */
    async rest(checkpoint: CheckpointDraft | null): Promise<Batch> {
      queueProgress();
      while (sending) await sending.catch(() => {});
      return take(checkpoint);
    },
  };
}

const cut = (message: string) => (message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message);
