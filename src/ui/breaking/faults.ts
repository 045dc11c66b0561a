/** The faults: what each does, for real, and how a reader of the stream sees that it was survived. */
import type { Client, StreamEvent } from '../../client/index.ts';
import type { Ready } from '../app-model.ts';

export const faults = ['job', 'executor', 'thread', 'streams', 'database', 'reload'] as const;
export type Fault = (typeof faults)[number];

/** Those that break what runs a task: it has to run in this tab. */
export const needsTaskHere: ReadonlySet<Fault> = new Set(['job', 'executor', 'thread', 'database', 'reload']);

/** A fault that was made, and what has come of it. */
export interface Made {
  fault: Fault;
  /** When, in ms since 1970. */
  at: number;
  /** The task's attempt, and the last event that had come. */
  attempt: number;
  after: number;
  /** After how many ms it went on, in which attempt; null while it has not. */
  survived: { ms: number; attempt: number; event: number } | null;
}

export async function make(fault: Fault, client: Client, executor: Ready['executor']): Promise<void> {
  switch (fault) {
    case 'job':
    case 'executor':
    case 'thread':
      return executor.break(fault);
    case 'streams':
      return client.break('streams');
    case 'database':
      // On both sides: the executor's, which writes, and the service worker's, which reads.
      executor.break('database');
      return client.break('database');
    case 'reload':
      return location.reload();
  }
}

/** What was on its way when a thread stopped still arrives. */
const UNDER_WAY_MS = 500;

/** Whether this event shows that the work went on after the fault. */
export function showsSurvival({ fault, at, attempt, after }: Made, event: StreamEvent, now: number): boolean {
  if (Number(event.id) <= after) return false;
  if (event.event === 'complete') return true;
  switch (fault) {
    case 'job':
    case 'executor':
    case 'reload':
      return event.event === 'message' && event.data.status === 'running' && event.data.attempt > attempt;
    case 'thread':
      return now - at > UNDER_WAY_MS;
    case 'streams':
    case 'database':
      return true;
  }
}
