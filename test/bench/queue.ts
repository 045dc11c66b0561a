/** What rows that speak to a store by themselves hand to it. */
import type { Limits } from '../../src/core/store.ts';
import type { TaskDraft } from '../../src/core/task.ts';
import { specs } from './jobs/specs.ts';

/** A task with nothing out of the ordinary. */
export const draftOf = (type: string, input: unknown = {}): TaskDraft => ({
  type,
  input,
  priority: 0,
  timeout_ms: null,
  max_attempts: 1,
  run_at: null,
  depends_on: [],
  tags: [],
});

/** One task at a time, of any type. */
export const oneAtATime: Limits = {
  running: 1,
  types: new Map(specs.map(({ type, version }) => [type, { version, running: Number.POSITIVE_INFINITY }])),
};
