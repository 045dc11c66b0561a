/** Moments of a task's log, as short to write as they are to read; times in seconds. */
import type { Happened } from '../../../src/client/index.ts';
import type { Level, Moment, State } from '../../../src/ui/task/moments.ts';

export const state = (over: Partial<State> = {}): State => ({
  status: 'running',
  message: null,
  done: 0,
  total: 100,
  unit: 'bytes',
  attempt: 1,
  ...over,
});

export const change = (seconds: number, change: Happened, over: Partial<State> = {}): Moment => ({
  kind: 'change',
  n: 0,
  time: seconds * 1000,
  change,
  state: state(over),
});

export const created = (seconds: number) => change(seconds, { kind: 'created' }, { status: 'pending', attempt: 0 });
export const started = (seconds: number, attempt = 1, by: string | null = 'a', done = 0) =>
  change(seconds, { kind: 'started', by }, { attempt, done });
export const progress = (seconds: number, done: number, attempt = 1) =>
  change(seconds, { kind: 'progress', checkpoint: false }, { done, attempt });
export const checkpoint = (seconds: number, done: number) =>
  change(seconds, { kind: 'progress', checkpoint: true }, { done });
export const lost = (seconds: number, done = 0) =>
  change(seconds, { kind: 'lost' }, { status: 'pending', message: 'Its tab went away.', done });
export const completed = (seconds: number, done = 100) =>
  change(seconds, { kind: 'completed' }, { status: 'completed', done });

export const line = (n: number, text = `line ${n}`, level: Level = 'info', seconds = n): Moment => ({
  kind: 'line',
  n,
  time: seconds * 1000,
  level,
  text,
});

export const gap = (from: number, to: number, after: Partial<State> | null): Moment => ({
  kind: 'gap',
  n: to,
  from,
  to,
  state: after && state(after),
});
