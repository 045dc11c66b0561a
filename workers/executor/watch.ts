/** The attempts that others have: the lease of each is asked for, which comes when its owner is gone. */
import type { Locks } from '../../src/core/discard.ts';
import type { AttemptRef } from '../../src/core/protocol.ts';
import { watchLock } from './lease.ts';

export interface WatchHost {
  locks: Locks;
  lockOf(task_id: string, attempt: number): string;
  /** The owner of an attempt is gone. What this throws is reported, and the lease asked for once more. */
  lost(ref: AttemptRef): Promise<unknown>;
  /** A lease has been held for long without a claim. */
  passing(): void;
  report(error: unknown): void;
}

/** Who has the lease of a waiting task claims it at once, or else keeps nobody from the others. */
const CLAIM_MS = 250;
/** What failed is tried again after this. */
const AGAIN_MS = 1_000;

export function createWatch({ locks, lockOf, lost, passing, report }: WatchHost) {
  const watched = new Map<string, { attempt: number; unwatch(): void; passed?: boolean }>();
  let stopped = false;

  function watch({ task_id, attempt }: AttemptRef) {
    const earlier = watched.get(task_id);
    if (stopped || (earlier && earlier.attempt >= attempt)) return;
    earlier?.unwatch();
    const unwatch = watchLock(locks, lockOf(task_id, attempt), () => {
      if (watched.get(task_id)?.attempt === attempt) watched.delete(task_id);
      lost({ task_id, attempt }).catch((error: unknown) => {
        report(error);
        later({ task_id, attempt });
      });
    });
    watched.set(task_id, { attempt, unwatch });
  }

  function later({ task_id, attempt }: AttemptRef) {
    setTimeout(watch, AGAIN_MS, { task_id, attempt });
  }

  return {
    watch,

    /** In a while: something about it has failed just now. */
    later,

    /** The lease of a task that waits is held by somebody: if it is not claimed soon, it is passed over from then on. */
    untilClaimed(ref: AttemptRef) {
      watch(ref);
      const held = watched.get(ref.task_id);
      setTimeout(() => {
        if (!held || watched.get(ref.task_id) !== held) return;
        held.passed = true;
        passing();
      }, CLAIM_MS);
    },

    /** The tasks that are not worth a look. */
    passed: () => new Set([...watched].flatMap(([task_id, { passed }]) => (passed ? task_id : []))),

    /** Forgets the attempt that is watched, if `isOver` says so of its number. */
    forget(task_id: string, isOver: (attempt: number) => boolean) {
      const known = watched.get(task_id);
      if (!known || !isOver(known.attempt)) return;
      known.unwatch();
      watched.delete(task_id);
    },

    stop() {
      stopped = true;
      for (const { unwatch } of watched.values()) unwatch();
    },
  };
}
