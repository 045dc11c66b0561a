/** A task's log as JSON: what its stream says, in steps. */
import { framesOf, logFramesOf } from '../src/core/sse.ts';
import type { Tasks } from '../src/core/store.ts';
import type { StoredTask, TaskEvent } from '../src/core/task.ts';
import { LogQuerySchema, parseQuery, type Query } from './body.ts';
import { gapFrames, SEGMENTS_AT_ONCE } from './feed.ts';
import { notFound } from './problem.ts';

export async function logAsJson(store: Tasks, task_id: string, query: Query) {
  const { after, limit, detail } = parseQuery(LogQuerySchema, query);
  const frames = detail === 'true' ? logFramesOf : framesOf;
  const { task, cut, events } = await readLog(store, task_id, after, limit);
  const last = Number(task.last_event_id);
  return {
    events: [
      ...(cut ? gapFrames(cut, after) : []),
      ...events.flatMap((event) => frames(task_id, event, event.n === last)),
    ],
    last_event_id: task.last_event_id,
  };
}

/** Large reads block writers (measured): many events are read in steps. */
async function readLog(store: Tasks, task_id: string, after: number, limit: number) {
  const events: TaskEvent[] = [];
  let cut: StoredTask | null = null;
  for (let from = after; ; ) {
    const tail = await store.read(task_id, from, SEGMENTS_AT_ONCE);
    if (!tail) throw notFound(`task ${task_id}`);
    // A gap is told at the beginning alone: the next page begins with one that is further on.
    if (tail.cut && events.length > 0) return { task: tail.task, cut, events };
    cut = tail.cut ?? cut;
    const found = tail.segments.flatMap((segment) => segment.events).filter((event) => event.n > from);
    events.push(...found.slice(0, limit - events.length));
    from = found.at(-1)?.n ?? Number(tail.cut?.last_event_id ?? from);
    if ((found.length === 0 && !tail.cut) || events.length === limit) return { task: tail.task, cut, events };
  }
}
