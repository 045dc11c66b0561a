/** The tasks on the page: those that fit the filter, listed page by page, then kept by the stream of all tasks. */
import { batch, computed, signal } from '@preact/signals';
import { type Client, HttpProblem, isFinished, type Status, type Task, type TaskUpdate } from '../client/index.ts';
import { pause } from '../client/pause.ts';
import { words } from './format.ts';
import { matches, queryOf } from './matching.ts';
import type { Notices } from './notices-model.ts';
import { eachFrame, eachKey, paced, settled } from './pacing.ts';
import { type Filter, noFilter } from './route.ts';
import { createRow, fits, type Row } from './row.ts';
import { strings } from './strings.ts';

type Listing = { kind: 'loading' } | { kind: 'listed' } | { kind: 'failed'; detail: string };

/** A page of the list: the first is on the screen, the rest comes while it is scrolled. */
const PAGE = 200;
const MOST_LISTED = 500;
/** With more new tasks than this in one moment, a list is cheaper than each by itself. */
const MANY = 20;
const REQUESTS_AT_ONCE = 4;
const COUNT_MS = 300;
/** When what could not be listed is listed again. */
const AGAIN_MS = 5_000;
/** Tasks of a moment begin and end faster than anybody reads. */
const RENEW_MS = 100;

const noCounts: Record<Status, number> = { pending: 0, running: 0, paused: 0, completed: 0, failed: 0, canceled: 0 };

export type TasksModel = ReturnType<typeof createTasks>;

