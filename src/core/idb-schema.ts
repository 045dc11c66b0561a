/** The database: its stores, and the keys of what is in them. */
import type { DBSchema, IDBPDatabase } from 'idb';
import * as v from 'valibot';
import {
  type Checkpoint,
  type Segment,
  type Settings,
  type Status,
  type StoredTask,
  StoredTaskSchema,
  type Task,
} from './schema.ts';
import type { TaskSnapshot } from './store.ts';

/** A task and by what it is found: its keys in `lookups`, each absent where it is not to be found by it. */
export const TaskRowSchema = v.object({
  task: StoredTaskSchema,
  /** Only due, unblocked tasks have it: `[type, -priority, due (ms), task_id]`, so that claiming is one step. */
  claim_key: v.exactOptional(v.strictTuple([v.string(), v.number(), v.number(), v.string()])),
  /** Unblocked tasks whose time has not come: `[due (ms), task_id]`. */
  wake_key: v.exactOptional(v.strictTuple([v.number(), v.string()])),
  /** The tasks that have to complete before this one. */
  waits_for: v.exactOptional(v.array(v.string())),
  /** The type of a task that runs. */
  running: v.exactOptional(v.string()),
  /** About how many bytes of log are kept. */
  log_bytes: v.number(),
  /** How many of the first events have been trimmed away. */
  trimmed: v.number(),
});
export type TaskRow = v.InferOutput<typeof TaskRowSchema>;
export type ClaimKey = NonNullable<TaskRow['claim_key']>;

/** What it is for, what it sorts by, and the task's id. */
export type LookupKey =
  | ['claim', ...ClaimKey]
  | ['wake', ...NonNullable<TaskRow['wake_key']>]
  | ['running', type: string, task_id: string]
  | ['status', Status, task_id: string];

/** An input file (`owner` "input", `name` its id; no body: its bytes are in `input-parts.ts`), or a chunk of an output file where there is no OPFS. */
export interface FileRow {
  owner: string;
  name: string;
  offset: number;
  /** The name that people see. */
  title: string;
  type: string;
  size: number;
  /** When it was added, ms. */
  added_at: number;
  /** When the file itself was last changed, ms. */
  last_modified: number;
  /** A snapshot: that of a task which waits for the end of an import. */
  body: Blob | FileSystemFileHandle | Uint8Array | TaskSnapshot | null;
}

/** The key in `meta` of the overall number up to which deletions are no longer told; absent while all are. */
export const FORGOTTEN = 'forgotten';

/** Begins the key of an answer in `meta`. */
export const IDEMPOTENCY = 'idempotency:';

export interface IdempotencyRow {
  fingerprint: string;
  /** As they were answered first. */
  tasks: Task[];
  at: string;
}

export interface HoldfastSchema extends DBSchema {
  tasks: {
    key: string;
    value: TaskRow;
    indexes: { waits_for: string };
  };
  /** What would be indexes of `tasks`, were it not for what `idb-lookups.ts` says. */
  lookups: { key: LookupKey; value: null };
  /** A segment's key is `[task_id, first]`. A deleted task leaves one empty segment with `first` 0. */
  log: { key: [string, number]; value: Segment; indexes: { seq: number } };
  /** Tasks as they were at the end of what was trimmed from their logs. */
  cuts: { key: string; value: StoredTask };
  checkpoints: { key: string; value: Checkpoint };
  files: { key: [string, string, number]; value: FileRow };
  meta: { key: string; value: string | number | IdempotencyRow | Settings };
}

export type Database = IDBPDatabase<HoldfastSchema>;

/** Sorts after every number, string and shorter array: the end of a key range over a prefix. */
export const LAST: never[] = [];

/** The `owner` of an input file's row. */
export const INPUT = 'input';
/** The rows that hold an input file's bytes where IndexedDB takes no blobs, between two offsets. */
export const partsOf = (file_id: string, from = 0, to: number | typeof LAST = LAST) =>
  IDBKeyRange.bound([inputPartsOwner(file_id), file_id, from], [inputPartsOwner(file_id), file_id, to]);
export const inputPartsOwner = (file_id: string) => `${INPUT}:${file_id}`;

export const logOf = (task_id: string, from: number) => IDBKeyRange.bound([task_id, from], [task_id, LAST]);

/** What a database with nothing in it has. */
export const begin = (meta: { put(value: string | number, key: string): Promise<unknown> }) =>
  Promise.all([meta.put(crypto.randomUUID(), 'epoch'), meta.put(0, 'seq')]);
