/** Appends to the log: steps that come while a transaction is under way go into the next one, all tasks together. */
import { groupCommit } from '../../src/core/group-commit.ts';
import type { Step, TaskStore } from '../../src/core/store.ts';
import type { StoredTask } from '../../src/core/task.ts';

/** Resolves with the task after the step is committed; rejects with what its `decide` threw, or what the store did. */
export type Appender = (step: Step) => Promise<StoredTask>;

export const createAppender = (store: Pick<TaskStore, 'commit'>): Appender =>
  groupCommit<Step, StoredTask>((steps) => store.commit(steps));
