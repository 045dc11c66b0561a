/** The tasks on the page: listed once, then kept by the stream of all tasks. */
import { batch, computed, signal } from '@preact/signals';
import { type Client, HttpProblem, isFinished, type Task, type TaskUpdate } from '../client/index.ts';
import { words } from './format.ts';
import type { Notices } from './notices-model.ts';
import { eachFrame, eachKey } from './pacing.ts';
import { type Command, createRow, fits, type Row } from './row.ts';
import { strings } from './strings.ts';

type Listing = { kind: 'loading' } | { kind: 'listed' } | { kind: 'failed'; detail: string };

const PAGE = 50;
const MOST_LISTED = 500;
/** With more new tasks than this in one moment, a list is cheaper than each by itself. */
const MANY = 20;
const REQUESTS_AT_ONCE = 4;

export type TasksModel = ReturnType<typeof createTasks>;

/** `titleOf` names a task for people. */
export function createTasks(client: Client, notices: Notices, titleOf: (task: Task) => string) {
  const listing = signal<Listing>({ kind: 'loading' });
  const connected = signal<boolean | null>(null);
  const rows = signal<readonly Row[]>([]);
  const shown = signal(PAGE);
  const nextPage = signal<string | null>(null);
  const byId = new Map<string, Row>();
  const moved = new Map<string, TaskUpdate>();
  const unknown = new Set<string>();

  function put(task: Task) {
    const row = byId.get(task.task_id);
    const before = row?.task.peek().status;
    if (row) row.replace(task);
    else insert(createRow(task));
    if (before === task.status) return;
    if (task.status === 'running') notices.say(strings.announce.started(titleOf(task)));
    if (isFinished(task.status)) notices.say(strings.announce.ended(titleOf(task), task.status));
  }

  function insert(row: Row) {
    byId.set(row.task_id, row);
    const list = rows.peek();
    const at = list.findIndex((each) => each.task_id < row.task_id);
    rows.value = at === -1 ? [...list, row] : [...list.slice(0, at), row, ...list.slice(at)];
  }

  function drop(task_id: string) {
    if (byId.delete(task_id)) rows.value = rows.peek().filter((row) => row.task_id !== task_id);
  }

  async function list(): Promise<string> {
    const page = await client.list({ limit: Math.min(MOST_LISTED, shown.peek()) });
    const listed = page.tasks.map((task) => {
      const row = byId.get(task.task_id) ?? createRow(task);
      row.replace(task);
      return row;
    });
    batch(() => {
      byId.clear();
      for (const row of listed) byId.set(row.task_id, row);
      rows.value = listed;
      nextPage.value = page.next_page;
      listing.value = { kind: 'listed' };
    });
    return page.cursor;
  }

  const fetchTask = eachKey(REQUESTS_AT_ONCE, async (task_id) => {
    try {
      const task = await client.get(task_id);
      batch(() => put(task));
    } catch (error) {
      if (error instanceof HttpProblem && error.status === 404) drop(task_id);
      else notices.failed(error);
    }
  });

  const relist = eachKey(1, () => list().then(() => {}, failed));

  const flush = eachFrame(() => {
    for (const update of moved.values()) byId.get(update.task_id)?.move(update);
    moved.clear();
  });

  // Not in a frame: a hidden page has none, and is to announce what ends.
  const meet = (task_id: string) => {
    unknown.add(task_id);
    if (unknown.size > 1) return;
    setTimeout(() => {
      if (unknown.size > MANY) relist('all');
      else for (const each of unknown) fetchTask(each);
      unknown.clear();
    });
  };

  function isListed(task_id: string): boolean {
    const oldest = rows.peek().at(-1);
    return nextPage.peek() === null || !oldest || task_id > oldest.task_id;
  }

  /** Asks for the whole task. */
  function renew(task_id: string) {
    if (byId.has(task_id)) fetchTask(task_id);
    else if (isListed(task_id)) meet(task_id);
  }

  function updated(update: TaskUpdate) {
    const row = byId.get(update.task_id);
    if (!row || !fits(row.task.peek(), update)) return renew(update.task_id);
    moved.set(update.task_id, update);
    flush();
  }

  async function follow(after: string, signal: AbortSignal) {
    const onConnection = (now: boolean) => {
      connected.value = now;
    };
    for await (const { event, data } of client.watchAll({ after, signal, onConnection })) {
      if (event === 'message') updated(data);
      else if (event === 'complete') renew(data.task_id);
      else if (event === 'deleted') drop(data.task_id);
      else if (event === 'reset') relist('all');
    }
  }

  function failed(error: unknown) {
    listing.value = { kind: 'failed', detail: words(error) };
  }

  return {
    listing,
    connected,
    visible: computed(() => rows.value.slice(0, shown.value)),
    more: computed(() => rows.value.length > shown.value || nextPage.value !== null),
    put,

    /** Lists, then follows. Returns the stop. */
    open(): () => void {
      const end = new AbortController();
      listing.value = { kind: 'loading' };
      list()
        .then((cursor) => follow(cursor, end.signal))
        .catch(failed);
      return () => end.abort();
    },

    async loadMore() {
      shown.value += PAGE;
      const page = nextPage.peek();
      if (page === null || rows.peek().length >= shown.peek()) return;
      try {
        const { tasks, next_page } = await client.list({ limit: PAGE, page });
        batch(() => {
          for (const task of tasks) if (!byId.has(task.task_id)) insert(createRow(task));
          nextPage.value = next_page;
        });
      } catch (error) {
        shown.value -= PAGE;
        notices.show(strings.tasks.failed(words(error)));
      }
    },

    async carryOut(row: Row, command: Command) {
      if (row.command.peek()) return;
      row.command.value = command;
      try {
        if (command === 'remove') {
          await client.remove(row.task_id);
          drop(row.task_id);
        } else {
          put(await client[command](row.task_id));
        }
      } catch (error) {
        notices.show(strings.notices.command(command, words(error)));
      } finally {
        row.command.value = null;
      }
    },
  };
}
