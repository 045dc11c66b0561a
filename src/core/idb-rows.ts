/** Rows as they are read: another version may have written them, or a disk may have broken them. */
import * as v from 'valibot';
import { type Database, type TaskRow, TaskRowSchema } from './idb-schema.ts';
import { Unreadable } from './store.ts';

/** The row, parsed. Throws `Unreadable`. */
export function readable(row: TaskRow): TaskRow {
  const parsed = v.safeParse(TaskRowSchema, row, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Unreadable(String(row.task.task_id), `${v.getDotPath(issue) ?? 'row'}: ${issue.message}`);
}

export function ifReadable(row: TaskRow | undefined): TaskRow | null {
  try {
    return row ? readable(row) : null;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

/** Takes rows that cannot be read out of the indexes by which tasks run, or they would stand in the way of all others. They are kept. */
export async function setAside(db: Database, task_ids: readonly string[]): Promise<void> {
  const tx = db.transaction('tasks', 'readwrite');
  for (const task_id of task_ids) {
    const row = await tx.store.get(task_id);
    if (!row || ifReadable(row)) continue;
    const { claim_key, wake_key, running, waits_for, ...rest } = row;
    await tx.store.put(rest);
  }
  await tx.done;
}
