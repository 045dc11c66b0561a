/** Why a task does not move here: what it waits for, and whether another tab runs it. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Task } from '../client/index.ts';
import { moment } from './format.ts';
import type { Notices } from './notices-model.ts';
import type { Row } from './row.ts';
import { strings } from './strings.ts';
import type { TasksModel } from './tasks-model.ts';

export type Waiting = ReturnType<typeof createWaiting>;

export function createWaiting(tasks: TasksModel, notices: Notices) {
  const here = signal<ReadonlySet<string>>(new Set());
  /** What the executors of this tab are and were called. */
  const mine = signal<ReadonlySet<string>>(new Set());
  /** The tasks that others wait for; null while one is not known, or when there is none. */
  const awaited = new Map<string, Signal<Row | null>>();

  function rowOf(task_id: string): ReadonlySignal<Row | null> {
    const known = awaited.get(task_id);
    if (known) return known;
    const row = signal<Row | null>(tasks.find(task_id) ?? null);
    awaited.set(task_id, row);
    if (!row.peek()) {
      tasks.load(task_id).then((found) => {
        row.value = found;
      }, notices.failed);
    }
    return row;
  }

  const isDone = (task_id: string) => rowOf(task_id).value?.task.value.status === 'completed';

  return {
    mine,

    startedHere(executor: string) {
      mine.value = new Set([...mine.peek(), executor]);
    },

    runsHere(task_ids: readonly string[]) {
      here.value = new Set(task_ids);
    },

    runsElsewhere: ({ task_id, status }: Task): boolean => status === 'running' && !here.value.has(task_id),

    /** In words, for a task that is pending. */
    reason({ run_at, depends_on }: Task): string {
      if (depends_on.some((task_id) => !isDone(task_id))) return strings.task.forAnother;
      if (run_at && Date.parse(run_at) > Date.now()) return strings.task.until(moment(run_at));
      return strings.task.forSlot;
    },
  };
}
