/** `GET /tasks` over IndexedDB: newest first, filtered while it is read, page by page. */
import { ifReadable } from './idb-rows.ts';
import type { Database } from './idb-schema.ts';
import { type Status, type StoredTask, statuses } from './schema.ts';
import type { Filter, Page } from './store.ts';
import { type Task, toWire } from './task.ts';

const SCAN_AT_ONCE = 500;

export async function list(db: Database, filter: Filter, limit: number, page: string | null): Promise<Page> {
  const tx = db.transaction(['tasks', 'meta']);
  const store = tx.objectStore('tasks');
  const range = page === null ? undefined : IDBKeyRange.upperBound(page, true);
  const [keys, epoch, seq, ...counted] = await Promise.all([
    store.getAllKeys(range),
    tx.objectStore('meta').get('epoch'),
    tx.objectStore('meta').get('seq'),
    ...statuses.map((status) => store.index('status').count(status)),
  ]);
  const tasks: Task[] = [];
  let end = keys.length;
  while (end > 0 && tasks.length <= limit) {
    const start = Math.max(0, end - Math.min(SCAN_AT_ONCE, filtersNothing(filter) ? limit + 1 : SCAN_AT_ONCE));
    const rows = await store.getAll(IDBKeyRange.bound(keys[start], keys[end - 1]));
    for (const row of rows.reverse()) {
      if (tasks.length > limit) break;
      const task = ifReadable(row)?.task;
      if (task && matches(task, filter)) tasks.push(toWire(task));
    }
    end = start;
  }
  const more = tasks.length > limit;
  const shown = tasks.slice(0, limit);
  const counts = Object.fromEntries(statuses.map((status, i) => [status, counted[i] ?? 0])) as Record<Status, number>;
  return { tasks: shown, next_page: more ? (shown.at(-1)?.task_id ?? null) : null, counts, cursor: `${epoch}-${seq}` };
}

const filtersNothing = (filter: Filter) => Object.values(filter).every((value) => value === undefined);

function matches(task: StoredTask, { status, type, tag, q }: Filter): boolean {
  if (status && !status.includes(task.status)) return false;
  if (type !== undefined && task.type !== type) return false;
  if (tag !== undefined && !task.tags.includes(tag)) return false;
  return q === undefined || searchable(task).includes(q.toLowerCase());
}

/** What is not there yet is no text: "null" would find every task. */
const searchable = ({ type, message, input, result, error }: StoredTask) =>
  [type, message, ...[input, result, error].map((each) => each && JSON.stringify(each))].join('\n').toLowerCase();
