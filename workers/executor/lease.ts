/** Leases are Web Locks: held by the executor that runs an attempt, asked for by all the others, who so learn that it died. */

import type { Locks } from '../../src/core/discard.ts';

/** Takes the lock if nobody has it. Resolves with its release, or null. */
export function takeLock(locks: Locks, name: string): Promise<(() => void) | null> {
  return new Promise((taken, failed) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (!lock) return taken(null);
        return new Promise<void>((release) => taken(release));
      })
      .catch(failed);
  });
}

/**
 * Calls `granted` once the lock's owner is gone. Shared, because a frozen tab that is first in an exclusive queue swallows the
 * grant (measured, Chromium 156). The lock is given back before the call: held meanwhile, it would keep everybody from the lease.
 * Returns the stop.
 */
export function watchLock(locks: Locks, name: string, granted: () => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  locks
    .request(name, { mode: 'shared', signal }, () => undefined)
    .then(() => {
      if (!signal.aborted) granted();
    })
    .catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  return () => end.abort();
}
