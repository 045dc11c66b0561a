/** Appends to the log: steps that come while a transaction is under way go into the next one, all tasks together. */
import { groupCommit } from '../../src/core/group-commit.ts';
import type { Committed, Step, TaskStore } from '../../src/core/store.ts';

/** Resolves once the step is committed; rejects with what its `decide` threw, or what the store did. */
export type Appender = (step: Step) => Promise<Committed>;

export const createAppender = (store: Pick<TaskStore, 'commit'>): Appender =>
  groupCommit<Step, Committed>((steps) => store.commit(steps));
