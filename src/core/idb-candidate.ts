/** Which task is next: one step for each type of which some wait, however many those are. */
import { lookups, taskOf } from './idb-lookups.ts';
import { readable } from './idb-rows.ts';
import { type Database, LAST, type LookupKey } from './idb-schema.ts';
import { type Candidate, type Limits, Unreadable } from './store.ts';

/** Throws `Unreadable`. */
export async function candidate(db: Database, limits: Limits): Promise<Candidate | null> {
  const tx = db.transaction(['tasks', 'lookups']);
  const keys = tx.objectStore('lookups');
  const total = keys.count(lookups('running'));
  const firstFrom = async (start: readonly unknown[]) =>
    (await keys.openKeyCursor(IDBKeyRange.bound(start, ['claim', LAST])))?.key;
  let key = firstFrom(['claim']);
  if ((await total) >= limits.running) return null;
  let best: LookupKey | null = null;
  for (let found = await key; found; found = await key) {
    const type = String(found[1]);
    key = firstFrom(['claim', type, LAST]);
    const most = limits.types.get(type)?.running ?? 0;
    const isFree = most === Number.POSITIVE_INFINITY || (await keys.count(lookups('running', type))) < most;
    if (isFree && (!best || comesBefore(found, best))) best = found;
  }
  if (!best) return null;
  const task_id = taskOf(best);
  const row = await tx.objectStore('tasks').get(task_id);
  if (!row) throw new Unreadable(task_id, 'it has no row');
  return { task_id, attempt: readable(row).task.attempt + 1 };
}

/** By priority, due time and age, which come after the type. */
const comesBefore = (a: LookupKey, b: LookupKey) => indexedDB.cmp(a.slice(2), b.slice(2)) < 0;
