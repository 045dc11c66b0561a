/** The bare pipeline: the least code that gets an event from a worker over the disk and a service worker to a page. */

export const CHANNEL = 'bare';
export const DATABASE = 'bare';

/** What the worker is told to do for the stream `id`. */
export type Order = { id: string } & (
  | { kind: 'ticks'; count: number; low_ms: number; high_ms: number }
  /** One row an event; `together` of them share a transaction and a message. */
  | { kind: 'rows'; count: number; together: number }
  /** A row for each chunk; what is told last is the digest. */
  | { kind: 'hash'; file: File }
  /** Does nothing until it is canceled. */
  | { kind: 'hold' }
);

/** On the BroadcastChannel. */
export type Message =
  | { kind: 'frames'; id: string; text: string }
  | { kind: 'cancel'; id: string }
  | { kind: 'canceled'; id: string };

/** A database with a store of events and one of tasks. */
export function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('events', { keyPath: ['id', 'n'] });
      request.result.createObjectStore('tasks', { keyPath: 'id' });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves when all of it is committed. */
export function put(
  db: IDBDatabase,
  durability: IDBTransactionDurability,
  rows: { events?: object[]; tasks: object[] },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const tx = db.transaction(['events', 'tasks'], 'readwrite', { durability });
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error);
    for (const [name, all] of Object.entries(rows)) for (const row of all) tx.objectStore(name).put(row);
    tx.commit();
  });
}
