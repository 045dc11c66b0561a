/** What the store lets go of: the beginnings of long logs, and tasks that finished long ago. */
import { lookups, taskOf } from './idb-lookups.ts';
import { ifReadable } from './idb-rows.ts';
import { type Database, FORGOTTEN, IDEMPOTENCY, INPUT, LAST, logOf, partsOf, type TaskRow } from './idb-schema.ts';
import { STAGED } from './idb-transfer.ts';
import type { Settings, Status, StoredTask } from './schema.ts';
import { isSegment } from './segment.ts';
import { bytesOf, fold, type TaskEvent } from './task.ts';

/** Rows read in one go. */
const STEP = 100;

type LogLimits = Pick<Settings, 'log_events' | 'log_bytes'>;

/** Whether a task's log has outgrown its limits. */
export const isOver = ({ task, trimmed, log_bytes }: TaskRow, limits: LogLimits): boolean =>
  Number(task.last_event_id) - trimmed > limits.log_events || log_bytes > limits.log_bytes;

/**
 * Whole segments go, the last one never; the task at the cut is kept, so that what is left folds onto it. What cannot be read goes with
 * the rest: it must not keep a log from being trimmed for ever.
 */
export async function trim(db: Database, task_id: string, limits: LogLimits): Promise<void> {
  for (;;) {
    const tx = db.transaction(['tasks', 'log', 'cuts'], 'readwrite', { durability: 'relaxed' });
    const [tasks, log, cuts] = [tx.objectStore('tasks'), tx.objectStore('log'), tx.objectStore('cuts')];
    const row = ifReadable(await tasks.get(task_id));
    if (!row || !isOver(row, limits)) return tx.done;
    const last = Number(row.task.last_event_id);
    let cut: StoredTask | null = (await cuts.get(task_id)) ?? null;
    const before = row.trimmed;
    const segments = await log.getAll(logOf(task_id, 1), STEP);
    for (const [i, next] of segments.slice(1).entries()) {
      if (!isOver(row, limits)) break;
      const segment = segments[i];
      // One that cannot be read does not say where it ends; its bytes are about its share.
      const end = next.first - 1;
      const share = (row.log_bytes * (end - row.trimmed)) / (last - row.trimmed);
      const events = isSegment(segment) ? segment.events : null;
      row.log_bytes -= events ? events.reduce((sum, event) => sum + bytesOf(event), 0) : Math.round(share);
      cut = cutAt(end, cut, events ?? [], row.task);
      row.trimmed = end;
    }
    if (!cut || row.trimmed === before) return tx.done;
    const gone = IDBKeyRange.bound([task_id, 1], [task_id, row.trimmed]);
    await Promise.all([tasks.put(row), cuts.put(cut, task_id), log.delete(gone), tx.done]);
  }
}

/** The task after event number `end`: the fold of these events, or, where some cannot be read, as near as can be told. */
function cutAt(end: number, cut: StoredTask | null, events: readonly TaskEvent[], task: StoredTask): StoredTask {
  try {
    const folded = fold(cut, events);
    if (folded?.last_event_id === String(end)) return folded;
  } catch {
    // They do not follow from what is known of the task before them.
  }
  const state = events.findLast((event) => event.state)?.state;
  return { ...(cut ?? task), ...state, last_event_id: String(end) };
}

const finished: Status[] = ['completed', 'failed', 'canceled'];

export async function expired(
  db: Database,
  now: number,
  keep: Pick<Settings, 'keep_finished' | 'keep_finished_ms'>,
): Promise<string[]> {
  const tx = db.transaction(['tasks', 'lookups']);
  const [tasks, keys] = [tx.objectStore('tasks'), tx.objectStore('lookups')];
  // Ids sort by creation, which is near enough to the order in which tasks finished.
  const found = await Promise.all(finished.map((status) => keys.getAllKeys(lookups('status', status))));
  const ids = found.flat().map(taskOf).sort();
  const surplus = Math.max(0, ids.length - keep.keep_finished);
  const gone = ids.slice(0, surplus);
  const until = now - keep.keep_finished_ms;
  for (let i = surplus; i < ids.length; i += STEP) {
    const rows = await Promise.all(ids.slice(i, i + STEP).map((id) => tasks.get(id)));
    const old = rows.filter((row) => row?.task.finished_at && Date.parse(row.task.finished_at) < until);
    gone.push(...old.flatMap((row) => row?.task.task_id ?? []));
  }
  return gone;
}

/** The empty segments that tell of deletions: all but the newest go. What reads on from before them begins again. */
export async function forgetDeletions(db: Database, keep: number): Promise<void> {
  const keys = await deletions(db);
  if (keys.length <= keep) return;
  const tx = db.transaction(['log', 'meta'], 'readwrite', { durability: 'relaxed' });
  const [log, meta] = [tx.objectStore('log'), tx.objectStore('meta')];
  const found = (await Promise.all(keys.map((key) => log.get(key)))).filter((segment) => segment !== undefined);
  const gone = found.sort((a, b) => a.seq - b.seq).slice(0, Math.max(0, found.length - keep));
  const forgotten = gone.at(-1)?.seq;
  if (forgotten === undefined) return tx.done;
  await Promise.all([...gone.map(({ task_id }) => log.delete([task_id, 0])), meta.put(forgotten, FORGOTTEN), tx.done]);
}

/** Their keys. Looked for in steps, so that writers are not held up, and past the events of each task. */
async function deletions(db: Database): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for (let before = ''; ; ) {
    const { store } = db.transaction('log');
    for (let step = 0; step < STEP; step += 1) {
      const [key] = await store.getAllKeys(IDBKeyRange.lowerBound([before, LAST]), 1);
      if (!key) return found;
      if (key[1] === 0) found.push(key);
      before = key[0];
    }
  }
}

export async function dropOrphans(db: Database, time: number): Promise<void> {
  await db.delete('files', IDBKeyRange.bound([STAGED], [`${STAGED}\uffff`]));
  await dropRows(db, time);
  await dropInputs(db, time);
}

async function dropRows(db: Database, time: number): Promise<void> {
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

/** Input files that were added before `time` and that no task names. */
async function dropInputs(db: Database, time: number): Promise<void> {
  const named = new Set<string>();
  let last = '';
  const look = async (store: { getAll(range: IDBKeyRange, count: number): Promise<TaskRow[]> }): Promise<void> => {
    for (;;) {
      const rows = await store.getAll(IDBKeyRange.lowerBound(last, true), STEP);
      for (const { task } of rows) for (const file_id of inputsOf(task.input)) named.add(file_id);
      last = rows.at(-1)?.task.task_id ?? last;
      if (rows.length < STEP) return;
    }
  };
  // Step by step, so that writers are not held up; then, with writers held up, only the tasks that have come meanwhile.
  await look({ getAll: (range, count) => db.getAll('tasks', range, count) });
  const tx = db.transaction(['tasks', 'files'], 'readwrite', { durability: 'relaxed' });
  await look(tx.objectStore('tasks'));
  const files = tx.objectStore('files');
  for (const key of await files.getAllKeys(IDBKeyRange.bound([INPUT], [INPUT, LAST]))) {
    const [, file_id] = key;
    const row = named.has(file_id) ? undefined : await files.get(key);
    if (row && row.added_at < time) await Promise.all([files.delete(key), files.delete(partsOf(file_id))]);
  }
  await tx.done;
}

/** The `file_id`s anywhere in a task's input. */
function inputsOf(input: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(input, (key, value) => {
    if (key === 'file_id') found.push(value);
    return value;
  });
  return found;
}
