/** Reads logs: a task's, or that of all tasks. */
import { ifReadable, readable } from './idb-rows.ts';
import { type Database, FORGOTTEN, LAST } from './idb-schema.ts';
import type { Segment } from './schema.ts';
import { isSegment } from './segment.ts';
import type { Tail, TaskStore } from './store.ts';
import { type Change, isFinished, type StoredTask, stateOf, type TaskEvent } from './task.ts';

export async function readTail(db: Database, task_id: string, after: number, limit: number): Promise<Tail | null> {
  const tx = db.transaction(['tasks', 'log', 'cuts']);
  const log = tx.objectStore('log');
  // The segment that holds event `after` may hold the next one too, so the range starts with the one before.
  const [row, before, rest] = await Promise.all([
    tx.objectStore('tasks').get(task_id),
    log.openCursor(IDBKeyRange.bound([task_id, 1], [task_id, after + 1]), 'prev'),
    log.getAll(IDBKeyRange.bound([task_id, after + 1], [task_id, LAST], true), limit),
  ]);
  if (!row) return null;
  const { task, trimmed } = readable(row);
  const holds = before && (before.value.last > after || !isSegment(before.value));
  const segments = holds ? [before.value, ...rest.slice(0, limit - 1)] : rest;
  const cut = trimmed > after ? ((await tx.objectStore('cuts').get(task_id)) ?? null) : null;
  return withoutBroken({ task, segments, cut, guessed: false }, after, rest.length < limit);
}

export async function readAll(db: Database, after: number, limit: number): ReturnType<TaskStore['readAll']> {
  const tx = db.transaction(['tasks', 'log', 'meta']);
  const seq = tx.objectStore('log').index('seq');
  const [newest, forgotten, before, rest] = await Promise.all([
    tx.objectStore('meta').get('seq'),
    tx.objectStore('meta').get(FORGOTTEN),
    seq.openCursor(IDBKeyRange.upperBound(after + 1), 'prev'),
    seq.getAll(IDBKeyRange.lowerBound(after + 1, true), limit),
  ]);
  const holds =
    before && isSegment(before.value) && before.value.seq + Math.max(1, before.value.events.length) - 1 > after;
  // Overall numbers may skip: what cannot be read is left out.
  const segments = (holds ? [before.value, ...rest.slice(0, limit - 1)] : rest).filter(isSegment);
  const ended = new Set(segments.filter(({ events }) => events.some(isEnd)).map(({ task_id }) => task_id));
  const rows = await Promise.all([...ended].map((task_id) => tx.objectStore('tasks').get(task_id)));
  const tasks = rows.flatMap((row) => ifReadable(row)?.task ?? []);
  const lasts = new Map(tasks.map((task) => [task.task_id, Number(task.last_event_id)]));
  return { segments, newest: Number(newest), forgotten: Number(forgotten ?? 0), lasts };
}

const isEnd = ({ state }: TaskEvent): boolean => state !== null && isFinished(state.status);

/**
 * The tail up to the first segment that cannot be read; when that is where it begins, what follows it, with a cut in its place.
 * `isAll`: no more segments follow.
 */
function withoutBroken(tail: Tail, after: number, isAll: boolean): Tail {
  const { task, segments, cut } = tail;
  const broken = segments.findIndex((segment) => !isSegment(segment));
  if (broken < 0) return tail;
  if (broken > 0 || cut) return { ...tail, segments: segments.slice(0, broken) };
  const found = segments.findIndex(isSegment);
  const rest = found < 0 ? [] : upToBroken(segments.slice(found));
  // The end of a task is in its snapshot as well.
  if (found < 0 && isAll && isFinished(task.status)) rest.push(endSegment(task));
  const [next] = rest;
  const to = next ? next.first - 1 : isAll ? Number(task.last_event_id) : (segments.at(-1)?.first ?? after);
  const state = next?.events.find((event) => event.state)?.state;
  const guess = to > after ? { ...task, ...state, last_event_id: String(to) } : null;
  return { task, segments: rest, cut: guess, guessed: guess !== null };
}

function upToBroken(segments: Segment[]): Segment[] {
  const broken = segments.findIndex((segment) => !isSegment(segment));
  return broken < 0 ? segments : segments.slice(0, broken);
}

function endSegment(task: StoredTask): Segment {
  const n = Number(task.last_event_id);
  const event: TaskEvent = { ...endOf(task), n, at: task.updated_at, state: stateOf(task) };
  return { task_id: task.task_id, first: n, last: n, seq: 0, events: [event] };
}

function endOf({ status, error, stopped, result, files }: StoredTask): Change {
  if (status === 'canceled') return { kind: 'canceled', stopped };
  return error ? { kind: 'failed', error, stopped } : { kind: 'completed', result, files };
}
