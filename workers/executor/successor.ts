/** What comes next when something ends here: it is claimed in the transaction of that end, which saves a look and a transaction. */
import type { Locks } from '../../src/core/discard.ts';
import type { Candidate, Claim, Committed, Limits, Step } from '../../src/core/store.ts';
import type { Appender } from './appender.ts';
import { takeLock } from './lease.ts';

export interface SuccessorHost {
  /** Who claims. */
  by: string;
  append: Appender;
  locks: Locks;
  lockOf(task_id: string, attempt: number): string;
  limits(): Promise<Limits>;
  isStopped(): boolean;
  /** A claim that may have been committed although it failed. */
  later(candidate: Candidate): void;
}

/** A claim, and the release of its lease. */
export interface Leased {
  claim: Claim;
  release(): void;
}

export function createSuccessor({ by, append, locks, lockOf, limits, isStopped, later }: SuccessorHost) {
  /** As the last look says; null: there is news since. */
  let next: Promise<Candidate | null> | null = null;
  /** By the task whose end it was claimed with. */
  const claimed = new Map<string, Leased>();

  /** What comes next, and its lease; null: it is not known, or another has it. */
  async function reserve() {
    const candidate = await next;
    next = null;
    if (!candidate || isStopped()) return null;
    const order = { candidate, limits: await limits(), by };
    const release = await takeLock(locks, lockOf(candidate.task_id, candidate.attempt));
    return release && { order, release };
  }

  return {
    /** @param candidate null: what was known is old news */
    expect(candidate: Promise<Candidate | null> | null) {
      next = candidate;
    },

    /** Ends what ran here, and claims what comes next. */
    async appendEnd(step: Step): Promise<Committed> {
      // Whatever is wrong with what comes next, the end is committed.
      const reserved = await reserve().catch(() => null);
      if (!reserved) return append(step);
      const { order, release } = reserved;
      try {
        const committed = await append({ ...step, next: order });
        if (committed.next) claimed.set(step.task_id, { claim: committed.next, release });
        else release();
        return committed;
      } catch (error) {
        release();
        later(order.candidate);
        throw error;
      }
    },

    /** What was claimed with the end of a task, once. */
    takeAfter(task_id: string): Leased | undefined {
      const after = claimed.get(task_id);
      claimed.delete(task_id);
      return after;
    },
  };
}
