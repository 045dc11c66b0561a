/** A stream: subscribe, read from the cursor, then follow what is published. What it shows is on disk, so it may die at any time. */
import { HEARTBEAT } from '../src/core/sse.ts';
import { bytesOf, type Segment } from '../src/core/task.ts';
import type { Feed } from './feed.ts';
import type { Hub } from './hub.ts';

const HEARTBEAT_MS = 15_000;
/** A reader that is further behind than this gets what it lacks from the log: nothing more is kept for it. */
const BYTES_KEPT = 256 * 1024;

/** The reason of a signal that breaks its stream in the middle, instead of ending it. */
export class StreamCut extends Error {
  override name = 'StreamCut';
}

interface StreamOptions {
  feed: Feed;
  hub: Hub;
  /** The number of the last event that the reader has. */
  after: number;
  /** What comes before the first event. */
  prelude: string;
  /** Ends the stream cleanly, so that its reader comes back. */
  signal: AbortSignal;
  closed(): void;
  /** The log could not be read. */
  failed(error: unknown): void;
}

export function eventStream({
  feed,
  hub,
  after,
  prelude,
  signal,
  closed,
  failed,
}: StreamOptions): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let cursor = after;
  let newest = after;
  /** How far hints say that events go. A job can forge one: it is a reason to look, once, and no more. */
  let hinted = 0;
  /** The log is to be read whatever was published: at the start, and at each heartbeat. */
  let sweep = true;
  /** Published segments without a hole between them; dropped when the reader falls behind. */
  let fresh: Segment[] = [];
  let kept = 0;
  /** What stands for trimmed events, until it is sent. */
  let gap = '';
  let wake = () => {};
  /** When the next heartbeat is due. */
  let beat = performance.now() + HEARTBEAT_MS;

  // Followed before the first read, so that nothing falls between the two.
  const unfollow = hub.follow(feed.topic, {
    published(segment) {
      const { first, last } = feed.span(segment);
      const end = fresh.at(-1);
      const follows = !end || first === feed.span(end).last + 1;
      const bytes = segment.events.reduce((sum, event) => sum + bytesOf(event), 0);
      if (last > cursor && follows && kept + bytes <= BYTES_KEPT) {
        fresh.push(segment);
        kept += bytes;
      }
      newest = Math.max(newest, last);
      wake();
    },
    reached(last) {
      hinted = Math.max(hinted, last);
      wake();
    },
  });
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let over = false;
  const stop = () => {
    over = true;
    unfollow();
    signal.removeEventListener('abort', end);
    wake();
    closed();
  };
  /** Also for a reader that does not read: it gets what it was sent, and then the end. */
  const end = () => {
    stop();
    if (signal.reason instanceof StreamCut) controller.error(signal.reason);
    else controller.close();
  };
  signal.addEventListener('abort', end);

  /** What is in memory, when that is all that there is after the cursor: else nobody can tell from it which end was retried. */
  function takeFresh(): Segment[] {
    const taken = fresh.filter((segment) => feed.span(segment).last > cursor);
    fresh = [];
    kept = 0;
    const [head] = taken;
    const end = taken.at(-1);
    const isAll = head && end && feed.span(head).first <= cursor + 1 && feed.span(end).last >= Math.max(newest, hinted);
    return isAll ? taken : [];
  }

  /** The next segments from memory or else from the log; null when the task is gone. */
  async function next(): Promise<Segment[] | null> {
    const taken = takeFresh();
    if (taken.length > 0) return taken;
    if (!sweep && Math.max(newest, hinted) <= cursor) return [];
    sweep = false;
    hinted = 0;
    const tail = await feed.read(cursor);
    if (!tail) return null;
    newest = Math.max(newest, tail.newest);
    if (tail.gap) {
      cursor = tail.gap.to;
      gap = tail.gap.text;
    }
    return tail.segments;
  }

  /** Enqueues one chunk, or ends. */
  async function pull(): Promise<void> {
    while (!over) {
      const wait = beat - performance.now();
      if (wait <= 0) {
        beat += HEARTBEAT_MS - wait;
        // Under every hint lies a slow sweep.
        sweep = true;
        controller.enqueue(encoder.encode(HEARTBEAT));
        return;
      }
      const news = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      const segments = await next();
      if (over) return;
      if (!segments) return end();
      const { text: events, ended } = feed.encode(segments, cursor, newest);
      const text = gap + events;
      gap = '';
      for (const segment of segments) cursor = Math.max(cursor, feed.span(segment).last);
      if (text) controller.enqueue(encoder.encode(text));
      if (ended) return end();
      if (text) return wake();
      await news;
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        if (prelude) controller.enqueue(encoder.encode(prelude));
      },
      pull: () =>
        // An errored stream closes an EventSource for good (measured, Chromium and Firefox): this one ends, and its reader comes back.
        pull().catch((error: unknown) => {
          failed(error);
          if (!over) end();
        }),
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
}
