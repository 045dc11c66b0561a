/**
 * What must hold of a task's stream whatever breaks, checked over what one reader of it has received. Pure: a history is folded from what
 * comes, can be kept as JSON, and goes on after a reload. Nothing of the server's own code is used: who doubts it can doubt this alone.
 */
import type { StreamEvent, Task, TaskEnd, TaskUpdate } from '../../client/index.ts';

export const invariants = ['missed', 'doubled', 'complete', 'fold', 'progress'] as const;
export type Invariant = (typeof invariants)[number];

export interface History {
  /** The number of the last event that has come; the next has to be the one after it. */
  last: number;
  /** How many have come. */
  events: number;
  completes: number;
  /** The state after the last event. */
  state: TaskUpdate | null;
  end: TaskEnd | null;
  /** After a gap, its last number comes once more, with the state there. */
  afterGap: boolean;
  /** A snapshot that is ahead of the stream: compared when the stream is there. */
  ahead: Task | null;
  /** How often a snapshot was compared with the fold. */
  compared: number;
  /** What did not hold, in words for those who look into it. */
  broken: { invariant: Invariant; what: string }[];
}

export const noHistory: History = {
  last: 0,
  events: 0,
  completes: 0,
  state: null,
  end: null,
  afterGap: false,
  ahead: null,
  compared: 0,
  broken: [],
};

/** More of the same says nothing new. */
const MOST = 50;
const moving = ['status', 'progress', 'message', 'done', 'total', 'unit', 'attempt'] as const;

/** The history after one more event of the stream. */
export function received(before: History, { event, id, data }: StreamEvent): History {
  const now = { ...before, broken: [...before.broken] };
  const breaks = breakingIn(now);
  if (event === 'reset') {
    breaks('missed', 'the stream began anew');
    return { ...now, last: 0, state: null };
  }
  if (now.completes > 0) breaks('complete', `event ${id} came after the end`);
  if (event === 'complete') {
    // The message of an end and its `complete` are one event.
    if (Number(id) !== now.last) breaks('missed', `complete has the id ${id} after ${now.last}`);
    now.completes += 1;
    now.end = data;
    if (data.status !== now.state?.status) breaks('fold', `complete says ${data.status} after ${now.state?.status}`);
    return checked(now);
  }
  const first = event === 'gap' ? data.from : Number(id);
  const isStateOfGap = now.afterGap && event === 'message' && first === now.last;
  now.afterGap = event === 'gap';
  if (!isStateOfGap) {
    if (first <= now.last) breaks('doubled', `event ${first} came again after ${now.last}`);
    else if (first > now.last + 1) breaks('missed', `after ${now.last} came ${first}`);
    now.last = Math.max(now.last, Number(id));
    now.events += 1;
  }
  if (event !== 'message') return checked(now);
  const { state } = now;
  if (state && data.attempt < state.attempt) breaks('progress', `attempt ${data.attempt} after ${state.attempt}`);
  const wentBack = state?.attempt === data.attempt && state.status === data.status && data.progress < state.progress;
  if (wentBack) breaks('progress', `${data.progress} % after ${state.progress} % in attempt ${data.attempt}`);
  now.state = data;
  return checked(now);
}

/** The history after a look at the task itself. */
export function looked(before: History, task: Task): History {
  const number = Number(task.last_event_id);
  // Older than what the stream has told: its state there is not kept.
  if (number < before.last) return before;
  // It was retried since its end, which is to come again; one that completed cannot be.
  const goesOn = before.completes > 0 && number > before.last && before.end?.status !== 'completed';
  return checked({
    ...before,
    ...(goesOn ? { completes: 0, end: null } : {}),
    broken: [...before.broken],
    ahead: task,
  });
}

/** The history of a stream that has ended for good; `log`: the events that the log has. */
export function concluded(before: History, task: Task, log: readonly { id: string; event: string }[]): History {
  const now = { ...looked(before, task), broken: [...before.broken] };
  const breaks = breakingIn(now);
  if (now.completes !== 1) breaks('complete', `it came ${now.completes} times`);
  if (now.last !== Number(task.last_event_id))
    breaks('missed', `the last id is ${now.last}, and ${task.last_event_id} the task's`);
  // A gap stands for what the log has let go of.
  const trimmed = log[0]?.event === 'gap';
  let number = trimmed ? Number(log[0]?.id) : 0;
  for (const { id } of log) {
    if (Number(id) !== number && Number(id) !== number + 1) breaks('missed', `in the log ${id} follows ${number}`);
    number = Number(id);
  }
  if (number !== now.last) breaks('missed', `the log ends with ${number}, the stream with ${now.last}`);
  for (const name of ['status', 'result', 'error', 'stopped'] as const) {
    if (JSON.stringify(now.end?.[name]) !== JSON.stringify(task[name])) breaks('fold', `complete has another ${name}`);
  }
  return checked(now);
}

/** Compares the snapshot with the fold, once both are at the same event. */
function checked(now: History): History {
  const { ahead, state } = now;
  if (!ahead || Number(ahead.last_event_id) > now.last || !state) return now;
  if (Number(ahead.last_event_id) === now.last) {
    const breaks = breakingIn(now);
    for (const name of moving) {
      if (ahead[name] !== state[name])
        breaks('fold', `at event ${now.last} the task's ${name} is ${ahead[name]}, and ${state[name]} in the stream`);
    }
    now.compared += 1;
  }
  return { ...now, ahead: null };
}

const breakingIn = (history: History) => (invariant: Invariant, what: string) => {
  if (history.broken.length < MOST) history.broken.push({ invariant, what });
};
