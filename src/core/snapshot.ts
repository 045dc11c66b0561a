/** A task with all that is stored of it, as bytes. What is read back is believed only if the task is the fold of its events. */
import { parse, stringify } from 'devalue';
import * as v from 'valibot';
import { ChangeSchema, CheckpointSchema, StoredTaskSchema, TaskStateSchema } from './schema.ts';
import type { TaskSnapshot } from './store.ts';
import { apply, type StoredTask, stateOf, type TaskEvent } from './task.ts';

const EventSchema = v.intersect([
  ChangeSchema,
  v.object({ n: v.number(), at: v.string(), state: v.nullable(TaskStateSchema) }),
]);

const SnapshotSchema = v.strictObject({
  task: StoredTaskSchema,
  cut: v.nullable(StoredTaskSchema),
  events: v.array(EventSchema),
  /** A checkpoint holds what can be cloned, which is more than JSON. */
  checkpoint: v.nullable(
    v.pipe(
      v.string(),
      v.transform((text): unknown => parse(text)),
      CheckpointSchema,
    ),
  ),
});

export function encodeSnapshot({ checkpoint, ...rest }: TaskSnapshot): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({ ...rest, checkpoint: checkpoint && written(checkpoint) }));
}

/** Null for a checkpoint that holds what no file can (a handle, say): its task begins anew then. */
function written(checkpoint: NonNullable<TaskSnapshot['checkpoint']>): string | null {
  try {
    return stringify(checkpoint);
  } catch {
    return null;
  }
}

/** Throws when the bytes are no snapshot, or the task in it is not the fold of its events. */
export function decodeSnapshot(bytes: Uint8Array<ArrayBuffer>): TaskSnapshot {
  const snapshot = v.parse(SnapshotSchema, JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  const { task, cut, events } = snapshot;
  if (cut && cut.task_id !== task.task_id) throw new Error('its cut is of another task');
  const folded = events.reduce(follow, cut);
  if (!isSame(folded, task)) throw new Error('it is not the fold of its events');
  return snapshot;
}

function follow(before: StoredTask | null, event: TaskEvent): StoredTask {
  const task = apply(before, event, event.n, event.at);
  const state = event.kind === 'log' ? null : stateOf(task);
  if (!isSame(event.state, state)) throw new Error(`its event ${event.n} does not lead to the state that it names`);
  return task;
}

/** Compared key by key: the order in which keys were set says nothing. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [mine, theirs] = [Object.entries(a), new Map(Object.entries(b))];
  return mine.length === theirs.size && mine.every(([key, value]) => theirs.has(key) && isSame(value, theirs.get(key)));
}
