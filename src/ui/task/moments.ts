/** A task's log as the page reads it: what happened, when, and how the task stood then. */
import type { Happened, LogEvent, Status } from '../../client/index.ts';
import { at } from '../json.ts';

export interface State {
  status: Status;
  message: string | null;
  done: number;
  total: number | null;
  unit: string | null;
  attempt: number;
}

export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** Times are ms since 1970. */
export type Moment =
  | { kind: 'change'; n: number; time: number; change: Happened; state: State }
  | { kind: 'line'; n: number; time: number; level: Level; text: string }
  /** Events that the log no longer holds, and how the task stood after them. */
  | { kind: 'gap'; n: number; from: number; to: number; state: State | null };

/** An end is two frames with one number: the second tells nothing new here. */
export function momentsOf(events: readonly LogEvent[]): Moment[] {
  const moments: Moment[] = [];
  for (const { id, event, data, at: instant = '', change } of events) {
    const n = Number(id);
    const time = Date.parse(instant);
    if (event === 'gap') {
      moments.push({ kind: 'gap', n, from: Number(at(data, 'from')), to: Number(at(data, 'to')), state: null });
    } else if (event === 'log') {
      const level = levels.find((each) => each === at(data, 'level')) ?? 'info';
      moments.push({ kind: 'line', n, time, level, text: String(at(data, 'message')) });
    } else if (event === 'message') {
      const state = data as State;
      const last = moments.at(-1);
      if (change) moments.push({ kind: 'change', n, time, change, state });
      else if (last?.kind === 'gap') moments[moments.length - 1] = { ...last, state };
    }
  }
  return moments;
}
