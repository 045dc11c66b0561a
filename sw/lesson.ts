/** Three lessons in SSE, and a task to watch: what a stream is made of, with nothing behind it. */
import { RETRY_NEVER } from '../src/core/sse.ts';
import { parseQuery, type Query, ResumeQuerySchema } from './body.ts';
import { cursorOf, noContent, streamHeaders, wholeId } from './streams.ts';

/** A message of a lesson; `event` and `id` only where the lesson is about them. */
interface Message {
  event?: string;
  id?: number;
  data: unknown;
}

const PAUSE_MS = 1_000;

/** Default messages: `onmessage` gets them all. */
export const stream = (): Response => lesson(10, (count) => ({ data: { count, timestamp: new Date().toISOString() } }));

/** Named events: each has a listener of its own. */
export const streamEvents = (): Response =>
  lesson(2, (count) =>
    count === 0 ? { event: 'progress', data: { value: 50 } } : { event: 'complete', data: { status: 'done' } },
  );

/** Ids: whoever comes back with the last one goes on after it. */
export function streamWithId(request: Request, query: Query): Response {
  const last = cursorOf({ request, ...parseQuery(ResumeQuerySchema, query) });
  const first = last ? wholeId(last) + 1 : 0;
  return first >= 100 ? noContent() : lesson(100, (count) => ({ id: count, data: { count } }), first);
}

/** Sends messages `first` to `count` - 1, a second apart. The last one asks the reader not to come back for more. */
function lesson(count: number, message: (n: number) => Message, first = 0): Response {
  const encoder = new TextEncoder();
  let n = first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (n > first) await new Promise((resolve) => (timer = setTimeout(resolve, PAUSE_MS)));
        const end = n === count - 1;
        controller.enqueue(encoder.encode((end ? RETRY_NEVER : '') + frame(message(n))));
        n += 1;
        if (end) controller.close();
      },
      cancel: () => clearTimeout(timer),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: streamHeaders });
}

const frame = ({ event, id, data }: Message): string =>
  `${id === undefined ? '' : `id: ${id}\n`}${event ? `event: ${event}\n` : ''}data: ${JSON.stringify(data)}\n\n`;
