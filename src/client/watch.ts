/** A task's events as an async iterable that outlives whatever carries them: it comes back after any end, from the last id. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Level } from '../core/schema.ts';
import type { Task } from '../core/task.ts';
import { pause } from './pause.ts';
import { HttpProblem, isOf, NO_PROBLEM, problemOf } from './problem.ts';

export type TaskUpdate = Pick<
  Task,
  'task_id' | 'status' | 'progress' | 'message' | 'done' | 'total' | 'unit' | 'attempt'
>;

export interface LogLine {
  task_id: string;
  level: Level;
  message: string;
  at: string;
}

export type TaskEnd = Pick<Task, 'task_id' | 'status' | 'result' | 'error' | 'stopped'>;

/** An event of a task. `id` is its number in the task's log; the `message` and the `complete` of an end are one event. */
export type StreamEvent =
  | { event: 'message'; id: string; data: TaskUpdate }
  | { event: 'log'; id: string; data: LogLine }
  | { event: 'complete'; id: string; data: TaskEnd }
  /** Events that the log no longer holds; the state at the cut follows. */
  | { event: 'gap'; id: string; data: { from: number; to: number } }
  /** The cursor was worth nothing: everything comes again from the beginning. */
  | { event: 'reset'; id: string; data: unknown };

export type FeedEvent = StreamEvent | { event: 'deleted'; id: string; data: { task_id: string } };

export interface WatchOptions {
  signal?: AbortSignal;
  /** The id after which to begin; default: the beginning (`watchAll`: now). */
  after?: string;
  /** Called with false when the connection is lost, and with true when it is there again. */
  onConnection?(connected: boolean): void;
  /** Called for every frame's text as it comes, for those who want to look. */
  onFrame?(text: string): void;
}

/** A stream that was refused for good: the task does not exist, or the cursor is malformed. */
export class StreamRefused extends HttpProblem {
  override name = 'StreamRefused';
}

/** The events of one task until its `complete`. `base` as in `tasksAt`. Ends quietly when `signal` aborts; throws `StreamRefused`. */
export async function* watch(
  base: string | URL,
  task_id: string,
  options: WatchOptions = {},
): AsyncGenerator<StreamEvent, void, void> {
  const url = new URL(`tasks/${encodeURIComponent(task_id)}/stream`, base);
  for await (const event of follow(url, options)) {
    if (event.event === 'deleted') return;
    yield event;
    if (event.event === 'complete') return;
  }
}

/** The events of all tasks, from the cursor of a list or from now on; it never ends by itself. */
export function watchAll(base: string | URL, options: WatchOptions = {}): AsyncGenerator<FeedEvent, void, void> {
  return follow(new URL('tasks/stream', base), options, new URL('tasks?limit=1', base));
}

const RETRY_MS = 250;
const RETRY_MAX_MS = 5_000;
/** Three heartbeats that did not come: the connection is dead, whatever it says. */
const SILENCE_MS = 50_000;

/** `list`: whose cursor says where now is. A stream that breaks before its first event would begin later when it is asked for again. */
async function* follow(
  url: URL,
  { signal, after, onConnection, onFrame }: WatchOptions,
  list?: URL,
): AsyncGenerator<FeedEvent, void, void> {
  let last = after;
  let retry = RETRY_MS;
  let failures = 0;
  const request = { cache: 'no-store', signal: signal ?? null } as const;
  let connected = false;
  const say = (now: boolean) => {
    if (now !== connected) onConnection?.(now);
    connected = now;
  };
  while (!signal?.aborted) {
    try {
      if (list && !last) {
        const answer = await fetch(list, request);
        // Who cannot say where now is would have it begin later.
        if (!answer.ok) throw answer;
        last = (await answer.json()).cursor;
      }
      const headers = { Accept: 'text/event-stream', ...(last && { 'Last-Event-ID': last }) };
      const response = await fetch(url, { ...request, headers });
      if (response.status === 204) return;
      if (response.status >= 400 && response.status < 500) {
        const problem = await problemOf(response);
        // Another who answers is not meant: a service worker that cannot be started is passed by (Firefox).
        if (problem.type !== NO_PROBLEM) throw new StreamRefused(response.status, problem);
      }
      if (response.body && isOf(response, 'event-stream')) {
        say(true);
        const onRetry = (ms: number) => {
          retry = ms;
        };
        for await (const event of numbered(parse(response.body, onFrame, onRetry), last)) {
          failures = 0;
          // What was announced comes from the beginning: who asks again before the first of it is there is told so again.
          if (event.event !== 'reset') last = event.id;
          yield event;
        }
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof StreamRefused) throw error;
      // Anything else is a connection that broke: the service worker was stopped, or the network went.
    }
    say(false);
    // The server's own wish at first; longer and longer while nothing comes.
    await pause(Math.min(RETRY_MAX_MS, retry * 2 ** failures), signal);
    failures += 1;
  }
}

/** The messages in a response's body, until it ends or is silent. Leaving the loop cancels the body. */
export async function* parse(
  body: ReadableStream<Uint8Array>,
  onFrame: WatchOptions['onFrame'],
  onRetry: (ms: number) => void,
) {
  const messages: EventSourceMessage[] = [];
  const parser = createParser({
    onEvent: (message) => {
      messages.push(message);
    },
    onRetry,
  });
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  const decoder = new TextDecoder();
  // A tab that was frozen may get nothing more of what it had open (measured, Chromium 156); in a worker, nobody tells.
  globalThis.addEventListener?.('resume', cancel, true);
  try {
    for (;;) {
      const silence = setTimeout(cancel, SILENCE_MS);
      const { done, value } = await reader.read().finally(() => clearTimeout(silence));
      if (done) return;
      const text = decoder.decode(value, { stream: true });
      onFrame?.(text);
      parser.feed(text);
      yield* messages.splice(0);
    }
  } finally {
    globalThis.removeEventListener?.('resume', cancel, true);
    cancel();
  }
}

const known = new Set(['message', 'log', 'complete', 'gap', 'reset', 'deleted']);

/**
 * Gives each event its number. The message of an end has none of its own: it is kept back until its `complete` is there, so that both
 * come or neither does. The message after a `gap` is the state at the gap's end.
 */
async function* numbered(messages: AsyncIterable<EventSourceMessage>, after: string | undefined) {
  let last = after;
  let afterGap = false;
  let held: EventSourceMessage | null = null;
  for await (const message of messages) {
    const { event = 'message', id } = message;
    // An event of another name is for readers that know it.
    if (!known.has(event)) continue;
    if (id === undefined && event === 'message' && !afterGap) {
      held = message;
      continue;
    }
    last = id ?? last;
    afterGap = event === 'gap';
    if (held) yield typed(held, last);
    held = null;
    yield typed(message, last);
  }
}

const typed = ({ event = 'message', data }: EventSourceMessage, id = ''): FeedEvent =>
  ({ event, id, data: JSON.parse(data) }) as FeedEvent;
