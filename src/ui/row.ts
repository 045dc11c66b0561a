/** A task on the page: its last known state, how fast it moves, and the command that is under way. */
import { batch, type Signal, signal } from '@preact/signals';
import type { Task, TaskUpdate } from '../client/index.ts';
import type { strings } from './strings.ts';

export type Command = keyof typeof strings.commands;

export interface Row {
  task_id: string;
  task: Signal<Task>;
  /** Units a second; null while too little is known. */
  rate: Signal<number | null>;
  command: Signal<Command | null>;
  /** It was removed, here or elsewhere. */
  gone: Signal<boolean>;
  replace(task: Task): void;
  /** Moves the task on. False when more has changed than an update can tell. */
  move(update: TaskUpdate): boolean;
}

export function createRow(first: Task): Row {
  const task = signal(first);
  const rate = signal<number | null>(null);
  let speed = speedometer();

  return {
    task_id: first.task_id,
    task,
    rate,
    command: signal<Command | null>(null),
    gone: signal(false),
    replace(next) {
      // Answers may overtake each other.
      if (Number(next.last_event_id) < Number(task.peek().last_event_id)) return;
      batch(() => {
        if (next.attempt !== task.peek().attempt || next.status !== 'running') {
          speed = speedometer();
          rate.value = null;
        }
        task.value = next;
      });
    },
    move(update) {
      const now = task.peek();
      if (!fits(now, update)) return false;
      const { progress, message, done, total, unit } = update;
      task.value = { ...now, progress, message, done, total, unit };
      rate.value = speed(done, performance.now());
      return true;
    },
  };
}

/** An update says nothing of a pause's reason, a result or an error: another status is asked for whole. */
export const fits = (task: Task, { status, attempt }: TaskUpdate): boolean =>
  task.status === status && task.attempt === attempt;

const WINDOW_MS = 5_000;
const LEAST_MS = 400;

/** The mean over the last seconds: steady enough to read, and a job that slows down shows it soon. */
function speedometer(): (done: number, at: number) => number | null {
  const samples: { done: number; at: number }[] = [];
  return (done, at) => {
    samples.push({ done, at });
    while ((samples[1]?.at ?? at) < at - WINDOW_MS) samples.shift();
    const [first] = samples;
    if (!first || at - first.at < LEAST_MS || done <= first.done) return null;
    return ((done - first.done) / (at - first.at)) * 1000;
  };
}
