/** Group commit: what arrives while a transaction is under way goes into the next one, all tasks together. */
import type { Step, TaskStore } from '../../src/core/store.ts';
import type { StoredTask } from '../../src/core/task.ts';

/** So many transactions in a row may be aborted. */
const ABORTS = 3;

export type Appender = ReturnType<typeof createAppender>;

export function createAppender(store: TaskStore) {
  type Waiting = { step: Step; resolve(task: StoredTask): void; reject(reason: unknown): void };
  let waiting: Waiting[] = [];
  let busy = false;

  /** A transaction that the browser aborted has written nothing: it is tried again. */
  async function committed(steps: Step[]) {
    for (let left = ABORTS; ; left -= 1) {
      try {
        return await store.commit(steps);
      } catch (error) {
        if (left === 0 || !(error instanceof DOMException && error.name === 'AbortError')) throw error;
      }
    }
  }

  async function drain() {
    busy = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        const results = await committed(group.map(({ step }) => step));
        for (const [i, result] of results.entries()) {
          if (result.status === 'fulfilled') group[i]?.resolve(result.value);
          else group[i]?.reject(result.reason);
        }
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    busy = false;
  }

  /** Resolves with the task after the step is committed; rejects with what its `decide` threw, or what the store did. */
  return (step: Step): Promise<StoredTask> =>
    new Promise((resolve, reject) => {
      waiting.push({ step, resolve, reject });
      if (!busy) drain();
    });
}
