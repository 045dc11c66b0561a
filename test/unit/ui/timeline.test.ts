import { describe, expect, test } from 'vitest';
import type { Moment } from '../../../src/ui/task/moments.ts';
import { extended, noTimeline, type Stretch } from '../../../src/ui/task/timeline.ts';
import { change, checkpoint, completed, created, gap, line, lost, progress, started } from './moments.ts';

const timelineOf = (...moments: Moment[]) => extended(noTimeline, moments, 0).stretches;
/** In seconds. */
const shape = (stretches: readonly Stretch[]) =>
  stretches.map(({ kind, from, to }) => [kind, from / 1000, to === null ? null : to / 1000]);

test('a task waits, then runs, then has ended', () => {
  const stretches = timelineOf(created(0), started(2), progress(3, 10), completed(5));
  expect(shape(stretches)).toEqual([
    ['waiting', 0, 2],
    ['running', 2, 5],
  ]);
  expect(stretches[1]).toMatchObject({ attempt: 1, by: 'a', adopted: false, end: { kind: 'completed' } });
});

test('what lasts has no end', () => {
  expect(shape(timelineOf(created(0)))).toEqual([['waiting', 0, null]]);
  expect(shape(timelineOf(created(0), started(1), progress(9, 5)))).toEqual([
    ['waiting', 0, 1],
    ['running', 1, null],
  ]);
});

describe('a run that was lost', () => {
  test('and taken over by another executor at once is adopted', () => {
    const stretches = timelineOf(created(0), started(0), progress(4, 1), lost(5), started(5, 2, 'b'));
    expect(shape(stretches)).toEqual([
      ['waiting', 0, 0],
      ['running', 0, 5],
      ['waiting', 5, 5],
      ['running', 5, null],
    ]);
    expect(stretches[3]).toMatchObject({ attempt: 2, by: 'b', adopted: true });
  });

  test('long after it was heard of last was silent in between', () => {
    expect(shape(timelineOf(created(0), started(0), progress(4, 1), lost(60), started(61, 2, 'b')))).toEqual([
      ['waiting', 0, 0],
      ['running', 0, 4],
      ['silent', 4, 60],
      ['waiting', 60, 61],
      ['running', 61, null],
    ]);
  });

  test('is heard of by its log as well', () => {
    expect(shape(timelineOf(created(0), started(0), line(3, 'x', 'info', 58), lost(60)))[1]).toEqual([
      'running',
      0,
      60,
    ]);
  });

  test('of whose executor nothing is known is not said to be adopted', () => {
    const [, , , run] = timelineOf(created(0), started(0, 1, null), lost(1), started(1, 2, 'b'));
    expect(run).toMatchObject({ adopted: false });
  });
});

test('a tab that is frozen or left lets its task wait, and the one that takes over has adopted it', () => {
  const released = (seconds: number, frozen: boolean) =>
    change(seconds, { kind: 'released', frozen }, { status: 'pending' });
  const stretches = timelineOf(created(0), started(0), released(5, true), started(90, 2, 'b'), released(95, false));
  expect(shape(stretches)).toEqual([
    ['waiting', 0, 0],
    ['running', 0, 5],
    ['waiting', 5, 90],
    ['running', 90, 95],
    ['waiting', 95, null],
  ]);
  expect(
    stretches.map((each) => (each.kind === 'waiting' ? each.why : each.kind === 'running' && each.adopted)),
  ).toEqual(['created', false, 'frozen', true, 'left']);
});

test('a retry of a failure waits until its time, and a pause until it is resumed', () => {
  const stretches = timelineOf(
    created(0),
    started(0),
    change(1, { kind: 'deferred', run_at: '1970-01-01T00:00:03Z' }, { status: 'pending', message: 'no luck' }),
    started(3, 2),
    change(4, { kind: 'paused', reason: 'user', stopped: { rung: 'return', ms: 3 } }, { status: 'paused' }),
    change(9, { kind: 'resumed' }, { status: 'pending' }),
  );
  expect(shape(stretches)).toEqual([
    ['waiting', 0, 0],
    ['running', 0, 1],
    ['waiting', 1, 3],
    ['running', 3, 4],
    ['paused', 4, 9],
    ['waiting', 9, null],
  ]);
  expect(stretches[1]).toMatchObject({ end: { kind: 'deferred', detail: 'no luck' } });
  expect(stretches[2]).toMatchObject({ why: 'deferred', detail: '1970-01-01T00:00:03Z' });
  expect(stretches[3]).toMatchObject({ end: { kind: 'paused', stopped: { rung: 'return', ms: 3 } } });
});

test('a run keeps its last checkpoint, and when it was told to end', () => {
  const [, run] = timelineOf(
    created(0),
    started(0),
    checkpoint(1, 10),
    checkpoint(2, 20),
    change(3, { kind: 'cancel_requested' }),
    change(5, { kind: 'canceled', stopped: { rung: 'terminate', ms: 2_000 } }, { status: 'canceled' }),
  );
  expect(run).toMatchObject({
    checkpoints: 2,
    checkpoint: 2_000,
    told: 3_000,
    end: { kind: 'canceled', stopped: { rung: 'terminate', ms: 2_000 } },
  });
});

test('a trimmed log has a gap from the task’s creation on, and goes on as the task stood', () => {
  const moments = [gap(1, 90, { status: 'running', attempt: 3 }), progress(50, 40, 3), completed(60)];
  const { stretches } = extended(noTimeline, moments, 10_000);
  expect(shape(stretches)).toEqual([
    ['gap', 10, 50],
    ['running', 50, 60],
  ]);
  expect(stretches[0]).toMatchObject({ events: 90 });
  expect(stretches[1]).toMatchObject({ attempt: 3, by: null });
});

test('however its moments are cut into pages, a timeline is the same', () => {
  const moments = [created(0), started(1), progress(2, 3), lost(30), started(30, 2, 'b'), line(8), completed(40)];
  const whole = extended(noTimeline, moments, 0);
  for (let cut = 0; cut <= moments.length; cut += 1) {
    const first = extended(noTimeline, moments.slice(0, cut), 0);
    expect(extended(first, moments.slice(cut), 0)).toEqual(whole);
  }
});

test('a task that changes for ever keeps the newest stretches, and counts the others', () => {
  const turns = Array.from({ length: 1_000 }, (_, i) => [
    started(2 * i, i + 1),
    change(2 * i + 1, { kind: 'paused', reason: 'user', stopped: null }, { status: 'paused' }),
  ]).flat();
  const { stretches, dropped } = extended(noTimeline, turns, 0);
  expect(stretches.length + dropped).toBe(2_000);
  expect(stretches.length).toBeLessThanOrEqual(400);
  expect(stretches.at(-1)).toMatchObject({ kind: 'paused', to: null });
});
