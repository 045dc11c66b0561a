/** What can be streamed: one task's log, or that of all tasks. */
import { encodeEvent, encodeFrame, encodeFrames, type Frame, framesOf } from '../src/core/sse.ts';
import type { Tasks } from '../src/core/store.ts';
import { isFinished, type Segment, type StoredTask, stateOf } from '../src/core/task.ts';
import { ALL } from './hub.ts';

export interface Feed {
  topic: string;
  /** The numbers of a segment's first and last event in this feed. */
  span(segment: Segment): { first: number; last: number };
  /** What follows number `after`, and the newest number there is; null when the task is gone. `gap`: what the log no longer holds. */
  read(after: number): Promise<{ segments: Segment[]; newest: number; gap?: Gap | null } | null>;
  /** The text of the segments' events after number `after`, and whether the stream is over with them. */
  encode(segments: readonly Segment[], after: number, newest: number): { text: string; ended: boolean };
}

/** Frames that stand for trimmed events, up to number `to`. */
export interface Gap {
  to: number;
  text: string;
}

/** At most this many segments are read in one go: one large read blocks writers (measured: 0.9 s for a million events). */
export const SEGMENTS_AT_ONCE = 16;

export const taskFeed = (store: Tasks, task_id: string): Feed => ({
  topic: task_id,
  span: ({ first, last }) => ({ first, last }),
  async read(after) {
    const tail = await store.read(task_id, after, SEGMENTS_AT_ONCE);
    return (
      tail && {
        segments: tail.segments,
        newest: Number(tail.task.last_event_id),
        gap: tail.cut && gapBefore(tail.cut, after),
      }
    );
  },
  encode(segments, after, newest) {
    let text = '';
    for (const { events } of segments) {
      for (const event of events) if (event.n > after) text += encodeEvent(task_id, event, event.n === newest);
    }
    const end = segments.at(-1)?.events.at(-1);
    return { text, ended: end?.n === newest && end.state !== null && isFinished(end.state.status) };
  },
});

export function allFeed(store: Tasks, epoch: string): Feed {
  /** Of the tasks that were last read from the log: an end that was retried since is a plain message. */
  let lasts = new Map<string, number>();
  return {
    topic: ALL,
    span: ({ seq, events }) => ({ first: seq, last: seq + Math.max(1, events.length) - 1 }),
    async read(after) {
      const tail = await store.readAll(after, SEGMENTS_AT_ONCE);
      lasts = tail.lasts;
      return tail;
    },
    encode(segments, after) {
      const ends = new Map(lasts);
      for (const { task_id, last } of segments) ends.set(task_id, Math.max(last, ends.get(task_id) ?? 0));
      let text = '';
      for (const { task_id, seq, first, events } of segments) {
        if (first === 0) text += `id: ${epoch}-${seq}\nevent: deleted\ndata: ${JSON.stringify({ task_id })}\n\n`;
        for (const [i, event] of events.entries()) {
          const isLast = event.n === ends.get(task_id);
          if (seq + i > after) text += encodeFrames(framesOf(task_id, event, isLast, `${epoch}-${seq + i}`));
        }
      }
      return { text, ended: false };
    },
  };
}

/** What stands for the events after number `after` that were trimmed: a `gap`, and the state at the cut. */
export function gapFrames(cut: StoredTask, after: number): [gap: Frame, state: Frame] {
  const id = cut.last_event_id;
  return [
    { id, event: 'gap', data: { from: after + 1, to: Number(id) } },
    { id, event: 'message', data: { task_id: cut.task_id, ...stateOf(cut) } },
  ];
}

/** In a stream the state has no id of its own: the gap's still holds. */
function gapBefore(cut: StoredTask, after: number): Gap {
  const [gap, state] = gapFrames(cut, after);
  return { to: Number(gap.id), text: `${encodeFrame(gap)}data: ${JSON.stringify(state.data)}\n\n` };
}
