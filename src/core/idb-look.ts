/** Which task is next: one step for each type of which some wait, however many those are. */
import { dueOf, lookups, taskOf } from './idb-lookups.ts';
import { readable } from './idb-rows.ts';
import { type Database, LAST, type LookupKey } from './idb-schema.ts';
import { type Limits, type Look, Unreadable } from './store.ts';

/** `passed`: the tasks that are not meant. Throws `Unreadable`. */
export async function look(db: Database, limits: Limits, passed: ReadonlySet<string>): Promise<Look> {
  const tx = db.transaction(['tasks', 'lookups']);
  const keys = tx.objectStore('lookups');
  async function firstFrom(start: readonly unknown[]): Promise<LookupKey | undefined> {
    let cursor = await keys.openKeyCursor(IDBKeyRange.bound(start, ['claim', LAST]));
    while (cursor && passed.has(taskOf(cursor.key))) cursor = await cursor.continue();
    return cursor?.key;
  }
  const [running, first, wake] = await Promise.all([
    keys.count(lookups('running')),
    firstFrom(['claim']),
    keys.openKeyCursor(lookups('wake')),
  ]);
  const due = wake ? dueOf(wake.key) : null;
  if (running >= limits.running) return { best: null, due };
  let best: LookupKey | null = null;
  for (let key = first; key; ) {
    const type = String(key[1]);
    const most = limits.types.get(type)?.running ?? 0;
    const [busy, next] = await Promise.all([
      most === Number.POSITIVE_INFINITY ? 0 : keys.count(lookups('running', type)),
      firstFrom(['claim', type, LAST]),
    ]);
    if (busy < most && (!best || comesBefore(key, best))) best = key;
    key = next;
  }
  if (!best) return { best: null, due };
  const task_id = taskOf(best);
  const row = await tx.objectStore('tasks').get(task_id);
  if (!row) throw new Unreadable(task_id, 'it has no row');
  return { best: { task_id, attempt: readable(row).task.attempt + 1 }, due };
}

/** By priority, due time and age, which come after the type. */
const comesBefore = (a: LookupKey, b: LookupKey) => indexedDB.cmp(a.slice(2), b.slice(2)) < 0;
