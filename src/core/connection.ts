/** One database handle for a thread, opened when first needed and again whenever it dies. */
import { openDatabase } from './idb-open.ts';
import type { Database } from './idb-schema.ts';

/** A newer version of the app has changed the database: this one's code can do no more until its page is loaded again. */
export class Outdated extends Error {
  override name = 'Outdated';
  constructor() {
    super('A newer version of this app has taken over its database. Reload the page.');
  }
}

export interface Connection {
  /**
   * Runs `use`, one transaction, on an open handle. It is run again when it has done nothing, because the handle had died before its
   * transaction began, or the browser aborted that.
   */
  <T>(use: (db: Database) => Promise<T>): Promise<T>;
  /** Closes the handle and tells nobody, as a browser does that loses it. */
  drop(): void;
  close(): void;
}

/** So many times in a row may a use come to nothing. */
const RETRIES = 3;

export function connection(name: string): Connection {
  let opening: Promise<Database> | undefined;

  function open(): Promise<Database> {
    if (opening) return opening;
    const forget = () => {
      // By now there may be another.
      if (opening === mine) opening = undefined;
    };
    const mine = openDatabase(name, forget).catch((error: unknown) => {
      forget();
      throw isDomException(error, 'VersionError') ? new Outdated() : error;
    });
    opening = mine;
    return mine;
  }

  async function connect<T>(use: (db: Database) => Promise<T>): Promise<T> {
    for (let left = RETRIES; ; left -= 1) {
      const mine = open();
      try {
        return await use(await mine);
      } catch (error) {
        // A closed handle begins no transaction (`InvalidStateError`); those under way are aborted by Chromium with an `UnknownError`.
        const dead = isDomException(error, 'InvalidStateError') || isDomException(error, 'UnknownError');
        if (dead && opening === mine) opening = undefined;
        if (left === 0 || !(dead || isDomException(error, 'AbortError'))) throw error;
      }
    }
  }

  return Object.assign(connect, {
    drop() {
      // Whoever opens it is told why that failed.
      opening?.then(
        (db) => db.close(),
        () => {},
      );
    },
    close() {
      opening?.then((db) => db.close());
      opening = undefined;
    },
  });
}

const isDomException = (error: unknown, name: string) => error instanceof DOMException && error.name === name;
