/** One database handle for a thread, opened when first needed and again whenever it dies. */
import { type Database, openDatabase } from './idb-schema.ts';

/** A newer version of the app has changed the database: this one's code can do no more until its page is loaded again. */
export class Outdated extends Error {
  override name = 'Outdated';
  constructor() {
    super('A newer version of this app has taken over its database. Reload the page.');
  }
}

export interface Connection {
  /** Runs `use` on an open handle. A handle that had died before its transaction began is replaced, once. */
  <T>(use: (db: Database) => Promise<T>): Promise<T>;
  close(): void;
}

export function connection(name: string): Connection {
  let opening: Promise<Database> | undefined;
  const forget = () => {
    opening = undefined;
  };
  const open = () => {
    opening ??= openDatabase(name, forget).catch((error: unknown) => {
      forget();
      throw isDomException(error, 'VersionError') ? new Outdated() : error;
    });
    return opening;
  };
  const connect = async <T>(use: (db: Database) => Promise<T>): Promise<T> => {
    const db = await open();
    try {
      return await use(db);
    } catch (error) {
      // Safari closes handles by itself: the next use opens another, whatever became of this one.
      if (isDomException(error, 'UnknownError')) forget();
      // Thrown by `transaction()` on a closed handle: nothing was read or written.
      if (!isDomException(error, 'InvalidStateError')) throw error;
      forget();
      return use(await open());
    }
  };
  return Object.assign(connect, {
    close() {
      opening?.then((db) => db.close());
      forget();
    },
  });
}

const isDomException = (error: unknown, name: string) => error instanceof DOMException && error.name === name;
