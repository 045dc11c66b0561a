/** What a page imports to work with tasks: `connect`, then typed requests, `watch`, and an executor. */

export type { AddedFile, Happened, Health, Settings } from '../core/schema.ts';
export type { Documents, Hit, Hits, IndexedDocument, PageText } from '../core/search.ts';
export { canChange, isFinished, type Problem, type Status, type Task, type TaskDraft } from '../core/task.ts';
export { trustOwnScripts } from '../core/trusted.ts';
export { type Client, type ConnectOptions, connect } from './connect.ts';
export { type Executing, type ExecutorListener, startExecutor } from './executor.ts';
export { HttpProblem } from './problem.ts';
export {
  type Draft,
  type JobType,
  type ListQuery,
  type LogEvent,
  type TaskFilter,
  type TaskPage,
  type Tasks,
  tasksAt,
} from './tasks.ts';
export { Unavailable } from './unavailable.ts';
export {
  type FeedEvent,
  type LogLine,
  type StreamEvent,
  StreamRefused,
  type TaskEnd,
  type TaskUpdate,
  type WatchOptions,
  watch,
  watchAll,
} from './watch.ts';
