import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ChangeSchema, StoredTaskSchema, statuses, TaskSchema } from '../../../src/core/schema.ts';
import {
  apply,
  type Change,
  canChange,
  fold,
  ImpossibleTransition,
  isFinished,
  type Status,
  type StoredTask,
  stateOf,
  type TaskEvent,
  toWire,
} from '../../../src/core/task.ts';
import { AT, after, anyChange, changed, examples } from './tasks.ts';

const { created, started, progress, log, cancel_requested, paused, resumed } = examples;
const { lost, deferred, completed, failed, canceled, retried } = examples;
const kinds = Object.keys(examples) as Change['kind'][];

const taskOf: Record<Status, StoredTask> = {
  pending: after(created),
  running: after(created, started),
  paused: after(created, started, paused),
  completed: after(created, started, completed),
  failed: after(created, started, failed),
  canceled: after(created, started, canceled),
};

/** API.md, "A task": the statuses that each change leads to. Whatever is not here is impossible. */
const transitions: Record<Status, Partial<Record<Change['kind'], Status>>> = {
  pending: { started: 'running', paused: 'paused', canceled: 'canceled', failed: 'failed', log: 'pending' },
  running: {
    completed: 'completed',
    failed: 'failed',
    canceled: 'canceled',
    paused: 'paused',
    lost: 'pending',
    released: 'pending',
    deferred: 'pending',
    progress: 'running',
    cancel_requested: 'running',
    log: 'running',
  },
  paused: { resumed: 'pending', canceled: 'canceled', log: 'paused' },
  completed: { log: 'completed' },
  failed: { retried: 'pending', log: 'failed' },
  canceled: { retried: 'pending', log: 'canceled' },
};

describe('a change leads where the contract says, or nowhere', () => {
  const pairs = statuses.flatMap((status) => kinds.map((kind) => [status, kind, transitions[status][kind]] as const));

  test.for(pairs)('%s, %s → %s', ([status, kind, to]) => {
    const task = taskOf[status];
    expect(canChange(status, kind)).toBe(to !== undefined);
    const change = () => changed(task, examples[kind]);
    if (to) expect(change()?.status).toBe(to);
    else expect(change).toThrow(ImpossibleTransition);
  });

  test('a task begins by being created, and by nothing else', () => {
    for (const kind of kinds) {
      if (kind === 'created') expect(changed(null, examples[kind])?.status).toBe('pending');
      else expect(() => changed(null, examples[kind])).toThrow(ImpossibleTransition);
    }
  });

  test('the error names the status, for the answer 409', () => {
    expect(() => changed(taskOf.completed, canceled)).toThrow(
      expect.objectContaining({ name: 'ImpossibleTransition', status: 'completed', change: 'canceled' }),
    );
  });

  test('the task that was changed stays as it was', () => {
    const task = structuredClone(taskOf.running);
    changed(task, progress, completed);
    expect(task).toEqual(taskOf.running);
  });

  test.each([0, 2, 4])('after event 2, event %i is refused unless it is the third', (n) => {
    expect(() => apply(taskOf.running, progress, n, AT)).toThrow(RangeError);
    expect(apply(taskOf.running, progress, 3, AT).last_event_id).toBe('3');
  });
});

describe('progress', () => {
  const running = taskOf.running;
  const at = (done: number, total: number | null): Change => ({ ...progress, done, total });

  test('is percent with one decimal, rounded down', () => {
    expect(changed(running, at(1, 3))?.progress).toBe(33.3);
    expect(changed(running, at(999_999, 1_000_000))?.progress).toBe(99.9);
    expect(changed(running, at(3, 3))?.progress).toBe(100);
  });

  test('does not go back within an attempt', () => {
    expect(changed(running, at(3, 4), at(1, 4))).toMatchObject({ progress: 75, done: 1 });
    expect(changed(running, at(3, 4), at(4, 400))).toMatchObject({ progress: 75, done: 4, total: 400 });
  });

  test('never exceeds 100', () => expect(changed(running, at(9, 4))?.progress).toBe(100));

  test('stays where it is while the total is not known', () => {
    expect(changed(running, at(1, 4), at(2, null), at(0, 0))?.progress).toBe(25);
  });

  test('begins a new attempt where its checkpoint was', () => {
    const task = changed(running, at(3, 4), lost, { ...started, attempt: 2, done: 1, progress: 25 });
    expect(task).toMatchObject({ attempt: 2, done: 1, progress: 25, message: null });
  });

  test('is 100 at the end, whatever the job said', () => {
    expect(changed(running, at(1, 4), completed)?.progress).toBe(100);
  });
});

