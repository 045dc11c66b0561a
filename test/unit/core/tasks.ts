/** Tasks and changes as tests want them. */
import * as fc from 'fast-check';
import type { OutputFile } from '../../../src/core/schema.ts';
import { apply, type Change, type StoredTask, type TaskDraft, taskProblem } from '../../../src/core/task.ts';

export const AT = '2026-01-01T00:00:00.000Z';

export const draft = (over: Partial<TaskDraft> = {}): TaskDraft => ({
  type: 'wide',
  input: {},
  priority: 0,
  timeout_ms: null,
  max_attempts: 1,
  run_at: null,
  depends_on: [],
  tags: [],
  ...over,
});

type Kind = Change['kind'];
type ChangeOf<K extends Kind> = Extract<Change, { kind: K }>;

/** One change of every kind. */
export const examples: { [K in Kind]: ChangeOf<K> } = {
  created: { kind: 'created', task_id: 'a task', draft: draft() },
  started: { kind: 'started', attempt: 1, done: 0, progress: 0 },
  progress: { kind: 'progress', done: 1, total: 4, unit: 'steps', message: 'one', checkpoint: false },
  log: { kind: 'log', level: 'info', message: 'said' },
  cancel_requested: { kind: 'cancel_requested' },
  paused: { kind: 'paused', reason: 'user', message: null, stopped: null },
  resumed: { kind: 'resumed' },
  lost: { kind: 'lost', message: 'gone' },
  released: { kind: 'released', message: 'left' },
  deferred: { kind: 'deferred', error: taskProblem('job-failed', 'not yet'), run_at: '2026-01-01T00:00:01.000Z' },
  completed: { kind: 'completed', result: { ok: true }, files: [{ name: 'out', size: 3, type: 'text/plain' }] },
  failed: { kind: 'failed', error: taskProblem('job-failed', 'broken'), stopped: null },
  canceled: { kind: 'canceled', stopped: { rung: 'return', ms: 5 } },
  retried: { kind: 'retried', from: 'checkpoint' },
};

/** The task after these changes, a second between them. */
export const after = (...changes: Change[]): StoredTask => {
  const task = changed(null, ...changes);
  if (!task) throw new Error('no change, no task');
  return task;
};

export const changed = (from: StoredTask | null, ...changes: Change[]): StoredTask | null =>
  changes.reduce<StoredTask | null>((task, change) => {
    const n = Number(task?.last_event_id ?? 0) + 1;
    return apply(task, change, n, new Date(Date.parse(AT) + n * 1000).toISOString());
  }, from);

const text = fc.option(fc.string());
const total = fc.option(fc.nat(10));
const result: fc.Arbitrary<unknown> = fc.jsonValue();
const files = fc.constant<OutputFile[]>([]);
const stopped = fc.option(
  fc.record({ rung: fc.constantFrom('return' as const, 'terminate' as const, 'fenced' as const), ms: fc.nat() }),
);
const error = fc.constantFrom(taskProblem('job-failed', 'x'), taskProblem('timeout', 'y'), taskProblem('crashed', 'z'));

/** Any change, valid in itself. */
const changes: fc.Arbitrary<Change>[] = [
  fc.record({ kind: fc.constant('started'), attempt: fc.nat(9), done: fc.nat(9), progress: fc.nat(100) }),
  fc.record({
    kind: fc.constant('progress'),
    done: fc.oneof(fc.nat(20), fc.double({ min: 0, max: 1e9, noNaN: true })),
    total,
    unit: text,
    message: text,
    checkpoint: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('log'),
    level: fc.constantFrom('debug' as const, 'info' as const, 'warn' as const, 'error' as const),
    message: fc.string(),
  }),
  fc.constant({ kind: 'cancel_requested' }),
  fc.record({
    kind: fc.constant('paused'),
    reason: fc.constantFrom('user' as const, 'file-missing' as const, 'quota-exceeded' as const),
    message: text,
    stopped,
  }),
  fc.constant({ kind: 'resumed' }),
  fc.record({ kind: fc.constant('lost'), message: fc.string() }),
  fc.record({ kind: fc.constant('released'), message: fc.string() }),
  fc.record({ kind: fc.constant('deferred'), error, run_at: fc.constant(AT) }),
  fc.record({ kind: fc.constant('completed'), result, files }),
  fc.record({ kind: fc.constant('failed'), error, stopped }),
  fc.record({ kind: fc.constant('canceled'), stopped }),
  fc.record({ kind: fc.constant('retried'), from: fc.constantFrom('checkpoint' as const, 'start' as const) }),
];
export const anyChange = fc.oneof(...changes);
