/** Lets go of what nobody needs any more: expired tasks, and files and checkpoints of no task. */
import type { Files } from '../../src/core/files.ts';
import type { TaskStore } from '../../src/core/store.ts';

export type KeptFiles = Pick<Files, 'outputOwners' | 'removeOutputs' | 'inputsBefore' | 'removeInput'>;

/** An input file that was added this long ago and that no task names is an orphan. */
const STAGED_MS = 24 * 60 * 60 * 1000;
/** How long an idempotency key stands for its first answer. */
const ANSWERS_MS = 24 * 60 * 60 * 1000;
const PAGE = 500;

export async function housekeep(store: TaskStore, files: KeptFiles, now: number): Promise<void> {
  const settings = await store.settings();
  for (const task_id of await store.expired(now, settings)) {
    if ((await store.delete(task_id)) === 'deleted') await files.removeOutputs(task_id);
  }
  for (const task_id of await files.outputOwners()) {
    const task = await store.get(task_id);
    if (!task || task.status === 'canceled') await files.removeOutputs(task_id);
  }
  const staged = await files.inputsBefore(now - STAGED_MS);
  if (staged.length > 0) {
    const named = await namedInputs(store);
    for (const file_id of staged) if (!named.has(file_id)) await files.removeInput(file_id);
  }
  await store.dropOrphans(now - ANSWERS_MS);
}

/** Every `file_id` in the inputs of all tasks. */
async function namedInputs(store: TaskStore): Promise<Set<string>> {
  const named = new Set<string>();
  let page: string | null = null;
  do {
    const { tasks, next_page } = await store.list({}, PAGE, page);
    for (const { input } of tasks) {
      JSON.stringify(input, (key, value) => {
        if (key === 'file_id') named.add(value);
        return value;
      });
    }
    page = next_page;
  } while (page !== null);
  return named;
}
