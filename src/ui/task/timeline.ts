/** What became of a task, one stretch after the other: it waited, ran, was silent, paused. The fold of its moments. */
import type { Task } from '../../client/index.ts';
import type { Moment, State } from './moments.ts';

type Stopped = Task['stopped'];

/** Times are ms since 1970; `to` is null for a stretch that still lasts. */
export type Stretch = { from: number; to: number | null } & (
  | {
      kind: 'waiting';
      why: 'created' | 'resumed' | 'lost' | 'frozen' | 'left' | 'deferred' | 'retried';
      detail: string | null;
    }
  | Run
  /** Nothing was heard of a run until it was given up: its tab was closed, frozen or asleep. */
  | { kind: 'silent'; attempt: number }
  | { kind: 'paused'; reason: string; detail: string | null }
  /** What the log no longer holds, and how the task stood after it: when that was, the next event tells. */
  | { kind: 'gap'; events: number; after: State | null }
);

export interface Run {
  kind: 'running';
  attempt: number;
  /** The executor that ran it; null when the log does not say. */
  by: string | null;
  /** Another executor ran the attempt before, and was lost or let go of it. */
  adopted: boolean;
  heard: number;
  checkpoints: number;
  checkpoint: number | null;
  /** When it was told to end. */
  told: number | null;
  end: End | null;
}

export type End =
  | { kind: 'completed' }
  | { kind: 'lost'; detail: string | null }
  /** Its page went away; `frozen`: the browser put it to sleep. */
  | { kind: 'released'; frozen: boolean }
  | { kind: 'deferred'; detail: string | null }
  | { kind: 'paused'; reason: string; stopped: Stopped }
  | { kind: 'failed' | 'canceled'; stopped: Stopped };

export interface Timeline {
  stretches: readonly Stretch[];
  /** Of the first ones, that are not kept. */
  dropped: number;
}

export const noTimeline: Timeline = { stretches: [], dropped: 0 };

/** A task that is paused and resumed for ever has a timeline that ends somewhere. */
const MOST = 400;
/** A run that says nothing for a shorter while was simply at work. */
const SILENCE_MS = 3_000;

/** `created` is when the task was, for a log that no longer begins there. */
export function extended(timeline: Timeline, moments: readonly Moment[], created: number): Timeline {
  const all = [...timeline.stretches];
  for (const moment of moments) add(all, moment, created);
  const over = Math.max(0, all.length - MOST);
  return { stretches: all.slice(over), dropped: timeline.dropped + over };
}

function add(all: Stretch[], moment: Moment, created: number) {
  const last = all.at(-1);
  if (moment.kind === 'gap') {
    const from = last ? (last.to ?? (last.kind === 'running' ? last.heard : last.from)) : created;
    end(all, from);
    all.push({ kind: 'gap', events: moment.to - moment.from + 1, after: moment.state, from, to: null });
    return;
  }
  const { time } = moment;
  if (last?.kind === 'gap' && last.to === null) {
    end(all, time);
    if (last.after) begin(all, time, last.after);
  }
  const now = all.at(-1);
  if (moment.kind === 'line') {
    if (now?.kind === 'running' && now.to === null) replace(all, { ...now, heard: time });
    return;
  }
  const { change, state } = moment;
  const run = now?.kind === 'running' && now.to === null ? now : null;
  switch (change.kind) {
    case 'created':
    case 'resumed':
    case 'retried':
      end(all, time);
      all.push({ kind: 'waiting', why: change.kind, detail: null, from: time, to: null });
      return;
    case 'started': {
      const before = all.findLast((each) => each.kind === 'running');
      const adopted =
        before?.kind === 'running' &&
        (before.end?.kind === 'lost' || before.end?.kind === 'released') &&
        before.by !== null &&
        change.by !== before.by;
      end(all, time);
      all.push(newRun(time, state.attempt, change.by, adopted));
      return;
    }
    case 'progress':
      if (!run) return;
      replace(all, {
        ...run,
        heard: time,
        ...(change.checkpoint ? { checkpoints: run.checkpoints + 1, checkpoint: time } : {}),
      });
      return;
    case 'cancel_requested':
      if (run) replace(all, { ...run, told: time });
      return;
    case 'paused':
      finish(all, run, time, { kind: 'paused', reason: change.reason, stopped: change.stopped });
      all.push({ kind: 'paused', reason: change.reason, detail: state.message, from: time, to: null });
      return;
    case 'lost':
      if (run && time - run.heard > SILENCE_MS) {
        finish(all, run, run.heard, { kind: 'lost', detail: state.message });
        all.push({ kind: 'silent', attempt: run.attempt, from: run.heard, to: time });
      } else finish(all, run, time, { kind: 'lost', detail: state.message });
      all.push({ kind: 'waiting', why: 'lost', detail: null, from: time, to: null });
      return;
    case 'released':
      finish(all, run, time, change);
      all.push({ kind: 'waiting', why: change.frozen ? 'frozen' : 'left', detail: null, from: time, to: null });
      return;
    case 'deferred':
      finish(all, run, time, { kind: 'deferred', detail: state.message });
      all.push({ kind: 'waiting', why: 'deferred', detail: change.run_at, from: time, to: null });
      return;
    case 'completed':
      finish(all, run, time, { kind: 'completed' });
      return;
    case 'failed':
    case 'canceled':
      finish(all, run, time, { kind: change.kind, stopped: change.stopped });
  }
}

const newRun = (from: number, attempt: number, by: string | null, adopted: boolean): Stretch => ({
  kind: 'running',
  attempt,
  by,
  adopted,
  heard: from,
  checkpoints: 0,
  checkpoint: null,
  told: null,
  end: null,
  from,
  to: null,
});

function begin(all: Stretch[], from: number, { status, attempt, message }: State) {
  if (status === 'running') all.push(newRun(from, attempt, null, false));
  if (status === 'pending') all.push({ kind: 'waiting', why: 'resumed', detail: null, from, to: null });
  if (status === 'paused') all.push({ kind: 'paused', reason: '', detail: message, from, to: null });
}

function end(all: Stretch[], to: number) {
  const last = all.at(-1);
  if (last && last.to === null) replace(all, { ...last, to });
}

function finish(all: Stretch[], run: Stretch | null, to: number, how: End) {
  if (run?.kind === 'running') replace(all, { ...run, to, end: how });
  else end(all, to);
}

function replace(all: Stretch[], stretch: Stretch) {
  all[all.length - 1] = stretch;
}