/** `titleOf` names a task for people. */
export function createTasks(client: Client, notices: Notices, titleOf: (task: Task) => string) {
  const listing = signal<Listing>({ kind: 'loading' });
  const connected = signal<boolean | null>(null);
  const counts = signal(noCounts);
  /** The last one that ended while this page looked on. */
  const ended = signal<Task | null>(null);
  /** Those that fit the filter, newest first, as far as they are loaded. */
  const rows = signal<readonly Row[]>([]);
  /** About to be removed, unless that is undone. */
  const hidden = signal<ReadonlySet<string>>(new Set());
  /** Those that run, of all that were met. */
  const running = signal<readonly Row[]>([]);
  const nextPage = signal<string | null>(null);
  /** Those of every task that was met: what the list can be narrowed by. */
  const tags = signal<readonly string[]>([]);
  /** How many rows were met. */
  const met = signal(0);
  /** Every row that was met, also one that does not fit. */
  const byId = new Map<string, Row>();
  const moved = new Map<string, TaskUpdate>();
  /** Those that are to be asked for whole. */
  const wanted = new Set<string>();
  let filter: Filter = noFilter;
  let loadingMore = false;
  let following: AbortController | null = null;

  function put(task: Task) {
    const before = byId.get(task.task_id)?.task.peek().status;
    place(rowOf(task));
    if (before === task.status) return;
    recount();
    if (task.status === 'running') notices.say(strings.announce.started(titleOf(task)));
    if (isFinished(task.status)) {
      notices.say(strings.announce.ended(titleOf(task), task.status));
      // What had ended before this page knew it is no news.
      if (before) ended.value = task;
    }
  }

  /** Into the list or out of it, as it fits. */
  function place(row: Row) {
    const list = rows.peek();
    const at = firstOlder(list, row.task_id);
    const isThere = list[at - 1]?.task_id === row.task_id;
    if (matches(row.task.peek(), filter) && isLoaded(row.task_id)) {
      if (!isThere) rows.value = [...list.slice(0, at), row, ...list.slice(at)];
    } else if (isThere) {
      rows.value = [...list.slice(0, at - 1), ...list.slice(at)];
    }
  }

  function drop(task_id: string) {
    if (hidden.peek().has(task_id)) hidden.value = new Set([...hidden.peek()].filter((id) => id !== task_id));
    const row = byId.get(task_id);
    if (!row) return;
    byId.delete(task_id);
    row.gone.value = true;
    track(row);
    rows.value = rows.peek().filter((row) => row.task_id !== task_id);
    recount();
  }

  function rowOf(task: Task): Row {
    const known = byId.get(task.task_id);
    known?.replace(task);
    const row = known ?? createRow(task);
    byId.set(task.task_id, row);
    if (!known) met.value += 1;
    track(row);
    const fresh = task.tags.filter((tag) => !tags.peek().includes(tag));
    if (fresh.length > 0) tags.value = [...new Set([...tags.peek(), ...fresh])].sort();
    return row;
  }

  function track(row: Row) {
    const isThere = running.peek().includes(row);
    const runs = row.task.peek().status === 'running' && byId.has(row.task_id);
    if (runs === isThere) return;
    running.value = runs ? [...running.peek(), row] : running.peek().filter((each) => each !== row);
  }

  async function list(): Promise<string> {
    const asked = filter;
    const page = await client.list({ ...queryOf(asked), limit: Math.min(MOST_LISTED, PAGE) });
    if (asked !== filter) return page.cursor;
    batch(() => {
      const listed = page.tasks.map(rowOf);
      // What was created while the answer was on its way is newer than all of it.
      const newest = listed[0]?.task_id ?? '';
      const newer = rows.peek().filter((row) => row.task_id > newest && matches(row.task.peek(), filter));
      rows.value = [...newer, ...listed];
      nextPage.value = page.next_page;
      counts.value = page.counts;
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

  const count = eachKey(1, async () => {
    // The next change asks again.
    const page = await client.list({ limit: 1 }).catch(() => null);
    if (page) counts.value = page.counts;
  });
  const recount = settled(COUNT_MS, () => count('all'));

  const flush = eachFrame(() => {
    for (const update of moved.values()) byId.get(update.task_id)?.move(update);
    moved.clear();
  });

  // Not in a frame: a hidden page has none, and is to announce what ends.
  const askAll = paced(RENEW_MS, () =>
    setTimeout(() => {
      const [known, fresh] = [new Set<string>(), new Set<string>()];
      for (const each of wanted) (byId.has(each) ? known : fresh).add(each);
      wanted.clear();
      if (fresh.size > MANY) relist('all');
      else for (const each of fresh) fetchTask(each);
      for (const each of known) fetchTask(each);
    }),
  );
  const ask = (task_id: string) => {
    wanted.add(task_id);
    askAll();
  };

  function isLoaded(task_id: string): boolean {
    const oldest = rows.peek().at(-1);
    return nextPage.peek() === null || !oldest || task_id >= oldest.task_id;
  }

  /** Asks for the whole task. */
  function renew(task_id: string) {
    if (byId.has(task_id) || isLoaded(task_id)) ask(task_id);
    else recount();
  }

  function updated(update: TaskUpdate) {
    const row = byId.get(update.task_id);
    // After an end comes `complete`, or the retry that followed it.
    if (row && isFinished(update.status)) return;
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

  /** Lists, then follows, for as long as the page lives. */
  async function begin(signal: AbortSignal) {
    while (!signal.aborted) {
      try {
        await follow(await list(), signal);
      } catch (error) {
        if (signal.aborted) return;
        failed(error);
        await pause(AGAIN_MS, signal);
      }
    }
  }

  function failed(error: unknown) {
    listing.value = { kind: 'failed', detail: words(error) };
  }

  return {
    listing,
    connected,
    counts,
    ended,
    running,
    tags,
    hidden,
    visible: computed(() =>
      hidden.value.size === 0 ? rows.value : rows.value.filter(({ task_id }) => !hidden.value.has(task_id)),
    ),
    more: computed(() => nextPage.value !== null),
    put,
    drop,
    find: (task_id: string) => byId.get(task_id),
    /** The same for what is drawn: drawn again when rows come. */
    shown: (task_id: string) => (met.value > 0 ? byId.get(task_id) : undefined),

    /** The row of any task, asked for when it is not known; null when there is no such task. */
    async load(task_id: string): Promise<Row | null> {
      const known = byId.get(task_id);
      if (known) return known;
      try {
        return rowOf(await client.get(task_id));
      } catch (error) {
        if (error instanceof HttpProblem && error.status === 404) return null;
        throw error;
      }
    },

    /** Lists, then follows; anew when it is asked for again. */
    open() {
      following?.abort();
      following = new AbortController();
      listing.value = { kind: 'loading' };
      begin(following.signal);
    },

    narrow(next: Filter) {
      if (sameFilter(next, filter)) return;
      filter = next;
      if (!following) return;
      batch(() => {
        // What fits stays, and with it the focus; the rest comes when it is listed.
        rows.value = rows.peek().filter((row) => matches(row.task.peek(), filter));
        nextPage.value = null;
        listing.value = { kind: 'loading' };
      });
      relist('all');
    },

    async loadMore() {
      const page = nextPage.peek();
      if (page === null || loadingMore) return;
      loadingMore = true;
      const asked = filter;
      try {
        const { tasks, next_page } = await client.list({ ...queryOf(asked), limit: PAGE, page });
        if (asked !== filter || nextPage.peek() !== page) return;
        batch(() => {
          const known = new Set(rows.peek().map(({ task_id }) => task_id));
          const older = tasks.filter(({ task_id }) => !known.has(task_id)).map(rowOf);
          rows.value = [...rows.peek(), ...older];
          nextPage.value = next_page;
        });
      } catch (error) {
        notices.show(strings.list.failed(words(error)));
      } finally {
        loadingMore = false;
      }
    },
  };
}

const sameFilter = (a: Filter, b: Filter) => JSON.stringify(a) === JSON.stringify(b);

/** The index of the first row that is older than the task; the list is newest first. */
function firstOlder(list: readonly Row[], task_id: string): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.task_id ?? '') >= task_id) low = middle + 1;
    else high = middle;
  }
  return low;
}
