/** Who in this service worker follows what: commits come in, the followers of their tasks are called. All of it may be lost. */
import type { Commit } from '../src/core/store.ts';
import type { Segment } from '../src/core/task.ts';

export interface Follower {
  /** Events that were just committed. */
  published?(segment: Segment): void;
  /** Events up to this number exist; they may have come by `published`, or not. */
  reached(newest: number): void;
}

/** The topic of those who follow every task. */
export const ALL = '*';
/** The topic of a lesson: nothing is published there. */
export const LESSON = '';

export type Hub = ReturnType<typeof createHub>;

export function createHub() {
  const followers = new Map<string, Set<Follower>>();
  const of = (topic: string) => followers.get(topic) ?? [];
  return {
    /** Returns the stop. */
    follow(topic: string, follower: Follower): () => void {
      const set = followers.get(topic) ?? new Set();
      followers.set(topic, set.add(follower));
      return () => {
        set.delete(follower);
        if (set.size === 0 && followers.get(topic) === set) followers.delete(topic);
      };
    },
    deliver({ segments = [], tasks, newest }: Omit<Commit, 'segments'> & Partial<Commit>) {
      for (const segment of segments) {
        for (const follower of of(segment.task_id)) follower.published?.(segment);
        for (const follower of of(ALL)) follower.published?.(segment);
      }
      for (const { task_id, last } of tasks) for (const follower of of(task_id)) follower.reached(last);
      for (const follower of of(ALL)) follower.reached(newest);
    },
  };
}
