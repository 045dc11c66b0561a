/** `GET /tasks` over IndexedDB: newest first, filtered while it is read, page by page. */
import type { IDBPObjectStore } from 'idb';
import { lookups } from './idb-lookups.ts';
import { ifReadable } from './idb-rows.ts';
import type { Database, HoldfastSchema, TaskRow } from './idb-schema.ts';
import { type Status, type StoredTask, statuses } from './schema.ts';
import type { Filter, Page } from './store.ts';
import { type Task, toWire } from './task.ts';

const SCAN_AT_ONCE = 500;

export async function list(db: Database, filter: Filter, limit: number, page: string | null): Promise<Page> {
  const tx = db.transaction(['tasks', 'lookups', 'meta']);
  const [store, lookup, meta] = [tx.objectStore('tasks'), tx.objectStore('lookups'), tx.objectStore('meta')];
  const [epoch, seq, ...counted] = await Promise.all([
    meta.get('epoch'),
    meta.get('seq'),
    ...statuses.map((status) => lookup.count(lookups('status', status))),
  ]);
  const lot = filtersNothing(filter) ? limit + 1 : SCAN_AT_ONCE;
  const tasks: Task[] = [];
  for await (const rows of newestFirst(store, page, lot)) {
    for (const row of rows) {
      if (tasks.length > limit) break;
      const task = ifReadable(row)?.task;
      if (task && matches(task, filter)) tasks.push(toWire(task));
    }
    if (tasks.length > limit) break;
  }
  const more = tasks.length > limit;
  const shown = tasks.slice(0, limit);
  const counts = Object.fromEntries(statuses.map((status, i) => [status, counted[i] ?? 0])) as Record<Status, number>;
  return { tasks: shown, next_page: more ? (shown.at(-1)?.task_id ?? null) : null, counts, cursor: `${epoch}-${seq}` };
}

/** The rows before `page`, in lots; of the others not even the keys are read. */
async function* newestFirst(
  store: IDBPObjectStore<HoldfastSchema, ('tasks' | 'lookups' | 'meta')[], 'tasks', 'readonly'>,
  page: string | null,
  lot: number,
): AsyncGenerator<TaskRow[], void, void> {
  for (let before = page; ; ) {
    const cursor = await store.openKeyCursor(before === null ? null : IDBKeyRange.upperBound(before, true), 'prev');
    if (!cursor) return;
    const newest = cursor.key;
    const oldest = lot > 1 ? (await cursor.advance(lot - 1))?.key : newest;
    const rows = await store.getAll(oldest ? IDBKeyRange.bound(oldest, newest) : IDBKeyRange.upperBound(newest));
    yield rows.reverse();
    if (!oldest) return;
    before = oldest;
  }
}

const filtersNothing = (filter: Filter) => Object.values(filter).every((value) => value === undefined);

function matches(task: StoredTask, { status, type, tag, q }: Filter): boolean {
  if (status && !status.includes(task.status)) return false;
  if (type !== undefined && task.type !== type) return false;
  if (tag !== undefined && !task.tags.includes(tag)) return false;
  if (q === undefined) return true;
  const text = searchable(task);
  // In JSON a quote, a backslash or a line's end is escaped.
  return [q, JSON.stringify(q).slice(1, -1)].some((each) => text.includes(each.toLowerCase()));
}

/** What is not there yet is no text: "null" would find every task. */
const searchable = ({ type, message, input, result, error }: StoredTask) =>
  [type, message, ...[input, result, error].map((each) => each && JSON.stringify(each))].join('\n').toLowerCase();
