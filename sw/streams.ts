/** The streams that are open, and where each begins. */
import type * as v from 'valibot';
import { RETRY_LATER, RETRY_REPLACED, RETRY_SOON } from '../src/core/sse.ts';
import type { Tasks } from '../src/core/store.ts';
import { isFinished } from '../src/core/task.ts';
import type { StreamQuerySchema } from './body.ts';
import { allFeed, type Feed, taskFeed } from './feed.ts';
import type { Hub } from './hub.ts';
import { notFound, Refusal } from './problem.ts';
import { eventStream, StreamCut } from './stream.ts';

export const streamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};

/** A request for a stream. `client`: the browser's id of the page or worker that asks, if it has one. */
export interface StreamRequest extends v.InferOutput<typeof StreamQuerySchema> {
  request: Request;
  client: string | null;
}

/** So long streams are sent away; a service worker that is still asked then was not replaced. */
const REPLACED_MS = 10_000;

interface StreamsHost {
  store: Tasks;
  hub: Hub;
  /** Whether a page or worker still lives. */
  isAlive(client: string): Promise<boolean>;
  /** What went wrong where nobody waits for an answer. */
  report(error: unknown): void;
}

interface Open {
  topic: string;
  client: string | null;
  exclusive: boolean;
  end: AbortController;
}

export type Streams = ReturnType<typeof openStreams>;

export function openStreams({ store, hub, isAlive, report }: StreamsHost) {
  const open = new Set<Open>();
  let replaced = false;

  /** A client that is gone may have left its stream behind: `cancel()` comes about a second late (measured). */
  async function sweep(): Promise<void> {
    for (const each of open) {
      if (each.client && !(await isAlive(each.client))) each.end.abort();
    }
  }

  const rivals = (topic: string, exclusive: boolean) =>
    [...open].filter((each) => each.topic === topic && (exclusive || each.exclusive));

  async function admit(asked: StreamRequest, feed: Feed, after: number, prelude = RETRY_SOON): Promise<Response> {
    const { request, client } = asked;
    const exclusive = asked.exclusive === '1';
    if (request.method === 'HEAD') return new Response(null, { headers: streamHeaders });
    const { max_streams } = await store.settings();
    if (open.size >= max_streams || rivals(feed.topic, exclusive).length > 0) await sweep();
    // Only now: one that was on its way meanwhile would hold up the service worker that comes, which waits for all streams to end.
    if (replaced) return refuse(RETRY_REPLACED, 'This service worker is being replaced.');
    if (rivals(feed.topic, exclusive).length > 0) {
      throw new Refusal(
        409,
        'already-connected',
        'Already connected: this task has a stream, and only one was asked for.',
      );
    }
    if (open.size >= max_streams) return refuse(RETRY_LATER, `${open.size} streams are open, and no more are allowed.`);
    const end = new AbortController();
    const entry: Open = { topic: feed.topic, client, exclusive, end };
    open.add(entry);
    const closed = () => open.delete(entry);
    return new Response(eventStream({ feed, hub, after, prelude, signal: end.signal, closed, failed: report }), {
      headers: streamHeaders,
    });
  }

  function endOpen() {
    for (const { end } of open) end.abort();
  }

  return {
    count: () => open.size,

    /** Opens a stream, if there is room for it. */
    admit,

    /** Ends every stream cleanly: their readers come back. */
    endOpen,

    /** Ends every stream cleanly, and any that is asked for from now on: their readers come back to the next service worker. */
    endAll() {
      replaced = true;
      setTimeout(() => {
        replaced = false;
      }, REPLACED_MS);
      endOpen();
    },

    /** Breaks every stream in the middle. */
    cut() {
      for (const { end } of open) end.abort(new StreamCut('cut on purpose'));
    },

    async task(task_id: string, asked: StreamRequest): Promise<Response> {
      const after = wholeId(cursorOf(asked) || '0');
      const task = await store.get(task_id);
      if (!task) throw notFound(`task ${task_id}`);
      const last = Number(task.last_event_id);
      const feed = taskFeed(store, task_id);
      if (after > last) return admit(asked, feed, 0, reset({ task_id }));
      if (after === last && isFinished(task.status)) {
        return noContent();
      }
      return admit(asked, feed, after);
    },

    async all(asked: StreamRequest): Promise<Response> {
      const [epoch, { newest, forgotten }] = await Promise.all([
        store.epoch(),
        store.readAll(Number.MAX_SAFE_INTEGER, 1),
      ]);
      const feed = allFeed(store, epoch);
      const cursor = cursorOf(asked) || asked.cursor;
      if (!cursor) return admit(asked, feed, newest);
      const match = /^([0-9a-f-]{36})-(\d+)$/.exec(cursor);
      if (!match) throw malformed(cursor);
      const after = Number(match[2]);
      const known = match[1] === epoch && after >= forgotten && after <= newest;
      return known ? admit(asked, feed, after) : admit(asked, feed, 0, reset({}));
    },
  };
}

export const noContent = () => new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } });

/** Never a status that would close an EventSource for good: the stream ends at once, and its reader comes back later. */
function refuse(retry: string, detail: string): Response {
  return new Response(`${retry}event: busy\ndata: ${JSON.stringify({ detail })}\n\n`, { headers: streamHeaders });
}

// Chromium hides Last-Event-ID from the fetch event of an EventSource (measured, 156), so a query value does as well.
export const cursorOf = ({ request, last_event_id }: Pick<StreamRequest, 'request' | 'last_event_id'>) =>
  request.headers.get('Last-Event-ID') || last_event_id;

export function wholeId(cursor: string): number {
  if (!/^\d+$/.test(cursor)) throw malformed(cursor);
  return Number(cursor);
}

const malformed = (cursor: string) => new Refusal(400, 'bad-request', `"${cursor}" is not an event id of this stream.`);

const reset = (data: object) => `${RETRY_SOON}event: reset\ndata: ${JSON.stringify(data)}\n\n`;