describe('what a change does besides', () => {
  test('the first start stays the start', () => {
    const first = taskOf.running.started_at;
    expect(changed(taskOf.running, lost, { ...started, attempt: 2 })?.started_at).toBe(first);
  });

  test('a checkpoint is dated and resets the losses; progress without one does neither', () => {
    const twice = changed(taskOf.running, lost, started, lost, started);
    expect(twice?.losses).toBe(2);
    expect(changed(twice, progress)).toMatchObject({ losses: 2, checkpoint_at: null });
    const kept = changed(twice, { ...progress, checkpoint: true });
    expect(kept).toMatchObject({ losses: 0, checkpoint_at: kept?.updated_at });
  });

  test('a page that leaves is no loss', () => {
    const once = changed(taskOf.running, lost, started);
    expect(changed(once, examples.released)).toMatchObject({ losses: 1, failures: 0, message: 'left' });
  });

  test('a loss is no failure, a failure is no loss', () => {
    expect(changed(taskOf.running, lost)).toMatchObject({ losses: 1, failures: 0, message: 'gone' });
    expect(changed(taskOf.running, deferred)).toMatchObject({
      losses: 0,
      failures: 1,
      message: 'not yet',
      run_at: deferred.run_at,
      error: null,
    });
    expect(changed(taskOf.running, failed)).toMatchObject({ losses: 0, failures: 1 });
  });

  test('a task that fails before it ran has no failed attempt', () => {
    expect(changed(taskOf.pending, failed)).toMatchObject({ status: 'failed', failures: 0, attempt: 0 });
  });

  test('cancel asked twice keeps the first time', () => {
    const once = changed(taskOf.running, cancel_requested);
    expect(once?.cancel_requested_at).toBe(once?.updated_at);
    expect(changed(once, cancel_requested)?.cancel_requested_at).toBe(once?.cancel_requested_at);
  });

  test('a pause says why, and a resume forgets it', () => {
    const waiting = changed(taskOf.running, {
      kind: 'paused',
      reason: 'file-missing',
      message: 'a.txt is gone.',
      stopped: { rung: 'return', ms: 1 },
    });
    expect(waiting).toMatchObject({ paused: { reason: 'file-missing' }, message: 'a.txt is gone.' });
    expect(waiting?.finished_at).toBeNull();
    expect(changed(waiting, resumed)).toMatchObject({ status: 'pending', paused: null, message: null, stopped: null });
  });

  test('an end is dated; complete and cancel have no checkpoint any more, a failure keeps it', () => {
    const kept = changed(taskOf.running, { ...progress, checkpoint: true });
    for (const end of [completed, failed, canceled]) {
      const ended = changed(kept, end);
      expect(ended?.finished_at).toBe(ended?.updated_at);
      expect(ended?.message).toBeNull();
      expect(ended?.checkpoint_at, end.kind).toBe(end === failed ? kept?.checkpoint_at : null);
    }
  });

  test('a retry resets what the end and the failures left', () => {
    const ended = changed(taskOf.running, lost, started, { ...progress, checkpoint: true }, cancel_requested, deferred);
    const again = changed(
      ended,
      { ...started, attempt: 3 },
      { ...failed, stopped: { rung: 'terminate', ms: 9 } },
      retried,
    );
    expect(again).toMatchObject({
      status: 'pending',
      error: null,
      stopped: null,
      failures: 0,
      losses: 0,
      run_at: null,
      finished_at: null,
      cancel_requested_at: null,
      attempt: 3,
    });
  });

  test('a retry goes on from the checkpoint, or from the start', () => {
    const ended = changed(taskOf.running, { ...progress, checkpoint: true }, failed);
    expect(changed(ended, retried)).toMatchObject({ progress: 25, done: 1, checkpoint_at: ended?.checkpoint_at });
    expect(changed(ended, { kind: 'retried', from: 'start' })).toMatchObject({
      progress: 0,
      done: 0,
      checkpoint_at: null,
    });
  });

  test('a log line moves nothing but the number and the time', () => {
    for (const status of statuses) {
      const task = taskOf[status];
      const said = changed(task, log);
      expect(said).toEqual({ ...task, last_event_id: said?.last_event_id, updated_at: said?.updated_at });
    }
  });
});

test('the wire form has the keys of the contract, in its order', () => {
  const contract = `task_id type status paused progress message done total unit input result error stopped files
    attempt failures max_attempts priority timeout_ms run_at depends_on tags
    cancel_requested_at created_at started_at updated_at checkpoint_at finished_at last_event_id`.split(/\s+/);
  for (const status of statuses) expect(Object.keys(toWire(taskOf[status]))).toEqual(contract);
});

test('the moving part of a message has the seven keys of the contract beside the id, in its order', () => {
  const keys = ['status', 'progress', 'message', 'done', 'total', 'unit', 'attempt'];
  expect(Object.keys(stateOf(taskOf.running))).toEqual(keys);
});

test('whatever happens to a task: it is the fold of its events, fits its schema, and its progress does not go back', {
  timeout: 30_000,
}, () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 40 }), (changes) => {
      let task = after(created);
      const events: TaskEvent[] = [{ ...created, n: 1, at: task.created_at, state: stateOf(task) }];
      for (const change of changes) {
        const before: StoredTask = task;
        v.parse(ChangeSchema, change);
        if (!canChange(before.status, change.kind)) {
          expect(() => changed(before, change)).toThrow(ImpossibleTransition);
          continue;
        }
        task = changed(before, change) ?? before;
        events.push({ ...change, n: Number(task.last_event_id), at: task.updated_at, state: stateOf(task) });
        if (before.status === 'running' && task.status === 'running')
          expect(task.progress).toBeGreaterThanOrEqual(before.progress);
        expect(isFinished(task.status)).toBe(task.finished_at !== null);
        expect(task.status === 'paused').toBe(task.paused !== null);
      }
      expect(v.parse(StoredTaskSchema, task)).toEqual(task);
      expect(v.parse(TaskSchema, toWire(task))).toEqual(toWire(task));
      expect(fold(null, events)).toEqual(task);
      for (const cut of [1, Math.floor(events.length / 2)])
        expect(fold(fold(null, events.slice(0, cut)), events.slice(cut))).toEqual(task);
    }),
    { numRuns: 1_000 },
  );
});
