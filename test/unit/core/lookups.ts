import { expect } from 'vitest';
import type { Connection } from '../../../src/core/connection.ts';
import { lookupsOf } from '../../../src/core/idb-lookups.ts';
import { ifReadable } from '../../../src/core/idb-rows.ts';

/** The keys by which tasks are found are those of their rows. A row that cannot be read may have any of its own. */
export async function checkLookups(database: Connection): Promise<void> {
  const [rows, found] = await database(async (db) => {
    const tx = db.transaction(['tasks', 'lookups']);
    return Promise.all([tx.objectStore('tasks').getAll(), tx.objectStore('lookups').getAllKeys()]);
  });
  const unreadable = new Set(rows.flatMap((row) => (ifReadable(row) ? [] : [row.task.task_id])));
  const wanted = rows.flatMap((row) => (unreadable.has(row.task.task_id) ? [] : lookupsOf(row)));
  const kept = found.filter((key) => !unreadable.has(String(key.at(-1))));
  expect(kept, 'the keys of the tasks are those of their rows').toEqual(wanted.sort(indexedDB.cmp.bind(indexedDB)));
}
