/** Which task is next: one index step for each type, however many tasks wait. */
import { readable } from './idb-rows.ts';
import { type ClaimKey, type Database, LAST } from './idb-schema.ts';
import type { Candidate, Limits } from './store.ts';

/** Throws `Unreadable`. */
export async function candidate(db: Database, limits: Limits): Promise<Candidate | null> {
  const tx = db.transaction('tasks');
  const [claims, running] = [tx.store.index('claim'), tx.store.index('running')];
  const total = running.count();
  const first = [...limits.types].map(async ([type, limit]) => {
    const range = IDBKeyRange.bound([type], [type, LAST]);
    const [cursor, busy] = await Promise.all([
      claims.openKeyCursor(range),
      limit.running === Number.POSITIVE_INFINITY ? 0 : running.count(type),
    ]);
    return busy < limit.running && cursor ? cursor.key : null;
  });
  const [count, ...keys] = await Promise.all([total, ...first]);
  if (count >= limits.running) return null;
  const best = keys.reduce((a, b) => (a && b ? (compare(a, b) < 0 ? a : b) : (a ?? b)), null);
  const row = best && (await tx.store.get(best[3]));
  return row ? { task_id: best[3], attempt: readable(row).task.attempt + 1 } : null;
}

const compare = (a: ClaimKey, b: ClaimKey): number => indexedDB.cmp(a.slice(1), b.slice(1));
