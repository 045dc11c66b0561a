/** Three lessons in SSE, and a task to watch: what a stream is made of, with nothing behind it. */
import { RETRY_NEVER } from '../src/core/sse.ts';
import { parseQuery, type Query, ResumeQuerySchema } from './body.ts';
import type { Feed } from './feed.ts';
import { LESSON } from './hub.ts';
import { cursorOf, noContent, type StreamRequest, type Streams, wholeId } from './streams.ts';

/** A message of a lesson; `event` and `id` only where the lesson is about them. */
interface Message {
  event?: string;
  id?: number;
  data: unknown;
}

const PAUSE_MS = 1_000;

/** Default messages: `onmessage` gets them all. */
export const stream = (streams: Streams, asked: StreamRequest): Promise<Response> =>
  lesson(streams, asked, 10, (count) => ({ data: { count, timestamp: new Date().toISOString() } }));

/** Named events: each has a listener of its own. */
export const streamEvents = (streams: Streams, asked: StreamRequest): Promise<Response> =>
  lesson(streams, asked, 2, (count) =>
    count === 0 ? { event: 'progress', data: { value: 50 } } : { event: 'complete', data: { status: 'done' } },
  );

/** Ids: whoever comes back with the last one goes on after it. */
export async function streamWithId(streams: Streams, asked: StreamRequest, query: Query): Promise<Response> {
  const last = cursorOf({ ...asked, ...parseQuery(ResumeQuerySchema, query) });
  const first = last ? wholeId(last) + 1 : 0;
  return first >= 100 ? noContent() : lesson(streams, asked, 100, (count) => ({ id: count, data: { count } }), first);
}

/** Sends messages `first` to `count` - 1, a second apart. The last one asks the reader not to come back for more. */
function lesson(
  streams: Streams,
  asked: StreamRequest,
  count: number,
  message: (n: number) => Message,
  first = 0,
): Promise<Response> {
  /** As if of a log that holds them all; its numbers begin with 1. */
  const feed: Feed = {
    topic: LESSON,
    span: (segment) => segment,
    async read(after) {
      if (after > first) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      const n = after + 1;
      return { segments: [{ task_id: '', first: n, last: n, seq: n, events: [] }], newest: count };
    },
    encode(segments) {
      const frames = segments.map(({ last }) => (last === count ? RETRY_NEVER : '') + frame(message(last - 1)));
      return { text: frames.join(''), ended: segments.at(-1)?.last === count };
    },
  };
  // Nothing stands before what the lesson shows.
  return streams.admit(asked, feed, first, '');
}

const frame = ({ event, id, data }: Message): string =>
  `${id === undefined ? '' : `id: ${id}\n`}${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
