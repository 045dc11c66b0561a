/** Lets go of what nobody needs any more: expired tasks, and files and checkpoints of no task. */
import type { Files } from '../../src/core/files.ts';
import { type TaskStore, Unreadable } from '../../src/core/store.ts';

export type KeptFiles = Pick<Files, 'outputOwners' | 'removeOutputs' | 'removeMarks'>;

/** Input files that no task names are kept this long, and the answers that idempotency keys stand for. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** What fails keeps nothing else from being cleared away; it is thrown at the end, all of it. Once `isOver`, nothing more is begun. */
export async function housekeep(
  store: TaskStore,
  files: KeptFiles & { discardOutputs(task_id: string): Promise<void> },
  now: number,
  isOver = () => false,
): Promise<void> {
  const settings = await store.settings();
  const errors: unknown[] = [];
  const attempted = async <T>(work: () => Promise<T>) =>
    isOver() ? undefined : work().catch((error: unknown) => void errors.push(error));

  async function remove(task_id: string) {
    if ((await store.delete(task_id)) === 'deleted') await files.removeOutputs(task_id);
  }
  async function discard(task_id: string) {
    if (!(await needsOutputs(store, task_id))) await files.discardOutputs(task_id);
  }

  for (const task_id of (await attempted(() => store.expired(now, settings))) ?? [])
    await attempted(() => remove(task_id));
  for (const task_id of (await attempted(files.outputOwners)) ?? []) await attempted(() => discard(task_id));
  await attempted(() => store.forgetDeletions(settings.keep_finished));
  await attempted(() => store.dropOrphans(now - KEPT_MS));
  if (errors.length > 0) throw new AggregateError(errors, 'Not all that nobody needs could be cleared away.');
}

async function needsOutputs(store: TaskStore, task_id: string): Promise<boolean> {
  try {
    const task = await store.get(task_id);
    return task !== null && task.status !== 'canceled';
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return true;
  }
}
