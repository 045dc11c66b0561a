/** What people do with tasks, one or many: cancel, pause, resume, retry, and remove with a while to undo it. */
import { signal } from '@preact/signals';
import { type Client, canChange, HttpProblem, isFinished, type Status, type Task } from '../client/index.ts';
import { words } from './format.ts';
import { queryOf } from './matching.ts';
import type { Notices } from './notices-model.ts';
import { allOf } from './pacing.ts';
import type { Filter } from './route.ts';
import type { Command, Row } from './row.ts';
import { strings } from './strings.ts';
import type { TasksModel } from './tasks-model.ts';

export const can: Record<Command, (status: Status) => boolean> = {
  pause: (status) => canChange(status, 'paused'),
  resume: (status) => canChange(status, 'resumed'),
  cancel: (status) => canChange(status, 'canceled'),
  retry: (status) => canChange(status, 'retried'),
  remove: isFinished,
};

export type Bulk = keyof typeof strings.list.bulk;

const AT_ONCE = 8;
const MOST_LISTED = 500;

export type CommandsModel = ReturnType<typeof createCommands>;

export function createCommands(client: Client, tasks: TasksModel, notices: Notices) {
  const selected = signal<ReadonlySet<string>>(new Set());
  const working = signal<{ done: number; total: number } | null>(null);
  /** How those stood that were selected without being loaded. */
  const unloaded = new Map<string, Status>();

  const mayDo = (command: Command, task_id: string) => {
    const status = tasks.find(task_id)?.task.peek().status ?? unloaded.get(task_id);
    return status === undefined || can[command](status);
  };

  async function carryOut(row: Row, command: Command) {
    if (command === 'remove') return remove([row.task_id]);
    await done(row, command, () => client[command](row.task_id));
  }

  async function done(row: Row, command: Command, work: () => Promise<Task>) {
    if (row.command.peek()) return;
    row.command.value = command;
    try {
      tasks.put(await work());
    } catch (error) {
      notices.show(strings.notices.command(command, words(error)));
    } finally {
      row.command.value = null;
    }
  }

  /** They are gone from the page at once, and from the store when it is too late to undo it. */
  function remove(task_ids: readonly string[]) {
    if (task_ids.length === 0) return;
    tasks.hidden.value = new Set([...tasks.hidden.peek(), ...task_ids]);
    notices.offer(strings.notices.removed(task_ids.length), {
      label: strings.notices.undo,
      run: () => show(task_ids),
      gone: () => removeNow(task_ids),
    });
  }

  function show(task_ids: readonly string[]) {
    const shown = new Set(task_ids);
    tasks.hidden.value = new Set([...tasks.hidden.peek()].filter((id) => !shown.has(id)));
  }

  async function removeNow(task_ids: readonly string[]) {
    await each('remove', task_ids, async (task_id) => {
      await client.remove(task_id);
      tasks.drop(task_id);
    });
    // Those that are still there, as one that was started again meanwhile.
    show(task_ids);
  }

  /** Does `work` for each. What another tab has done meanwhile is no failure. */
  async function each(command: Command, task_ids: readonly string[], work: (task_id: string) => Promise<void>) {
    let failed = 0;
    let said = '';
    let done = 0;
    const show = () => {
      if (task_ids.length > AT_ONCE) working.value = { done, total: task_ids.length };
    };
    show();
    await allOf(AT_ONCE, task_ids, async (task_id) => {
      try {
        await work(task_id);
      } catch (error) {
        if (!(error instanceof HttpProblem && (error.status === 404 || error.status === 409))) {
          failed += 1;
          said = words(error);
        }
      }
      done += 1;
      show();
    });
    working.value = null;
    if (failed > 0) notices.show(strings.notices.commands(command, failed, said));
  }

  async function cancelOrRetry(command: 'cancel' | 'retry', task_ids: readonly string[]): Promise<string[]> {
    const changed: string[] = [];
    await each(command, task_ids, async (task_id) => {
      tasks.put(await client[command](task_id));
      changed.push(task_id);
    });
    return changed;
  }

  return {
    selected,
    working,
    carryOut,
    /** A retry that does not go on from the checkpoint. */
    startOver: (row: Row) => done(row, 'retry', () => client.retry(row.task_id, 'start')),

    select(task_id: string, on: boolean) {
      const next = new Set(selected.peek());
      if (on) next.add(task_id);
      else next.delete(task_id);
      selected.value = next;
    },

    letGo() {
      selected.value = new Set();
    },

    /** All that fit the filter, also those that are not loaded. */
    async selectAll(filter: Filter) {
      try {
        const all = new Set<string>();
        unloaded.clear();
        for (let page: string | null = ''; page !== null; ) {
          const found = await client.list({ ...queryOf(filter), limit: MOST_LISTED, ...(page ? { page } : {}) });
          for (const task of found.tasks) {
            if (tasks.hidden.peek().has(task.task_id)) continue;
            all.add(task.task_id);
            // What may be done with it depends on how it stands now, not on how it last stood on the page.
            if (tasks.find(task.task_id)) tasks.put(task);
            else unloaded.set(task.task_id, task.status);
          }
          page = found.next_page;
        }
        selected.value = all;
      } catch (error) {
        notices.show(strings.list.failed(words(error)));
      }
    },

    /** Does it with those of the selected ones that it can be done with. */
    async bulk(command: Bulk) {
      const task_ids = [...selected.peek()].filter((task_id) => mayDo(command, task_id));
      if (command === 'remove') {
        selected.value = new Set();
        return remove(task_ids);
      }
      if (working.peek()) return;
      const changed = await cancelOrRetry(command, task_ids);
      selected.value = new Set();
      if (changed.length === 0) return;
      if (command === 'cancel') {
        notices.offer(strings.notices.canceled(changed.length), {
          label: strings.notices.again,
          run: () => void cancelOrRetry('retry', changed),
        });
      } else {
        notices.offer(strings.notices.retried(changed.length), {
          label: strings.notices.undo,
          run: () => void cancelOrRetry('cancel', changed),
        });
      }
    },
  };
}
