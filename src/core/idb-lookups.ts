/**
 * How tasks are found by what they are in. These are keys of a store of their own, and no indexes of `tasks`: what an index said of a
 * row before stays in Chromium's database for as long as that is open, and every look passes over it. With indexes, the next task was
 * found in 5 ms at first and in 24 ms after 3,000 tasks (measured, Chromium 156); `npm run bench -- queue` shows that it stays the same now.
 */
import type { IDBPObjectStore, StoreNames } from 'idb';
import { ifReadable } from './idb-rows.ts';
import { type Database, type HoldfastSchema, LAST, type LookupKey, type TaskRow } from './idb-schema.ts';

type Mode = 'readwrite' | 'versionchange';
type Lookups = IDBPObjectStore<HoldfastSchema, StoreNames<HoldfastSchema>[], 'lookups', Mode>;

export function lookupsOf({ task, claim_key, wake_key, running }: TaskRow): LookupKey[] {
  return [
    ['status', task.status, task.task_id],
    ...(claim_key ? [['claim', ...claim_key] satisfies LookupKey] : []),
    ...(wake_key ? [['wake', ...wake_key] satisfies LookupKey] : []),
    ...(running === undefined ? [] : [['running', running, task.task_id] satisfies LookupKey]),
  ];
}

/** All keys that begin like this. */
export const lookups = (...start: readonly [LookupKey[0], ...unknown[]]) => IDBKeyRange.bound(start, [...start, LAST]);

/** When a task that waits for its time is due, ms. */
export const dueOf = (key: LookupKey): number => (key[0] === 'wake' ? key[1] : 0);

export const taskOf = (key: LookupKey): string => String(key.at(-1));

/** Sends what has to change with a task's row; null: there is none. */
export function moveLookups(store: Lookups, before: TaskRow | null, after: TaskRow | null): Promise<unknown>[] {
  const [old, now] = [before ? lookupsOf(before) : [], after ? lookupsOf(after) : []];
  const missing = (from: LookupKey[]) => (key: LookupKey) => !from.some((other) => indexedDB.cmp(other, key) === 0);
  return [
    ...old.filter(missing(now)).map((key) => store.delete(key)),
    ...now.filter(missing(old)).map((key) => store.put(null, key)),
  ];
}

/** Of a task whose row cannot say which they are. */
export async function dropLookups(store: Lookups, task_id: string, kinds: readonly LookupKey[0][]): Promise<void> {
  const keys = await Promise.all(kinds.map((kind) => store.getAllKeys(lookups(kind))));
  await Promise.all(
    keys
      .flat()
      .filter((key) => taskOf(key) === task_id)
      .map((key) => store.delete(key)),
  );
}

/** Takes tasks that cannot be read out of the keys by which tasks run, or they would stand in the way of all others. Their rows are kept. */
export async function setAside(db: Database, task_ids: readonly string[]): Promise<void> {
  const tx = db.transaction(['tasks', 'lookups'], 'readwrite');
  const tasks = tx.objectStore('tasks');
  for (const task_id of task_ids) {
    const row = await tasks.get(task_id);
    if (ifReadable(row)) continue;
    await dropLookups(tx.objectStore('lookups'), task_id, ['claim', 'wake', 'running']);
    if (!row) continue;
    const { claim_key, wake_key, running, waits_for, ...rest } = row;
    await tasks.put(rest);
  }
  await tx.done;
}
