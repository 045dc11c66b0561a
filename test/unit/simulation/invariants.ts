/** What must hold whatever happened, read from the log as it lies on disk. */
import { expect } from 'vitest';
import { apply, isFinished, type Segment, type StoredTask } from '../../../src/core/task.ts';
import { checkLookups } from '../core/lookups.ts';
import { LIMIT, NARROW_LIMIT, type World } from './world.ts';

/** Reads the whole log and folds it; fails on the first thing that is not as it must be. Resolves with the tasks. */
export async function checkInvariants({ store, database, commits, errors }: World): Promise<StoredTask[]> {
  expect(errors).toEqual([]);
  const segments = await wholeLog(store);
  checkPublished(
    segments,
    commits.flatMap((commit) => commit.segments),
  );

  const folded = new Map<string, StoredTask>();
  const attempts = new Map<string, number>();
  let seq = 0;
  for (const segment of segments) {
    expect(segment.seq, 'overall numbers rise without holes').toBe(seq + 1);
    seq = segment.seq + segment.events.length - 1;
    for (const event of segment.events) {
      const before = folded.get(segment.task_id) ?? null;
      expect(event.n, 'numbers without holes').toBe(Number(before?.last_event_id ?? 0) + 1);
      folded.set(segment.task_id, apply(before, event, event.n, event.at));
      if (event.kind === 'started') {
        expect(event.attempt, 'attempts rise').toBe((attempts.get(segment.task_id) ?? 0) + 1);
        attempts.set(segment.task_id, event.attempt);
      }
      if (event.kind === 'completed') expect(before?.cancel_requested_at, 'a cancel that came first wins').toBeNull();
      if (before && isFinished(before.status)) expect(event.kind, 'only a retry follows an end').toBe('retried');
    }
    const running = [...folded.values()].filter((task) => task.status === 'running');
    expect(running.length, 'the limit').toBeLessThanOrEqual(LIMIT);
    expect(running.filter((task) => task.type === 'narrow').length, 'the limit of the type').toBeLessThanOrEqual(
      NARROW_LIMIT,
    );
  }
  for (const [task_id, task] of folded) expect(await store.get(task_id), 'the snapshot is the fold').toEqual(task);
  await checkLookups(database);
  return [...folded.values()];
}

async function wholeLog(store: World['store']): Promise<Segment[]> {
  const all: Segment[] = [];
  for (;;) {
    const last = all.at(-1);
    const { segments } = await store.readAll(last ? last.seq + last.events.length - 1 : 0, 100);
    if (segments.length === 0) return all;
    all.push(...segments);
  }
}

/** What was published is what is on disk: nothing more, nothing twice. */
function checkPublished(stored: Segment[], published: Segment[]) {
  const bySeq = [...published].sort((a, b) => a.seq - b.seq);
  expect(bySeq).toEqual(stored);
}
