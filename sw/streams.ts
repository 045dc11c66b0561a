/** The streams that are open, and where each begins. */
import type { TaskStore } from '../src/core/store.ts';
import { isFinished } from '../src/core/task.ts';
import { allFeed, type Feed, taskFeed } from './feed.ts';
import type { Hub } from './hub.ts';
import { notFound, Refusal } from './problem.ts';
import { eventStream } from './stream.ts';

const headers = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Accel-Buffering': 'no',
};

export type Streams = ReturnType<typeof openStreams>;

export function openStreams(store: TaskStore, hub: Hub) {
  const open = new Set<AbortController>();

  function answer(request: Request, feed: Feed, after: number, prelude = ''): Response {
    if (request.method === 'HEAD') return new Response(null, { headers });
    const end = new AbortController();
    open.add(end);
    const closed = () => open.delete(end);
    return new Response(eventStream({ feed, hub, after, prelude, signal: end.signal, closed }), { headers });
  }

  return {
    count: () => open.size,

    /** Ends every stream cleanly: their readers come back. */
    endAll() {
      for (const end of open) end.abort();
    },

    async task(task_id: string, request: Request): Promise<Response> {
      const after = wholeId(cursorOf(request));
      const task = await store.get(task_id);
      if (!task) throw notFound(`task ${task_id}`);
      const last = Number(task.last_event_id);
      const feed = taskFeed(store, task_id);
      if (after > last) return answer(request, feed, 0, reset({ task_id }));
      if (after === last && isFinished(task.status))
        return new Response(null, { status: 204, headers: { 'Cache-Control': 'no-store' } });
      return answer(request, feed, after);
    },

    async all(request: Request): Promise<Response> {
      const [epoch, { newest }] = await Promise.all([store.epoch(), store.readAll(Number.MAX_SAFE_INTEGER, 1)]);
      const feed = allFeed(store, epoch);
      const cursor = cursorOf(request) ?? new URL(request.url).searchParams.get('cursor');
      if (cursor === null) return answer(request, feed, newest);
      const match = /^([0-9a-f-]{36})-(\d{1,15})$/.exec(cursor);
      if (!match) throw malformed(cursor);
      const after = Number(match[2]);
      return match[1] === epoch && after <= newest ? answer(request, feed, after) : answer(request, feed, 0, reset({}));
    },
  };
}

// Chromium hides Last-Event-ID from the fetch event of an EventSource (measured, 156), so a query value does as well.
const cursorOf = (request: Request): string | null =>
  request.headers.get('Last-Event-ID') ?? new URL(request.url).searchParams.get('last_event_id');

function wholeId(cursor: string | null): number {
  if (cursor === null || cursor === '') return 0;
  if (!/^\d{1,15}$/.test(cursor)) throw malformed(cursor);
  return Number(cursor);
}

const malformed = (cursor: string) => new Refusal(400, 'bad-request', `"${cursor}" is not an event id of this stream.`);

const reset = (data: object) => `event: reset\ndata: ${JSON.stringify(data)}\n\n`;
