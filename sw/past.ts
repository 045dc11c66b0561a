/** A task as it was after one of its events: the fold of the log up to there, by the `apply` that made the task. */
import { type Tasks, Unreadable } from '../src/core/store.ts';
import { fold, type StoredTask } from '../src/core/task.ts';
import { SEGMENTS_AT_ONCE } from './feed.ts';
import { notFound, Refusal } from './problem.ts';

/** The task after event number `n`. What is asked of a log that was trimmed past `n` is gone, and the refusal names the first that is not. */
export async function taskAt(store: Tasks, task_id: string, n: number): Promise<StoredTask> {
  let folded: StoredTask | null = null;
  for (;;) {
    const reached: number = Number(folded?.last_event_id ?? 0);
    if (folded && reached === n) return folded;
    const tail = await store.read(task_id, reached, SEGMENTS_AT_ONCE);
    if (!tail) throw notFound(`task ${task_id}`);
    const { last_event_id } = tail.task;
    if (n > Number(last_event_id)) throw notFound(`event ${n} of task ${task_id}: its last is ${last_event_id}`);
    if (tail.cut) {
      if (tail.guessed) throw new Unreadable(task_id, `events are missing from its log after number ${reached}`);
      const first = Number(tail.cut.last_event_id);
      if (first > n) {
        const detail = `The log of task ${task_id} was trimmed: the earliest that can be told is how it was after event ${first}.`;
        throw new Refusal(410, 'gone', detail, { first });
      }
      folded = tail.cut;
    }
    const after: number = Number(folded?.last_event_id ?? 0);
    const events = tail.segments
      .flatMap((segment) => segment.events)
      .filter((event) => event.n > after && event.n <= n);
    if (events.length === 0 && !tail.cut) throw new Unreadable(task_id, `event ${reached + 1} is missing from its log`);
    folded = fold(folded, events);
  }
}
