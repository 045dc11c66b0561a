/** What is to become of the documents that a task has brought. */
import type { Connection } from '../src/core/connection.ts';
import { type Tasks, Unreadable } from '../src/core/store.ts';

/**
 * Null while that is open, as it is when the task's row cannot be read: others' documents are found all the same. A task that is deleted
 * leaves its documents, unless it had been canceled.
 */
export const settling =
  (store: Pick<Tasks, 'get'>, connection: Connection) =>
  async (task_id: string): Promise<'keep' | 'drop' | null> => {
    const task = await store.get(task_id).catch((error: unknown) => {
      if (error instanceof Unreadable) return { status: null };
      throw error;
    });
    if (!task) return (await connection((db) => db.get('log', [task_id, 0])))?.canceled ? 'drop' : 'keep';
    if (task.status === 'canceled') return 'drop';
    return task.status === 'completed' ? 'keep' : null;
  };
