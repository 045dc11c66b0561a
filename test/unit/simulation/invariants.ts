/** What must hold whatever happened, read from the log as it lies on disk. */
import { expect } from 'vitest';
import type { AttemptRef } from '../../../src/core/protocol.ts';
import { apply, isFinished, type Segment, type StoredTask, type TaskEvent } from '../../../src/core/task.ts';
import { checkLookups } from '../core/lookups.ts';
import { LIMIT, NARROW_LIMIT, type World } from './world.ts';

/** What nobody was told of is found by a sweep, within this time. Everything else is seen to before any time passes. */
const SWEEP_MS = 21_000;

/** Reads the whole log and folds it; fails on the first thing that is not as it must be. Resolves with the tasks. */
export async function checkInvariants({ store, database, commits, errors, speeches }: World): Promise<StoredTask[]> {
  expect(errors).toEqual([]);
  const segments = await wholeLog(store);
  checkPublished(
    segments,
    commits.flatMap((commit) => commit.segments),
  );

  const folded = new Map<string, StoredTask>();
  const attempts = new Map<string, number>();
  const heard = new Map<string, TaskEvent[]>();
  let seq = 0;
  for (const segment of segments) {
    expect(segment.seq, 'overall numbers rise without holes').toBe(seq + 1);
    seq = segment.seq + segment.events.length - 1;
    for (const event of segment.events) {
      const before = folded.get(segment.task_id) ?? null;
      expect(event.n, 'numbers without holes').toBe(Number(before?.last_event_id ?? 0) + 1);
      folded.set(segment.task_id, apply(before, event, event.n, event.at));
      if (before?.status === 'running') {
        const attempt = nameOf(before);
        heard.set(attempt, [...(heard.get(attempt) ?? []), event]);
      } else expect(isSaid(event), 'a job is heard while it runs').toBe(false);
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
  checkHeard(heard, speeches);
  await checkLookups(database);
  return [...folded.values()];
}

/** Once the world has come to rest: every live task is somebody's, or waits for something, or for room. */
export async function checkOwners(world: World): Promise<void> {
  await world.rest();
  const pages = world.pages();
  const awake = pages.filter(({ frozen }) => !frozen);
  if (awake.length === 0) return;
  const rows = await world.database((db) => db.getAll('tasks'));
  const statuses = new Map(rows.map(({ task }) => [task.task_id, task.status]));
  const isFoundBySweep = (since: number | undefined) => since !== undefined && Date.now() - since < SWEEP_MS;

  const running = rows.flatMap(({ task }) => (task.status === 'running' ? [task] : []));
  for (const task of running) {
    if (isFoundBySweep(world.untold.get(task.task_id))) continue;
    const { owner, robbed } = world.leaseOf(task);
    // One that was robbed runs on as long as nobody else is there to learn of it.
    if (!owner && awake.every((page) => page === robbed)) continue;
    const page = pages.find(({ name }) => name === owner);
    expect(page, 'a task that runs has an owner, who holds its lease').toBeDefined();
    if (page && !page.frozen) expect(page.runs.map(nameOf), 'who holds a lease runs the task').toContain(nameOf(task));
  }

  const due: StoredTask[] = [];
  for (const { task, claim_key, wake_key, waits_for } of rows) {
    if (task.status !== 'pending') continue;
    const waits = task.depends_on.some((id) => statuses.get(id) !== 'completed');
    const isKept = claim_key !== undefined || wake_key !== undefined || (waits && waits_for !== undefined);
    expect(isKept, 'a task that waits can be claimed, or will be').toBe(true);
    if (!waits && (task.run_at === null || Date.parse(task.run_at) <= Date.now())) due.push(task);
  }
  // What a frozen one has begun is its own until it is thawed, and what nobody was told of may have made room or a task due.
  if (awake.length < pages.length || [...world.untold.values()].some(isFoundBySweep)) return;
  const narrow = running.filter(({ type }) => type === 'narrow').length;
  const claimable = running.length >= LIMIT ? [] : due.filter(({ type }) => type !== 'narrow' || narrow < NARROW_LIMIT);
  expect(claimable, 'where there is room, what is due is claimed').toEqual([]);
}

const nameOf = ({ task_id, attempt }: AttemptRef) => `${task_id}:${attempt}`;

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

/** What each attempt said stands in its log once and in order: all that was acknowledged, and before an end of its own everything. */
function checkHeard(heard: Map<string, TaskEvent[]>, speeches: World['speeches']) {
  const silent = new Map(heard);
  for (const speech of speeches) {
    const events = heard.get(nameOf(speech)) ?? [];
    silent.delete(nameOf(speech));
    const words = events.filter(isSaid).map(({ n, at, state, ...change }) => change);
    const whole = speech.returned && events.some(isOwnEnd);
    expect(words.length, 'what was acknowledged is not lost').toBeGreaterThanOrEqual(
      whole ? speech.said.length : speech.acknowledged,
    );
    expect(words, 'what a job says is kept once, in order').toEqual(speech.said.slice(0, words.length));
  }
  expect([...silent.values()].flat().filter(isSaid), 'nobody else speaks for a job').toEqual([]);
}

/** Executors warn, and jobs do not. */
const isSaid = (event: TaskEvent) => event.kind === 'progress' || (event.kind === 'log' && event.level === 'info');

/** It follows from how the job ended, and is committed together with its last words. */
const isOwnEnd = (event: TaskEvent) =>
  event.kind === 'completed' ||
  ('stopped' in event && event.stopped?.rung === 'return') ||
  ('error' in event && event.error.type.endsWith(':job-failed'));
