/** Rows as they are read: another version may have written them, or a disk may have broken them. */
import * as v from 'valibot';
import { type TaskRow, TaskRowSchema } from './idb-schema.ts';
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
