/** What the locks that are held tell: which executors live, and what each of them runs. */
import type { Names } from './names.ts';

export interface LiveExecutor {
  /** As in the logs of the tasks that it runs. */
  executor: string;
  task_ids: string[];
}

/** Every executor is a thread of its own, which holds the lock of all executors, its own, and a lease for each of its tasks. */
export function executorsIn(held: readonly LockInfo[], names: Names): LiveExecutor[] {
  const byThread = new Map<string, LockInfo[]>();
  for (const lock of held) {
    const { clientId = '' } = lock;
    byThread.set(clientId, [...(byThread.get(clientId) ?? []), lock]);
  }
  const after = (locks: readonly LockInfo[], prefix: string) =>
    locks.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  return [...byThread.values()]
    .filter((locks) => locks.some(({ name }) => name === names.executorLock))
    .map((locks) => ({
      executor: after(locks, names.workerLock(''))[0] ?? '',
      task_ids: after(locks, names.tasksLocks).map((lease) => lease.slice(0, lease.lastIndexOf(':'))),
    }));
}
