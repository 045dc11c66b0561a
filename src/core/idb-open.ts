/** Opens the database, and brings one of an earlier version of the app to this one's shape. */
import { type IDBPTransaction, openDB, type StoreNames, unwrap, wrap } from 'idb';
import { moveLookups } from './idb-lookups.ts';
import { ifReadable } from './idb-rows.ts';
import { begin, type Database, type HoldfastSchema } from './idb-schema.ts';

const VERSION = 2;

/** `closed` is called when the handle is worthless, whatever the reason; `blocked` when an older version's is not closed at once. */
export async function openDatabase(name: string, closed: () => void, blocked: () => void): Promise<Database> {
  const db = await openDB<HoldfastSchema>(name, VERSION, {
    async upgrade(db, from, _to, tx) {
      if (from < 1) create(db);
      if (from < 2) await lookUpByKeys(db, tx);
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      closed();
    },
    blocked,
    terminated: closed,
  });
  unawaitedEnds(db);
  return db;
}

/** Not every reader awaits its transaction's end: what aborts one is told by its requests, and is no unhandled rejection. */
function unawaitedEnds(db: Database) {
  const plain = unwrap(db);
  const begin = plain.transaction.bind(plain);
  plain.transaction = (...args) => {
    const tx = begin(...args);
    wrap(tx).done.catch(() => {});
    return tx;
  };
}

type Upgrade = IDBPTransaction<HoldfastSchema, StoreNames<HoldfastSchema>[], 'versionchange'>;

function create(db: Database): void {
  const tasks = db.createObjectStore('tasks', { keyPath: 'task.task_id' });
  tasks.createIndex('waits_for', 'waits_for', { multiEntry: true });
  db.createObjectStore('log', { keyPath: ['task_id', 'first'] }).createIndex('seq', 'seq');
  db.createObjectStore('cuts');
  db.createObjectStore('checkpoints');
  db.createObjectStore('files', { keyPath: ['owner', 'name', 'offset'] });
  begin(db.createObjectStore('meta'));
}

/** Version 1 had indexes for this. */
async function lookUpByKeys(db: Database, tx: Upgrade): Promise<void> {
  const store = db.createObjectStore('lookups');
  const tasks = tx.objectStore('tasks');
  const { indexNames }: { indexNames: DOMStringList } = tasks;
  for (const name of [...indexNames]) if (name !== 'waits_for') unwrap(tasks).deleteIndex(name);
  for (let cursor = await tasks.openCursor(); cursor; cursor = await cursor.continue()) {
    const row = ifReadable(cursor.value);
    const { task_id, status } = cursor.value.task;
    // One that cannot be read is still counted, and cleared up when it is old.
    const sent = row
      ? moveLookups(store, null, row)
      : typeof status === 'string'
        ? [store.put(null, ['status', status, task_id])]
        : [];
    await Promise.all(sent);
  }
}
