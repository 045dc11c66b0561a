/** Files that outlast their tasks, in a database of a test. */
import type { Connection } from '../../src/core/connection.ts';
import type { Locks } from '../../src/core/discard.ts';
import { LASTING, lastingFilesOf } from '../../src/core/lasting-file.ts';

/** Whoever had a file open may have died without a word: nobody waits for that one here. */
const atOnce: Locks = {
  request: (async (_name: string, options: unknown, granted?: (lock: null) => unknown) =>
    (granted ?? (options as (lock: null) => unknown))(null)) as LockManager['request'],
};

export const lastingIn = (database: Connection) =>
  lastingFilesOf(database, { lasting: 'lasting', lastingLock: (file) => `lasting:${file}` }, atOnce);

/** As if there had never been any. */
export const forgetLasting = (database: Connection) =>
  database((db) => db.delete('files', IDBKeyRange.bound([LASTING], [LASTING, []])));
