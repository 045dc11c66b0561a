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

/** An older version of the app has the database open, in a thread that cannot hear that it is wanted. */
export class Blocked extends Error {
  override name = 'Blocked';
  constructor() {
    super('A tab with an older version of this app keeps the database open. Close it, please.');
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
/** A thread that computes does not let go of its handle meanwhile: so long is waited for it before that is told. */
const BLOCKED_MS = 5_000;

export function connection(name: string): Connection {
  /** `ready` rejects once it is blocked for too long; the database may be opened all the same after that. */
  let opening: { db: Promise<Database>; ready: Promise<Database> } | undefined;

  function open() {
    if (opening) return opening;
    const forget = () => {
      // By now there may be another.
      if (opening?.db === mine) opening = undefined;
    };
    const { promise: late, reject } = Promise.withResolvers<never>();
    const open = openDatabase(name, forget, () => setTimeout(reject, BLOCKED_MS, new Blocked()));
    const mine = open.catch((error: unknown) => {
      forget();
      throw isDomException(error, 'VersionError') ? new Outdated() : error;
    });
    // One race for all uses, and none once it is open: each would hold on to what never settles, for as long as the thread lives.
    const now = { db: mine, ready: Promise.race([mine, late]) };
    now.ready.catch(() => {});
    mine.then(
      () => {
        now.ready = mine;
      },
      () => {},
    );
    opening = now;
    return now;
  }

  async function connect<T>(use: (db: Database) => Promise<T>): Promise<T> {
    for (let left = RETRIES; ; left -= 1) {
      const mine = open();
      try {
        return await use(await mine.ready);
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
      opening?.db.then(
        (db) => db.close(),
        () => {},
      );
    },
    close() {
      opening?.db.then((db) => db.close());
      opening = undefined;
    },
  });
}

export const isDomException = (error: unknown, name: string): error is DOMException =>
  error instanceof DOMException && error.name === name;
