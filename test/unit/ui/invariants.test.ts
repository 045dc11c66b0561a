import { expect, test } from 'vitest';
import type { StreamEvent, Task, TaskUpdate } from '../../../src/client/index.ts';
import {
  concluded,
  type History,
  type Invariant,
  looked,
  noHistory,
  received,
} from '../../../src/ui/breaking/invariants.ts';
import { taskAfter } from './tasks.ts';

const state = (over: Partial<TaskUpdate> = {}): TaskUpdate => ({
  task_id: 't',
  status: 'running',
  progress: 10,
  message: null,
  done: 1,
  total: 10,
  unit: 'bytes',
  attempt: 1,
  ...over,
});
const message = (id: number, over: Partial<TaskUpdate> = {}): StreamEvent => ({
  event: 'message',
  id: String(id),
  data: state(over),
});
const log = (id: number): StreamEvent => ({
  event: 'log',
  id: String(id),
  data: { task_id: 't', level: 'info', message: 'hello', at: '2026-01-01T00:00:00.000Z' },
});
const complete = (id: number, status: TaskUpdate['status'] = 'completed'): StreamEvent => ({
  event: 'complete',
  id: String(id),
  data: { task_id: 't', status, result: { ok: true }, error: null, stopped: null },
});

/** A life with a lost attempt in it. */
const honest: StreamEvent[] = [
  message(1, { status: 'pending', progress: 0, done: 0, attempt: 0 }),
  message(2),
  message(3, { progress: 40, done: 4 }),
  log(4),
  message(5, { status: 'pending', progress: 40, done: 4 }),
  message(6, { progress: 20, done: 2, attempt: 2 }),
  message(7, { status: 'completed', progress: 100, done: 10, attempt: 2 }),
  complete(7),
];
const last = state({ status: 'completed', progress: 100, done: 10, attempt: 2 });
const end = { result: { ok: true }, error: null, stopped: null };
const wholeLog = honest.map(({ id, event }) => ({ id, event }));

const historyOf = (events: readonly StreamEvent[]): History => events.reduce(received, noHistory);
const brokenIn = ({ broken }: History): Invariant[] => [...new Set(broken.map(({ invariant }) => invariant))];

test('an honest history breaks nothing, and is compared with the task', () => {
  const history = concluded(historyOf(honest), taskAfter(7, { ...last, ...end }), wholeLog);
  expect(history).toMatchObject({ broken: [], completes: 1, events: 7, last: 7, compared: 1 });
});

test('it is the same after a reload in the middle of it', () => {
  const before: History = JSON.parse(JSON.stringify(historyOf(honest.slice(0, 4))));
  expect(honest.slice(4).reduce(received, before)).toEqual(historyOf(honest));
});

test('a gap stands for what the log no longer holds, with the state at its end', () => {
  const gap: StreamEvent = { event: 'gap', id: '5', data: { from: 1, to: 5 } };
  const rest = honest.slice(5);
  const state = message(5, { status: 'pending', progress: 40, done: 4 });
  const history = historyOf([gap, state, ...rest]);
  expect(brokenIn(history)).toEqual([]);
  const log = [gap, state, ...rest].map(({ id, event }) => ({ id, event }));
  expect(brokenIn(concluded(history, taskAfter(7, { ...last, ...end }), log))).toEqual([]);
});

const at = (index: number, ...instead: StreamEvent[]) => honest.toSpliced(index, 1, ...instead);

test.each<[string, StreamEvent[], Invariant]>([
  ['an id is missing', honest.toSpliced(2, 1), 'missed'],
  ['a log line is missing', honest.toSpliced(3, 1), 'missed'],
  ['the first is missing', honest.slice(1), 'missed'],
  ['a gap begins too late', [...honest.slice(0, 2), { event: 'gap', id: '6', data: { from: 4, to: 6 } }], 'missed'],
  ['the stream began anew', [...honest.slice(0, 3), { event: 'reset', id: '', data: {} }], 'missed'],
  ['an id comes twice', at(2, message(3), message(3)), 'doubled'],
  ['an old id comes again', at(4, message(2)), 'doubled'],
  ['complete comes twice', [...honest, complete(7)], 'complete'],
  ['something follows the end', [...honest, log(8)], 'complete'],
  ['the end is of another event', at(7, complete(8)), 'missed'],
  ['the end has another status', at(7, complete(7, 'failed')), 'fold'],
  ['progress goes back', at(2, message(3, { progress: 9 })), 'progress'],
  ['an attempt goes back', at(6, message(7, { status: 'completed', progress: 100, attempt: 1 })), 'progress'],
])('it is seen that %s', (_, events, invariant) => {
  expect(brokenIn(historyOf(events))).toContain(invariant);
});

test('a task that is not the fold of its events is seen, also when the look came before the event', () => {
  const running = honest.slice(0, 3);
  const right = taskAfter(3, state({ progress: 40, done: 4 }));
  const wrong = taskAfter(3, state({ progress: 41, done: 4 }));
  expect(brokenIn(looked(historyOf(running), right))).toEqual([]);
  expect(brokenIn(looked(historyOf(running), wrong))).toEqual(['fold']);
  const early = looked(historyOf(running.slice(0, 2)), wrong);
  expect(early).toMatchObject({ broken: [], compared: 0 });
  expect(brokenIn(running.slice(2).reduce(received, early))).toEqual(['fold']);
});

test.each<[string, Partial<Task>, { id: string; event: string }[], StreamEvent[], Invariant]>([
  ['the end never came', {}, wholeLog, honest.slice(0, 7), 'complete'],
  ['the result is another', { result: {} }, wholeLog, honest, 'fold'],
  ['the log has more', {}, [...wholeLog, { id: '8', event: 'log' }], honest, 'missed'],
  ['the log has a hole', {}, wholeLog.toSpliced(1, 1), honest, 'missed'],
  ['the log lost its beginning', {}, wholeLog.slice(1), honest, 'missed'],
  ['the task has gone on', { last_event_id: '9' }, wholeLog, honest, 'missed'],
])('at the end it is seen that %s', (_, over, log, events, invariant) => {
  expect(brokenIn(concluded(historyOf(events), taskAfter(7, { ...last, ...end, ...over }), log))).toContain(invariant);
});

test('a task that was retried after its end goes on: nothing is missed, and its end comes once more', () => {
  const canceled = honest
    .slice(0, -2)
    .concat([message(7, { status: 'canceled', progress: 20, done: 2, attempt: 2 }), complete(7, 'canceled')]);
  const rest = [
    message(8, { status: 'pending', progress: 0, done: 0, attempt: 2 }),
    message(9, { status: 'running', progress: 0, done: 0, attempt: 3 }),
    message(10, { status: 'completed', progress: 100, done: 10, attempt: 3 }),
    complete(10),
  ];
  const over = looked(historyOf(canceled), taskAfter(9, state({ progress: 0, done: 0, attempt: 3 })));
  const task = taskAfter(10, { ...state({ status: 'completed', progress: 100, done: 10, attempt: 3 }), ...end });
  const whole = [...canceled.slice(0, -1), ...rest].map(({ id, event }) => ({ id, event }));
  expect(concluded(rest.reduce(received, over), task, whole)).toMatchObject({ broken: [], completes: 1, last: 10 });
});

test('a task that goes on after it was completed breaks its end', () => {
  const over = looked(historyOf(honest), taskAfter(9, state({ attempt: 3 })));
  expect(brokenIn([message(8, { attempt: 3 })].reduce(received, over))).toContain('complete');
});
