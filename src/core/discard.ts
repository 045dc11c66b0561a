/** Removes what a canceled or deleted task has written, and never what its next attempt writes. */

import type { TaskStore } from './store.ts';
import type { StoredOutputs } from './stored-outputs.ts';

export type Locks = Pick<LockManager, 'request'>;

export interface DiscardHost {
  store: Pick<TaskStore, 'get'>;
  files: Pick<StoredOutputs, 'removeOutputs'>;
  locks: Locks;
  lockOf(task_id: string, attempt: number): string;
}

/** A removal may wait this long for a dying worker's handles; one that waits longer for the lease waits for a job that runs. */
const WAIT_MS = 10_000;

/**
 * Resolves when the task's output files are removed, or when the task turned out to need them. The lease of its next attempt is held
 * meanwhile: a canceled task that is retried starts after the removal.
 */
export const discarding =
  ({ store, files, locks, lockOf }: DiscardHost) =>
  async (task_id: string): Promise<void> => {
    const task = await store.get(task_id);
    // One that is deleted never comes back.
    if (!task) return files.removeOutputs(task_id);
    const signal = AbortSignal.timeout(WAIT_MS);
    const remove = async () => {
      const now = await store.get(task_id);
      if (!now || (now.status === 'canceled' && now.attempt === task.attempt)) await files.removeOutputs(task_id);
    };
    await locks.request(lockOf(task_id, task.attempt + 1), { signal }, remove).catch((error: unknown) => {
      if (error !== signal.reason) throw error;
    });
  };
