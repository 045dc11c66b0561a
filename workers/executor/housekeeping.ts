/** Lets go of what nobody needs any more: expired tasks, and files and checkpoints of no task. */
import type { Files } from '../../src/core/files.ts';
import type { TaskStore } from '../../src/core/store.ts';

export type KeptFiles = Pick<Files, 'outputOwners' | 'removeOutputs' | 'removeMarks'>;

/** Input files that no task names are kept this long, and the answers that idempotency keys stand for. */
const KEPT_MS = 24 * 60 * 60 * 1000;

export async function housekeep(
  store: TaskStore,
  files: KeptFiles & { discardOutputs(task_id: string): Promise<void> },
  now: number,
): Promise<void> {
  const settings = await store.settings();
  for (let ids = await store.expired(now, settings); ids.length > 0; ids = await store.expired(now, settings)) {
    for (const task_id of ids) if ((await store.delete(task_id)) === 'deleted') await files.removeOutputs(task_id);
  }
  for (const task_id of await files.outputOwners()) {
    const task = await store.get(task_id);
    if (!task || task.status === 'canceled') await files.discardOutputs(task_id);
  }
  await store.forgetDeletions(settings.keep_finished);
  await store.dropOrphans(now - KEPT_MS);
}
