/** Frames of a `text/event-stream`, and the same events as JSON. The stream's grammar: https://html.spec.whatwg.org/#parsing-an-event-stream */
import type { Happened } from './schema.ts';
import { isFinished, type TaskEvent } from './task.ts';

/** The wire form of one event. `retry` and comments are the stream's own affair. */
export interface Frame {
  id: string;
  event: 'message' | 'log' | 'complete' | 'gap';
  data: unknown;
}

/** A frame as the log gives it in detail: with the event's time, and what happened. The state at a gap's end is no event and has neither. */
export type LogFrame = Frame & { at?: string; change?: Happened };

/** Ask a reader to come back soon: most ends of a stream are not the end of its task. */
export const RETRY_SOON = 'retry: 250\n\n';
/** Keeps an EventSource that nobody closed from coming back after the end. */
export const RETRY_NEVER = 'retry: 3600000\n';
/** While nobody asks, the next service worker can take over. */
export const RETRY_REPLACED = 'retry: 1000\n\n';
export const RETRY_LATER = 'retry: 5000\n\n';
export const HEARTBEAT = ': heartbeat\n\n';

/**
 * The frames of one event: one, but two for an end. `isLast` says whether the event is the last of its task's log: only then is an end
 * `complete`; one that was retried since is a plain message.
 */
export function framesOf(task_id: string, event: TaskEvent, isLast: boolean, id = String(event.n)): Frame[] {
  if (event.kind === 'log')
    return [{ id, event: 'log', data: { task_id, level: event.level, message: event.message, at: event.at } }];
  const message: Frame = { id, event: 'message', data: { task_id, ...event.state } };
  const end = isLast ? endOf(task_id, event) : null;
  return end ? [message, { id, event: 'complete', data: end }] : [message];
}

/** The same frames for a log in detail, where nobody can tell from when they come what time they are of. */
export function logFramesOf(task_id: string, event: TaskEvent, isLast: boolean): LogFrame[] {
  const { at } = event;
  const change = happened(event);
  return framesOf(task_id, event, isLast).map((frame) => ({ ...frame, at, change }));
}

function happened(event: TaskEvent): Happened {
  const { kind } = event;
  switch (kind) {
    case 'started':
      return { kind, by: event.by ?? null };
    case 'progress':
      return { kind, checkpoint: event.checkpoint };
    case 'paused':
      return { kind, reason: event.reason, stopped: event.stopped };
    case 'failed':
    case 'canceled':
      return { kind, stopped: event.stopped };
    case 'released':
      return { kind, frozen: event.frozen ?? false };
    case 'deferred':
      return { kind, run_at: event.run_at };
    case 'retried':
      return { kind, from: event.from };
    default:
      return { kind };
  }
}

/** The text of one event in its task's stream; written in one chunk, so that both frames of an end arrive or neither. */
export function encodeEvent(task_id: string, event: TaskEvent, isLast: boolean): string {
  const frames = framesOf(task_id, event, isLast);
  return (frames.length > 1 ? RETRY_NEVER : '') + encodeFrames(frames);
}

/** The text of one event's frames. The id stands on the last alone: a reader that got only the first asks for both again. */
export function encodeFrames(frames: readonly Frame[]): string {
  const before = frames.slice(0, -1).map(({ data }) => `data: ${JSON.stringify(data)}\n\n`);
  return [...before, ...frames.slice(-1).map(encodeFrame)].join('');
}

/** JSON escapes CR, LF and NUL, so no field can forge a line. */
export function encodeFrame({ id, event, data }: Frame): string {
  return `id: ${id}\n${event === 'message' ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

function endOf(task_id: string, event: TaskEvent) {
  if (!event.state || !isFinished(event.state.status)) return null;
  return {
    task_id,
    status: event.state.status,
    result: event.kind === 'completed' ? event.result : null,
    error: event.kind === 'failed' ? event.error : null,
    stopped: event.kind === 'failed' || event.kind === 'canceled' ? event.stopped : null,
  };
}
