/** What the store lets go of: the beginnings of long logs, and tasks that finished long ago. */
import { type Database, IDEMPOTENCY, LAST } from './idb-schema.ts';
import { bytesOf } from './idb-writer.ts';
import type { Settings, Status, StoredTask } from './schema.ts';
import { fold } from './task.ts';

/** Segments read in one go. */
const STEP = 100;

/** Whole segments go, the last one never; the task at the cut is kept, so that what is left folds onto it. */
export async function trim(
  db: Database,
  task_id: string,
  limits: Pick<Settings, 'log_events' | 'log_bytes'>,
): Promise<void> {
  for (;;) {
    const tx = db.transaction(['tasks', 'log', 'cuts'], 'readwrite', { durability: 'relaxed' });
    const [tasks, log, cuts] = [tx.objectStore('tasks'), tx.objectStore('log'), tx.objectStore('cuts')];
    const row = await tasks.get(task_id);
    if (!row) return tx.done;
    const last = Number(row.task.last_event_id);
    const over = () => last - row.trimmed > limits.log_events || row.log_bytes > limits.log_bytes;
    if (!over()) return tx.done;
    let cut: StoredTask | null = (await cuts.get(task_id)) ?? null;
    const before = row.trimmed;
    for (const { last: end, events } of await log.getAll(IDBKeyRange.bound([task_id, 1], [task_id, LAST]), STEP)) {
      if (end === last || !over()) break;
      cut = fold(cut, events);
      row.trimmed = end;
      row.log_bytes -= events.reduce((sum, event) => sum + bytesOf(event), 0);
    }
    if (!cut || row.trimmed === before) return tx.done;
    const gone = IDBKeyRange.bound([task_id, 1], [task_id, row.trimmed]);
    await Promise.all([tasks.put(row), cuts.put(cut, task_id), log.delete(gone), tx.done]);
  }
}

const finished: Status[] = ['completed', 'failed', 'canceled'];

export async function expired(
  db: Database,
  now: number,
  keep: Pick<Settings, 'keep_finished' | 'keep_finished_ms'>,
): Promise<string[]> {
  const index = db.transaction('tasks').store.index('status');
  // Ids sort by creation, which is near enough to the order in which tasks finished.
  const ids = (await Promise.all(finished.map((status) => index.getAllKeys(status)))).flat().sort();
  const surplus = ids.slice(0, Math.max(0, ids.length - keep.keep_finished));
  const oldest = ids.slice(surplus.length, surplus.length + STEP);
  const rows = await Promise.all(oldest.map((id) => db.get('tasks', id)));
  const old = rows.filter(
    (row) => row?.task.finished_at && now - Date.parse(row.task.finished_at) > keep.keep_finished_ms,
  );
  return [...surplus, ...old.flatMap((row) => (row ? [row.task.task_id] : []))];
}

export async function dropOrphans(db: Database, time: number): Promise<void> {
  const tx = db.transaction(['tasks', 'checkpoints', 'cuts', 'meta'], 'readwrite', { durability: 'relaxed' });
  for (const store of [tx.objectStore('checkpoints'), tx.objectStore('cuts')]) {
    for (const key of await store.getAllKeys()) {
      if ((await tx.objectStore('tasks').getKey(key)) === undefined) await store.delete(key);
    }
  }
  const answers = IDBKeyRange.bound(IDEMPOTENCY, `${IDEMPOTENCY}\uffff`);
  for (let cursor = await tx.objectStore('meta').openCursor(answers); cursor; cursor = await cursor.continue()) {
    const { value } = cursor;
    if (typeof value === 'object' && 'at' in value && Date.parse(value.at) < time) await cursor.delete();
  }
  await tx.done;
}
