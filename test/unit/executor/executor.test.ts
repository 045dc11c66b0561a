import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Batch, Outcome } from '../../../src/core/schema.ts';
import type { Step, TaskStore } from '../../../src/core/store.ts';
import { bytesOf, type Change, type StoredTask, type TaskEvent, taskProblem } from '../../../src/core/task.ts';
import { WorkerLost } from '../../../workers/executor/job-worker.ts';
import { limits } from '../core/database.ts';
import { examples } from '../core/tasks.ts';
import { ticks } from '../sw/reader.ts';
import { type Bench, bench, GRACE_MS, nothing, type Options, step, until } from './bench.ts';

const completed: Outcome = { kind: 'completed', result: 1, files: [] };
const broken = { kind: 'failed', error: taskProblem('job-failed', 'broken') } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
});
afterEach(() => void vi.useRealTimers());

/** A bench whose executor runs one task. */
async function withRun(over: Parameters<Bench['submit']>[0] = {}, options: Options = {}) {
  const made = bench(options);
  const { task_id } = await made.submit(over);
  await made.executor.start();
  await until(() => made.runs.length > 0);
  const run = made.runs[0];
  if (!run) throw new Error('it does not run');
  const status = async () => (await made.get(task_id)).status;
  return { ...made, task_id, run, status, becomes: (wanted: string) => until(async () => (await status()) === wanted) };
}

describe('the lease', () => {
  test('is held before a claim is committed, and until the end is', async () => {
    const made = bench();
    const held: Promise<[string, boolean]>[] = [];
    made.published(({ tasks }) => {
      for (const { task_id, status, attempt } of tasks)
        if (attempt > 0) held.push(made.isLeased(task_id, attempt).then((leased) => [status, leased]));
    });
    const { task_id } = await made.submit();
    await made.executor.start();
    await until(() => made.runs.length === 1);
    expect(await Promise.all(held)).toEqual([['running', true]]);
    await made.runs[0]?.append(step(1));
    made.runs[0]?.end(completed);
    await until(async () => (await made.get(task_id)).status === 'completed');
    expect(await Promise.all(held)).toEqual([
      ['running', true],
      ['running', true],
      ['completed', true],
    ]);
    await until(async () => !(await made.isLeased(task_id, 1)));
  });

  test('is of an executor whose name the log holds', async () => {
    const { events, task_id } = await withRun();
    expect((await events(task_id)).find(({ kind }) => kind === 'started')).toMatchObject({ attempt: 1, by: 'page' });
  });

  test('that another has keeps the task from being claimed; when that one dies the task is claimed', async () => {
    const made = bench();
    const { task_id } = await made.submit();
    made.locks.of('other').request(`${task_id}:1`, () => new Promise(() => {}));
    await ticks(3);
    await made.executor.start();
    await ticks();
    expect((await made.get(task_id)).status).toBe('pending');
    made.locks.drop('other', true);
    await until(() => made.runs.length === 1);
    expect((await made.get(task_id)).attempt).toBe(1);
  });

  test('that another has for long and does not use keeps nobody from the tasks behind it', async () => {
    const made = bench({ limit: 1 });
    const [first, second] = [await made.submit(), await made.submit()];
    made.locks.of('other').request(`${first.task_id}:1`, () => new Promise(() => {}));
    await ticks(3);
    await made.executor.start();
    await ticks();
    // In a moment it may be claimed, and then it is its turn.
    expect(made.runs).toEqual([]);
    vi.advanceTimersByTime(250);
    await until(() => made.runs.length === 1);
    expect((await made.get(second.task_id)).status).toBe('running');
    made.runs[0]?.end(completed);
    await until(async () => (await made.get(second.task_id)).status === 'completed');
    await ticks();
    expect((await made.get(first.task_id)).status).toBe('pending');
    made.locks.drop('other', true);
    await until(() => made.runs.length === 2);
    expect(made.runs[1]?.assignment.task.task_id).toBe(first.task_id);
  });

  test('of a claim that was refused is given back', async () => {
    const made = bench({
      store: (store) => ({ ...store, claim: async () => null, look: once(store.look, { best: null, due: null }) }),
    });
    const { task_id } = await made.submit();
    await made.executor.start();
    await ticks();
    expect(await made.isLeased(task_id, 1)).toBe(false);
  });

  test('of a claim that failed is given back, and the failure is told', async () => {
    const made = bench({ store: (store) => ({ ...store, claim: () => Promise.reject(new Error('no disk')) }) });
    const { task_id } = await made.submit();
    await made.executor.start();
    await until(() => made.errors.length > 0);
    expect(made.errors).toMatchObject([{ message: 'no disk' }]);
    expect(await made.isLeased(task_id, 1)).toBe(false);
  });

  test("of a claim that failed after it was committed is nobody's: the task is adopted", async () => {
    let fails = true;
    const made = bench({
      store: (store) => ({
        ...store,
        async claim(...given) {
          const claim = await store.claim(...given);
          if (!fails) return claim;
          fails = false;
          throw new Error('no answer');
        },
      }),
    });
    const { task_id } = await made.submit();
    await made.executor.start();
    await until(() => made.errors.length > 0);
    vi.advanceTimersByTime(1_000);
    await until(() => made.runs.length === 1);
    expect(await made.get(task_id)).toMatchObject({ status: 'running', attempt: 2, failures: 0 });
  });

  function once<A extends unknown[], R>(ask: (...args: A) => Promise<R>, later: R) {
    let asked = false;
    return async (...args: A): Promise<R> => {
      if (asked) return later;
      asked = true;
      return ask(...args);
    };
  }
});

describe('a lost executor', () => {
  /** A task that another executor has begun before this one started. */
  async function ownedElsewhere() {
    const made = bench();
    const { task_id } = await made.submit();
    made.locks.of('other').request(`${task_id}:1`, () => new Promise(() => {}));
    await made.claim();
    await made.executor.start();
    return { made, task_id };
  }

  test('is noticed by its lease: its task is lost, and goes on here', async () => {
    const { made, task_id } = await ownedElsewhere();
    await ticks();
    expect(made.runs).toEqual([]);
    made.locks.drop('other', true);
    await until(() => made.runs.length === 1);
    expect(await made.get(task_id)).toMatchObject({ status: 'running', attempt: 2, losses: 1, failures: 0 });
  });

  test('whose task another has taken over by now is no loss of that one', async () => {
    const { made, task_id } = await ownedElsewhere();
    made.locks.of('third').request(`${task_id}:2`, () => new Promise(() => {}));
    await made.change(task_id, [examples.lost]);
    await made.claim();
    made.locks.drop('other', true);
    await ticks();
    expect(await made.get(task_id)).toMatchObject({ status: 'running', attempt: 2, losses: 1 });
  });

  test('that was asked to cancel leaves a canceled task', async () => {
    const made = bench();
    const { task_id } = await made.started();
    await made.change(task_id, [examples.cancel_requested]);
    await made.executor.start();
    await until(async () => (await made.get(task_id)).status === 'canceled');
    expect((await made.get(task_id)).stopped?.rung).toBe('fenced');
    await until(() => made.removed.includes(task_id));
  });

  test('three times in a row without a checkpoint ends the task as crashed', async () => {
    const made = await withRun({}, { run: (run) => run.fail(new WorkerLost('The worker died.')) });
    await made.becomes('failed');
    expect(made.runs).toHaveLength(3);
    expect(await made.get(made.task_id)).toMatchObject({
      error: { type: 'urn:holdfast:problem:crashed', detail: expect.stringContaining('The worker died.') },
      attempt: 3,
    });
  });

  test('after a checkpoint counts anew', async () => {
    let lives = 0;
    const made = await withRun(
      {},
      {
        async run(run) {
          lives += 1;
          if (lives === 3) await run.append(step(1, true));
          run.fail(new WorkerLost('The worker died.'));
        },
      },
    );
    await made.becomes('failed');
    expect(lives).toBe(5);
    expect(made.runs[3]?.assignment.checkpoint).toMatchObject({ data: 1 });
  });
});

describe('a worker that cannot be loaded', () => {
  test.each([
    [new Error('The script could not be loaded.'), 'job-failed', 1],
    [new WorkerLost('The worker did not start.'), 'crashed', 3],
  ])('fails its task with the reason, and the next one runs: %s', async (error, problem, attempts) => {
    const made = bench({
      limit: 1,
      run: (run) => (run.assignment.task.priority > 0 ? run.fail(error) : run.end(completed)),
    });
    const first = await made.submit({ priority: 1 });
    const second = await made.submit();
    await made.executor.start();
    await until(async () => (await made.get(second.task_id)).status === 'completed');
    expect(await made.get(first.task_id)).toMatchObject({
      status: 'failed',
      attempt: attempts,
      error: { type: `urn:holdfast:problem:${problem}`, detail: expect.stringContaining(error.message) },
    });
    expect(made.errors).toEqual([]);
  });
});

describe('the stop ladder', () => {
  const stop = (made: Bench, task_id: string, reason: 'user' | 'cancel') =>
    made.executor.hint({ kind: 'stop', task_id, attempt: 1, reason });

  test('first rung: a job that returns in time is not terminated before its end', async () => {
    const made = await withRun();
    stop(made, made.task_id, 'user');
    expect(made.story.at(-1)).toBe('stop, keep');
    vi.advanceTimersByTime(GRACE_MS - 1);
    made.run.end({ kind: 'stopped' }, step(5, true));
    await made.becomes('paused');
    expect(await made.get(made.task_id)).toMatchObject({
      stopped: { rung: 'return', ms: GRACE_MS - 1 },
      paused: { reason: 'user' },
      done: 5,
    });
    // It would claim it itself.
    await made.executor.stop();
    await made.change(made.task_id, [examples.resumed]);
    expect(await made.claim()).toMatchObject({ checkpoint: { data: 5 } });
  });

  test('a clock that is set back meanwhile makes no task unreadable', async () => {
    const made = await withRun();
    stop(made, made.task_id, 'user');
    vi.setSystemTime(Date.now() - 3_600_000);
    made.run.end({ kind: 'stopped' });
    await made.becomes('paused');
    expect((await made.get(made.task_id)).stopped).toEqual({ rung: 'return', ms: 0 });
  });

  test('the end of a task that ignores its stop is committed before its worker is terminated', async () => {
    const made = await withRun();
    await made.change(made.task_id, [examples.cancel_requested]);
    made.hint();
    expect(made.story.at(-1)).toBe('stop');
    vi.advanceTimersByTime(GRACE_MS - 1);
    await ticks();
    expect(await made.status()).toBe('running');
    vi.advanceTimersByTime(1);
    await made.becomes('canceled');
    await until(() => made.story.includes('terminate'));
    expect(made.story.slice(-3)).toEqual(['stop', 'canceled', 'terminate']);
    expect((await made.get(made.task_id)).stopped).toEqual({ rung: 'terminate', ms: GRACE_MS });
    await until(() => made.removed.includes(made.task_id));
  });

  test('a pause that is ignored is terminated too, and keeps its last checkpoint', async () => {
    const made = await withRun();
    await made.run.append(step(2, true));
    stop(made, made.task_id, 'user');
    vi.advanceTimersByTime(GRACE_MS);
    await made.becomes('paused');
    expect(await made.get(made.task_id)).toMatchObject({ stopped: { rung: 'terminate' }, done: 2 });
    expect(made.removed).toEqual([]);
  });

  test('a cancel that was recorded wins over a job that has just completed', async () => {
    const made = await withRun();
    await made.change(made.task_id, [examples.cancel_requested]);
    made.run.end(completed, step(10));
    await made.becomes('canceled');
    expect((await made.events(made.task_id)).map(({ kind }) => kind).slice(-2)).toEqual(['progress', 'canceled']);
  });

  test.each(['in time', 'not in time'])(
    'a cancel that somebody told of and nobody recorded costs an attempt at most, if the job ends %s: what it wrote stays, and it goes on',
    async (when) => {
      const made = await withRun();
      await made.run.append(step(2, true));
      stop(made, made.task_id, 'cancel');
      if (when === 'in time') made.run.end({ kind: 'stopped' });
      else vi.advanceTimersByTime(GRACE_MS);
      await until(() => made.runs.length === 2);
      expect(made.removed).toEqual([]);
      expect(made.runs[1]?.assignment).toMatchObject({ task: { attempt: 2, losses: 0 }, checkpoint: { data: 2 } });
      made.runs[1]?.end(completed);
      await made.becomes('completed');
    },
  );

  test('a job that completes all the same after a cancel that nobody recorded has completed', async () => {
    const made = await withRun();
    stop(made, made.task_id, 'cancel');
    made.run.end(completed);
    await made.becomes('completed');
    expect(made.removed).toEqual([]);
  });

  test('a stop of an attempt that is over stops nothing', async () => {
    const made = await withRun();
    made.executor.hint({ kind: 'stop', task_id: made.task_id, attempt: 7, reason: 'cancel' });
    expect(made.story).not.toContain('stop');
  });

  test('a stop that comes while the end is committed is not told to the worker: what that runs next is another task', async () => {
    let { promise: mayCommit, resolve: goOn } = Promise.withResolvers<void>();
    goOn();
    const made = await withRun(
      {},
      {
        store: (store) => ({
          ...store,
          async commit(steps) {
            await mayCommit;
            return store.commit(steps);
          },
        }),
      },
    );
    ({ promise: mayCommit, resolve: goOn } = Promise.withResolvers<void>());
    made.run.end(completed);
    await ticks();
    const timers = vi.getTimerCount();
    stop(made, made.task_id, 'user');
    expect(vi.getTimerCount()).toBe(timers);
    goOn();
    await made.becomes('completed');
    expect(made.story).toEqual(['created', 'started', 'completed']);
    await made.submit();
    made.hint();
    await until(() => made.runs.length === 2);
    expect(made.story).not.toContain('terminate');
  });

  test('a task that was ended elsewhere is terminated at once, and what its job says is refused', async () => {
    const made = await withRun();
    await made.change(made.task_id, [{ ...examples.paused, stopped: { rung: 'fenced', ms: 1 } }]);
    await expect(made.run.append(step(1))).rejects.toMatchObject({ name: 'Fenced' });
    await until(() => made.story.includes('terminate'));
    expect(await made.status()).toBe('paused');
    expect((await made.get(made.task_id)).done).toBe(0);
  });

  test('a task that was ended elsewhere is terminated as soon as that is told', async () => {
    const made = await withRun();
    await made.change(made.task_id, [{ ...examples.paused, stopped: { rung: 'fenced', ms: 1 } }]);
    made.hint();
    await until(() => made.story.includes('terminate'));
  });

  test('an attempt that another has followed, while nobody told, is found by the sweep, and the log shows it', async () => {
    const made = await withRun();
    made.locks.of('other').request(`${made.task_id}:2`, () => new Promise(() => {}));
    await made.change(made.task_id, [examples.lost]);
    await made.claim();
    vi.advanceTimersByTime(20_000);
    await until(() => made.story.includes('terminate'));
    expect(await made.get(made.task_id)).toMatchObject({ status: 'running', attempt: 2 });
    expect((await made.events(made.task_id)).at(-1)).toMatchObject({
      kind: 'log',
      message: expect.stringContaining('Attempt 1 still ran'),
    });
  });

  test.each<[string, (made: Awaited<ReturnType<typeof withRun>>) => unknown]>([
    ['at the next sweep', () => vi.advanceTimersByTime(20_000)],
    ['with the answer to what the job says next', ({ run }) => run.append(step(1))],
  ])('a cancel that nobody told of is heard of %s', async (_, pass) => {
    const made = await withRun();
    await made.change(made.task_id, [examples.cancel_requested]);
    await ticks();
    expect(made.story).not.toContain('stop');
    await pass(made);
    await until(() => made.story.includes('stop'));
  });

  test.each([false, true])(
    'the outputs of a canceled task go before its end is seen; paused before: %s',
    async (paused) => {
      const made = await withRun();
      made.published(({ tasks }) => {
        if (tasks.some(({ status }) => status === 'canceled')) made.story.push(`removed ${made.removed.length}`);
      });
      if (paused) stop(made, made.task_id, 'user');
      await made.change(made.task_id, [examples.cancel_requested]);
      made.hint();
      made.run.end({ kind: 'stopped' });
      await made.becomes('canceled');
      expect(made.story).toContain('removed 1');
    },
  );

  test('the outputs of a task that is canceled while it is being paused go too', async () => {
    const made = await withRun();
    stop(made, made.task_id, 'user');
    await made.change(made.task_id, [examples.cancel_requested]);
    made.run.end({ kind: 'stopped' });
    await made.becomes('canceled');
    await until(() => made.removed.includes(made.task_id));
  });
});

describe('timeout_ms', () => {
  const timeout = (made: Awaited<ReturnType<typeof withRun>>) => made.story.includes('stop, keep');

  test('stops the job and fails the task', async () => {
    const made = await withRun({ timeout_ms: 2_500 });
    vi.advanceTimersByTime(2_499);
    expect(timeout(made)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(timeout(made)).toBe(true);
    made.run.end({ kind: 'stopped' });
    await made.becomes('failed');
    expect(await made.get(made.task_id)).toMatchObject({
      error: { type: 'urn:holdfast:problem:timeout' },
      stopped: { rung: 'return' },
    });
  });

  test('does not charge the time in which the machine slept', async () => {
    const made = await withRun({ timeout_ms: 10_000 });
    vi.advanceTimersByTime(500);
    vi.setSystemTime(Date.now() + 8 * 60 * 60_000);
    vi.advanceTimersByTime(4_000);
    expect(timeout(made)).toBe(false);
    vi.advanceTimersByTime(6_000);
    expect(timeout(made)).toBe(true);
  });

  test('begins anew with each attempt', async () => {
    const made = await withRun({ timeout_ms: 10_000, max_attempts: 2 });
    vi.advanceTimersByTime(9_000);
    made.run.end(broken);
    await made.becomes('pending');
    const { run_at } = await made.get(made.task_id);
    await ticks();
    vi.advanceTimersByTime(Date.parse(run_at ?? '') - Date.now() + 1);
    await until(() => made.runs.length === 2);
    vi.advanceTimersByTime(9_999);
    expect(timeout(made)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(timeout(made)).toBe(true);
  });

  test('is not put off by a clock that is set back', async () => {
    const made = await withRun({ timeout_ms: 10_000 });
    vi.advanceTimersByTime(500);
    vi.setSystemTime(Date.now() - 8 * 60 * 60_000);
    vi.advanceTimersByTime(9_499);
    expect(timeout(made)).toBe(false);
    vi.advanceTimersByTime(1_001);
    expect(timeout(made)).toBe(true);
  });

  test('of a job that ended before has no timer left', async () => {
    const made = await withRun({ timeout_ms: 60_000 });
    const before = vi.getTimerCount();
    made.run.end(completed);
    await made.becomes('completed');
    await ticks();
    expect(vi.getTimerCount()).toBe(before - 1);
  });
});

describe('a job that failed', () => {
  test('is tried again while there are attempts, after a backoff that grows, is bounded, and is anything up to that', {
    timeout: 30_000,
  }, async () => {
    const made = bench({ run: (run) => run.end(broken) });
    const { task_id } = await made.submit({ max_attempts: 100 });
    await made.executor.start();
    const shares: number[] = [];
    for (let failures = 1; failures < 30; failures += 1) {
      await until(async () => {
        const task = await made.get(task_id);
        return task.status === 'pending' && task.failures === failures;
      });
      const task = await made.get(task_id);
      const wait = Date.parse(task.run_at ?? '') - Date.parse(task.updated_at);
      expect(wait).toBeGreaterThanOrEqual(0);
      const most = Math.min(5 * 60_000, 1_000 * 2 ** (failures - 1));
      expect(wait).toBeLessThanOrEqual(most);
      shares.push(wait / most);
      await ticks();
      vi.advanceTimersByTime(wait + 1);
    }
    // All of 29 on one side: once in ten million runs.
    expect(Math.min(...shares)).toBeLessThan(0.4);
    expect(Math.max(...shares)).toBeGreaterThan(0.6);
  });

  test('fails with its own error at the last attempt', async () => {
    const made = await withRun({}, { run: (run) => run.end(broken, step(3)) });
    await made.becomes('failed');
    expect(await made.get(made.task_id)).toMatchObject({ error: broken.error, failures: 1, done: 3, stopped: null });
  });

  test('on an input that does not fit is not tried again', async () => {
    const error = taskProblem('invalid-input', 'a.txt has changed');
    const made = await withRun({ max_attempts: 5 }, { run: (run) => run.end({ kind: 'failed', error }) });
    await made.becomes('failed');
    expect(made.runs).toHaveLength(1);
  });

  test('for want of a file waits for it', async () => {
    const outcome = { kind: 'waiting', reason: 'file-missing', message: 'a.txt is gone.' } as const;
    const made = await withRun({}, { run: (run) => run.end(outcome) });
    await made.becomes('paused');
    expect(await made.get(made.task_id)).toMatchObject({
      paused: { reason: 'file-missing' },
      message: 'a.txt is gone.',
    });
  });
});

describe('what runs', () => {
  test('is as much as the limit lets in; an end makes place for the next', async () => {
    const made = bench({ limit: 2 });
    for (let i = 0; i < 4; i += 1) await made.submit();
    await made.executor.start();
    await ticks();
    expect(made.runs).toHaveLength(2);
    made.runs[0]?.end(completed);
    await until(() => made.runs.length === 3);
    expect(await made.store.running()).toHaveLength(2);
  });

  test('starts when it is submitted elsewhere, and when its time has come', async () => {
    const made = bench();
    await made.executor.start();
    await made.submit({ run_at: new Date(Date.now() + 60_000).toISOString() });
    made.hint();
    await made.submit();
    made.hint();
    await until(() => made.runs.length === 1);
    await ticks();
    vi.advanceTimersByTime(59_999);
    await ticks();
    expect(made.runs).toHaveLength(1);
    vi.advanceTimersByTime(1);
    await until(() => made.runs.length === 2);
  });

  test('is found by the sweep when nobody said that there is work', async () => {
    const made = bench();
    await made.executor.start();
    await made.submit();
    await ticks();
    expect(made.runs).toHaveLength(0);
    vi.advanceTimersByTime(20_000);
    await until(() => made.runs.length === 1);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    'is looked for again after a hint %i turns past the last look',
    async (late) => {
      let looks = 0;
      const made = bench({
        store: (store) => ({
          ...store,
          async look() {
            looks += 1;
            if (looks === 1) hintLate();
            return { best: null, due: null };
          },
        }),
      });
      async function hintLate() {
        for (let i = 0; i < late; i += 1) await null;
        made.executor.hint({ kind: 'settings' });
      }
      await made.executor.start();
      await ticks();
      expect(looks).toBe(2);
    },
  );

  test('is told of settings by the sweep when nobody said that they changed', async () => {
    const made = bench({ limit: 1 });
    await made.submit();
    await made.submit();
    await made.executor.start();
    await ticks();
    expect(made.runs).toHaveLength(1);
    await made.store.configure({ running_limit: 2 });
    vi.advanceTimersByTime(20_000);
    await until(() => made.runs.length === 2);
  });

  test('is not stopped by a sweep that read the store before it began', async () => {
    let stale: StoredTask[] | undefined;
    const made = await withRun({}, { store: (store) => ({ ...store, running: async () => stale ?? store.running() }) });
    const task = await made.get(made.task_id);
    stale = [{ ...task, attempt: 0, cancel_requested_at: task.created_at }];
    vi.advanceTimersByTime(20_000);
    await ticks();
    expect(made.story).toEqual(['created', 'started']);
  });

  test('later has one timer, however many hints come at once', async () => {
    const made = bench();
    await made.executor.start();
    await made.submit({ run_at: new Date(Date.now() + 60_000).toISOString() });
    made.hint();
    await ticks();
    const timers = vi.getTimerCount();
    for (let i = 0; i < 5; i += 1) made.hint();
    await ticks();
    expect(vi.getTimerCount()).toBe(timers);
  });

  test('begins at a later sweep when the store could not be read at the first', async () => {
    let broken = true;
    const made = bench({
      store: (store) => ({
        ...store,
        running: () => (broken ? Promise.reject(new Error('no disk')) : store.running()),
      }),
    });
    await made.submit();
    await made.executor.start();
    expect(made.errors).toMatchObject([{ message: 'no disk' }]);
    broken = false;
    vi.advanceTimersByTime(20_000);
    await until(() => made.runs.length === 1);
  });

  test('is committed with its checkpoint at its last progress', async () => {
    const made = await withRun();
    const { events } = step(1);
    await made.run.append({ events: [...events, ...step(2).events], checkpoint: { version: 1, data: 2, outputs: [] } });
    await made.run.append({ events: [], checkpoint: { version: 1, data: 3, outputs: [] } });
    await made.run.append(nothing);
    const said = (await made.events(made.task_id)).filter(
      (event): event is Change & typeof event => event.kind === 'progress',
    );
    expect(said.map((event) => event.kind === 'progress' && [event.done, event.checkpoint])).toEqual([
      [1, false],
      [2, true],
      [2, true],
    ]);
  });

  test('of another executor is left alone while that lives', async () => {
    const made = bench();
    const { task_id } = await made.submit();
    made.locks.of('other').request(`${task_id}:1`, () => new Promise(() => {}));
    await made.store.claim({ task_id, attempt: 1 }, limits());
    await made.executor.start();
    vi.advanceTimersByTime(60_000);
    await ticks();
    expect(await made.get(task_id)).toMatchObject({ status: 'running', attempt: 1 });
  });
});

describe('what comes next', () => {
  /** One place, in which the first of some tasks runs, and the second is known to come next. */
  async function queue(tasks: number, options: Options = {}) {
    let looks = 0;
    const made = bench({
      ...options,
      limit: 1,
      store(store) {
        const wrapped = options.store?.(store) ?? store;
        return { ...wrapped, look: (...given) => wrapped.look(...given).finally(() => (looks += 1)) };
      },
    });
    const ids: string[] = [];
    for (let i = 0; i < tasks; i += 1) ids.push((await made.submit()).task_id);
    await made.executor.start();
    await until(() => made.runs.length === 1 && looks >= 2);
    return { ...made, ids };
  }
  const claimed = (store: TaskStore, told: string[]): TaskStore => ({
    ...store,
    claim(candidate, ...rest) {
      told.push(candidate.task_id);
      return store.claim(candidate, ...rest);
    },
  });

  test('is claimed in the transaction that ends what ran, under its lease', async () => {
    const alone: string[] = [];
    const made = await queue(3, { store: (store) => claimed(store, alone) });
    const [, two = '', three = ''] = made.ids;
    const leased: Promise<boolean>[] = [];
    made.published(({ tasks }) => {
      for (const { task_id, status } of tasks) if (status === 'running') leased.push(made.isLeased(task_id, 1));
    });
    made.runs[0]?.end(completed);
    await until(() => made.runs.length === 2);
    await ticks();
    made.runs[1]?.end(completed);
    await until(() => made.runs.length === 3);
    expect(made.runs.map(({ assignment }) => assignment.task.task_id)).toEqual(made.ids);
    expect(alone).toEqual(made.ids.slice(0, 1));
    expect(await Promise.all(leased)).toEqual([true, true]);
    expect(made.commits.map(({ tasks }) => tasks.map(({ status }) => status)).slice(-2)).toEqual([
      ['completed', 'running'],
      ['completed', 'running'],
    ]);
    made.runs[2]?.end(completed);
    await until(async () => (await made.get(three)).status === 'completed');
    await ticks();
    expect(await made.isLeased(two, 1)).toBe(false);
    expect(await made.isLeased(three, 1)).toBe(false);
  });

  test('is what matters more, if that was submitted meanwhile', async () => {
    const made = await queue(2);
    const urgent = await made.submit({ priority: 5 });
    made.hint();
    await ticks();
    made.runs[0]?.end(completed);
    await until(() => made.runs.length === 2);
    expect(made.runs[1]?.assignment.task.task_id).toBe(urgent.task_id);
  });

  test('that was canceled meanwhile is not begun, and its lease is given back', async () => {
    const made = await queue(2);
    const [one = '', two = ''] = made.ids;
    await made.change(two, [examples.canceled]);
    made.runs[0]?.end(completed);
    await until(async () => (await made.get(one)).status === 'completed');
    await ticks();
    expect(made.runs).toHaveLength(1);
    expect(await made.isLeased(two, 1)).toBe(false);
  });

  test('is left to another that has its lease, and looked for behind it', async () => {
    const made = await queue(3);
    const [one = '', two = '', three = ''] = made.ids;
    made.locks.of('other').request(`${two}:1`, () => new Promise(() => {}));
    await ticks(3);
    made.runs[0]?.end(completed);
    await until(async () => (await made.get(one)).status === 'completed');
    await ticks();
    expect(made.runs).toHaveLength(1);
    vi.advanceTimersByTime(250);
    await until(() => made.runs.length === 2);
    expect(made.runs[1]?.assignment.task.task_id).toBe(three);
  });

  test('waits for an end that cannot be stored for now, and nobody is kept from it meanwhile', async () => {
    let full = false;
    const made = await queue(2, {
      store: (store) => ({
        ...store,
        commit: (steps) =>
          full ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : store.commit(steps),
      }),
    });
    const [one = '', two = ''] = made.ids;
    full = true;
    made.runs[0]?.end(completed);
    await until(() => made.errors.length > 0);
    expect(await made.isLeased(two, 1)).toBe(false);
    full = false;
    vi.advanceTimersByTime(5_000);
    await until(() => made.runs.length === 2);
    expect([(await made.get(one)).status, (await made.get(two)).status]).toEqual(['completed', 'running']);
  });

  test('whose claim was committed although the answer failed is adopted', async () => {
    let fails = false;
    const made = await queue(2, {
      store: (store) => ({
        ...store,
        async commit(steps) {
          const results = await store.commit(steps);
          if (!fails) return results;
          fails = false;
          throw new Error('no answer');
        },
      }),
    });
    fails = true;
    made.runs[0]?.end(completed);
    await until(() => made.errors.length > 0);
    vi.advanceTimersByTime(1_000);
    await until(() => made.runs.length === 2);
    expect(await made.get(made.ids[1] ?? '')).toMatchObject({ status: 'running', attempt: 2, failures: 0 });
  });

  test('keeps no end from being committed when the settings cannot be read', async () => {
    let fails = false;
    const made = await queue(2, {
      store: (store) => ({
        ...store,
        settings: async () => (fails ? Promise.reject(new Error('no disk')) : store.settings()),
      }),
    });
    fails = true;
    vi.advanceTimersByTime(20_000);
    await until(() => made.errors.length > 0);
    made.runs[0]?.end(completed);
    await until(async () => (await made.get(made.ids[0] ?? '')).status !== 'running');
    expect(await made.get(made.ids[0] ?? '')).toMatchObject({ status: 'completed', attempt: 1, losses: 0 });
  });

  test('is nobody’s when its executor is stopped just then', async () => {
    const { promise: mayCommit, resolve: goOn } = Promise.withResolvers<void>();
    let held = false;
    const made = await queue(2, {
      store: (store) => ({
        ...store,
        async commit(steps) {
          if (held) await mayCommit;
          return store.commit(steps);
        },
      }),
    });
    const [, two = ''] = made.ids;
    held = true;
    made.runs[0]?.end(completed);
    await until(() => made.isLeased(two, 1));
    const stopped = made.executor.stop();
    goOn();
    await stopped;
    await ticks();
    expect(made.runs).toHaveLength(1);
    expect(await made.isLeased(two, 1)).toBe(false);
  });
});

describe('a log', () => {
  const lines = (count: number, message = 'x'): Batch => ({
    events: Array(count).fill({ kind: 'log', level: 'info', message }),
    checkpoint: null,
  });
  const isLeft = async ({ isLeased, task_id }: Awaited<ReturnType<typeof withRun>>) => !(await isLeased(task_id, 1));
  const sizeOf = (events: TaskEvent[]) => events.reduce((sum, event) => sum + bytesOf(event), 0);

  test('is kept to its number of events, from the first batch on and once its attempt has ended', async () => {
    const made = await withRun();
    await made.store.configure({ log_events: 300 });
    made.executor.hint({ kind: 'settings' });
    const kept = async () => (await made.events(made.task_id)).length;
    await made.run.append(lines(1_000));
    expect(await kept()).toBeLessThanOrEqual(300);
    for (let i = 0; i < 4; i += 1) await made.run.append(lines(999));
    made.run.end(completed, lines(99));
    await until(() => isLeft(made));
    expect(await kept()).toBeLessThanOrEqual(300);
    expect((await made.events(made.task_id)).at(-1)).toMatchObject({ kind: 'completed', n: 5_098 });
  });

  test('is kept to its bytes, although its events are few', async () => {
    const made = await withRun();
    await made.store.configure({ log_bytes: 100_000 });
    made.executor.hint({ kind: 'settings' });
    let most = 0;
    for (let i = 0; i < 300; i += 1) {
      await made.run.append(lines(2, 'x'.repeat(10_000)));
      most = Math.max(most, sizeOf(await made.events(made.task_id)));
    }
    expect(most).toBeLessThan(2_000_000);
    made.run.end({ kind: 'completed', result: 'y'.repeat(50_000), files: [] });
    await until(() => isLeft(made));
    expect(sizeOf(await made.events(made.task_id))).toBeLessThanOrEqual(100_000);
  });

  test('that is short is left alone without a look at the database', async () => {
    const made = bench({ limit: 1 });
    const opened = vi.spyOn(IDBDatabase.prototype, 'transaction');
    const submitted = [await made.submit(), await made.submit()];
    await made.executor.start();
    for (const [i, { task_id }] of submitted.entries()) {
      await until(() => made.runs.length === i + 1);
      await made.runs[i]?.append(lines(5));
      made.runs[i]?.end(i === 0 ? completed : broken);
      await until(async () => !(await made.isLeased(task_id, 1)));
    }
    const trims = opened.mock.calls.filter(([stores]) => [...stores].join() === 'tasks,log,cuts');
    opened.mockRestore();
    expect(trims).toEqual([]);
  });
});

describe('a checkpoint that can be sent but not stored', () => {
  // As a module of WebAssembly: another thread can have it, a database cannot.
  const unstorable = { version: 1, data: () => {}, outputs: [] };

  test('is told to the job that took it, which fails of it; its neighbours lose nothing', async () => {
    const made = bench();
    const tasks = [await made.submit(), await made.submit()];
    await made.executor.start();
    await until(() => made.runs.length === 2);
    const [culprit, neighbour] = made.runs;
    const said = await Promise.allSettled([
      neighbour?.append(step(1, true)),
      culprit?.append({ ...step(1), checkpoint: unstorable }),
      neighbour?.append(step(2, true)),
    ]);
    expect(said.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const name = culprit?.assignment.task.task_id ?? '';
    expect(await made.get(name)).toMatchObject({ status: 'running', attempt: 1 });
    // As a runner says it.
    culprit?.end({ kind: 'failed', error: taskProblem('job-failed', String(said[1])) });
    neighbour?.end(completed);
    const statuses = () => Promise.all(tasks.map(async ({ task_id }) => (await made.get(task_id)).status));
    await until(async () => (await statuses()).sort().join() === 'completed,failed');
    expect(await made.get(name)).toMatchObject({ status: 'failed', attempt: 1, losses: 0 });
    expect(made.story).not.toContain('lost');
    expect(made.errors).toEqual([]);
  });

  test('as the last of a task that is paused is left out, and the log says so', async () => {
    const made = await withRun();
    await made.run.append(step(1, true));
    made.executor.hint({ kind: 'stop', task_id: made.task_id, attempt: 1, reason: 'user' });
    made.run.end({ kind: 'stopped' }, { ...step(2), checkpoint: unstorable });
    await made.becomes('paused');
    expect(await made.get(made.task_id)).toMatchObject({ paused: { reason: 'user' }, done: 2 });
    expect((await made.events(made.task_id)).at(-2)).toMatchObject({
      kind: 'log',
      level: 'warn',
      message: expect.stringContaining('clone'),
    });
    await made.change(made.task_id, [examples.resumed]);
    made.hint();
    await until(() => made.runs.length === 2);
    expect(made.runs[1]?.assignment).toMatchObject({ checkpoint: { data: 1 } });
  });
});

describe('a store that fails', () => {
  const failing = (name: string, times: number): Options => {
    let left = 0;
    return {
      store: (store) => ({
        ...store,
        // The first step that a job says; what the executor itself does is let through.
        async commit(steps) {
          if (steps.every(({ durability }) => durability === 'relaxed') && left < times) {
            left += 1;
            throw new DOMException('no disk', name);
          }
          return store.commit(steps);
        },
      }),
    };
  };

  test('loses the attempt, and the next goes on from the checkpoint: the job is not to blame', async () => {
    const made = await withRun({}, failing('UnknownError', 1));
    await made.run.append(step(3, true));
    await expect(made.run.append(step(4))).rejects.toThrow('no disk');
    await until(() => made.runs.length === 2);
    expect(made.runs[1]?.assignment).toMatchObject({ task: { attempt: 2, failures: 0 }, checkpoint: { data: 3 } });
    expect(made.errors).toMatchObject([{ message: 'no disk' }]);
    made.runs[1]?.end(completed);
    await made.becomes('completed');
  });

  test.each([1, 2])('to keep an end leaves no task without an owner, %i times in a row', async (times) => {
    let left = 0;
    const commit = (store: TaskStore) => (steps: readonly Step[]) => {
      if (left === 0) return store.commit(steps);
      left -= 1;
      return Promise.reject(new DOMException('no disk', 'UnknownError'));
    };
    const made = await withRun({}, { store: (store) => ({ ...store, commit: commit(store) }) });
    left = times;
    made.run.end(completed);
    for (let failed = 1; failed <= times; failed += 1) {
      await until(() => made.errors.length === failed);
      vi.advanceTimersByTime(1_000);
    }
    await until(() => made.runs.length === 2);
    expect(await made.get(made.task_id)).toMatchObject({ status: 'running', attempt: 2 });
    expect(await made.isLeased(made.task_id, 2)).toBe(true);
  });

  test('because it is full pauses the task, once that can be written', async () => {
    const made = await withRun({}, failing('QuotaExceededError', 1));
    await expect(made.run.append(step(4))).rejects.toThrow('no disk');
    made.run.end({ kind: 'stopped' });
    await made.becomes('paused');
    expect(await made.get(made.task_id)).toMatchObject({ paused: { reason: 'quota-exceeded' } });
  });

  test('because its log could not be trimmed costs no attempt: what was said is stored', async () => {
    const made = await withRun(
      {},
      { store: (store) => ({ ...store, trim: () => Promise.reject(new Error('no disk')) }) },
    );
    const line = { kind: 'log' as const, level: 'info' as const, message: 'x' };
    await made.run.append({ events: Array(5_000).fill(line), checkpoint: null });
    expect(made.errors).toMatchObject([{ message: 'no disk' }]);
    expect((await made.events(made.task_id)).filter(({ kind }) => kind === 'log')).toHaveLength(5_000);
    made.run.end(completed);
    await made.becomes('completed');
    expect(await made.get(made.task_id)).toMatchObject({ attempt: 1, losses: 0 });
  });

  test.each<[string, (made: Awaited<ReturnType<typeof withRun>>) => Promise<unknown>]>([
    ['keeps no executor from letting go', async ({ executor }) => void executor.stop()],
    [
      'keeps nothing of a task that has ended elsewhere meanwhile',
      async ({ executor, change, task_id }) => {
        await change(task_id, [{ kind: 'canceled', stopped: null }]);
        const digest = { task_id, status: 'canceled' as const, attempt: 1, last: 3, cancel_requested: false };
        executor.hint({ kind: 'committed', tasks: [digest], newest: 3 });
      },
    ],
  ])('because it is full %s', async (_, letGo) => {
    let full = false;
    const commit = (store: TaskStore) => (steps: readonly Step[]) =>
      full ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : store.commit(steps);
    const made = await withRun({}, { store: (store) => ({ ...store, commit: commit(store) }) });
    full = true;
    made.run.end(completed);
    await until(() => made.errors.length === 1);
    await letGo(made);
    // At once: no clock goes on here.
    await until(async () => !(await made.isLeased(made.task_id, 1)));
    await made.executor.stop();
  });
});

test('what belongs to no task is cleared away as soon as an executor starts, and every hour after', async () => {
  const made = bench();
  const { task_id } = await made.started();
  const leave = () =>
    made.database(async (db) => {
      const at = new Date().toISOString();
      const orphan = { version: 1, data: 'here', outputs: [], attempt: 1, at, done: 0, progress: 0 };
      await Promise.all([db.put('checkpoints', orphan, 'no task'), db.put('checkpoints', orphan, task_id)]);
    });
  const isCleared = async () => (await made.database((db) => db.getAllKeys('checkpoints'))).join() === task_id;
  made.locks.of('other').request(`${task_id}:1`, () => new Promise(() => {}));
  await leave();
  await made.executor.start();
  await until(isCleared);
  // One at a time: the first is not over before it has let go.
  await made.locks.of('observer').request('housekeeping', () => {});
  await leave();
  vi.advanceTimersByTime(60 * 60_000);
  await until(isCleared);
});

test('an attempt that ended elsewhere while nobody told is found by the sweep, and stopped', async () => {
  const made = await withRun();
  // The bench passes no hint on, as if it had been missed.
  await made.change(made.task_id, [{ kind: 'canceled', stopped: null }]);
  vi.advanceTimersByTime(20_000);
  await until(() => made.story.includes('terminate'));
});

test('an executor that is stopped while it claims has let go of that task, too, once it says so', async () => {
  const { promise: committed, resolve: goOn } = Promise.withResolvers<void>();
  let claims = 0;
  const made = bench({
    store: (store) => ({
      ...store,
      async claim(...asked) {
        const claim = await store.claim(...asked);
        claims += 1;
        await committed;
        return claim;
      },
    }),
  });
  const { task_id } = await made.submit();
  const started = made.executor.start();
  await until(() => claims === 1);
  let said = false;
  const stopped = made.executor.stop().then(() => {
    said = true;
  });
  await ticks();
  expect(said).toBe(false);
  goOn();
  await Promise.all([started, stopped]);
  expect(made.runs).toEqual([]);
  await until(async () => !(await made.isLeased(task_id, 1)));
});

test('an executor that makes way loses nothing: what ran goes on elsewhere, and counts no loss', async () => {
  const made = await withRun();
  await made.run.append(step(4, true));
  await made.executor.stop('released');
  expect(await made.get(made.task_id)).toMatchObject({ status: 'pending', losses: 0, done: 4 });
  expect((await made.events(made.task_id)).at(-1)).toMatchObject({ kind: 'released' });
  expect(made.story).toContain('terminate');
  await made.executor.start();
  await ticks();
  expect((await made.get(made.task_id)).attempt).toBe(1);
});

describe('an executor that makes way', () => {
  test('keeps the end of a job that has just completed', async () => {
    const made = await withRun();
    made.run.end(completed);
    await made.executor.stop('released');
    expect(await made.status()).toBe('completed');
  });

  /** Makes way as soon as something was claimed, before whoever claimed it hears of that. */
  function makesWay(claims: (store: TaskStore, makeWay: () => void) => Partial<TaskStore>) {
    const ways: Promise<void>[] = [];
    const made: Bench = bench({
      limit: 1,
      store: (store) => ({ ...store, ...claims(store, () => ways.push(made.executor.stop('released'))) }),
    });
    return { ...made, ways };
  }

  async function isGivenBack(made: Bench, task_id: string) {
    expect(await made.get(task_id)).toMatchObject({ status: 'pending', attempt: 1, losses: 0 });
    expect((await made.events(task_id)).at(-1)).toMatchObject({ kind: 'released' });
    expect(await made.isLeased(task_id, 1)).toBe(false);
  }

  test('gives back what it has claimed meanwhile', async () => {
    const made = makesWay((store, makeWay) => ({
      async claim(...asked) {
        const claim = await store.claim(...asked);
        makeWay();
        return claim;
      },
    }));
    const { task_id } = await made.submit();
    await made.executor.start();
    await Promise.all(made.ways);
    expect(made.runs).toEqual([]);
    await isGivenBack(made, task_id);
  });

  test('gives back what it has claimed with the end of another', async () => {
    const made = makesWay((store, makeWay) => ({
      async commit(steps) {
        const committed = await store.commit(steps);
        if (committed.some((each) => each.status === 'fulfilled' && each.value.next)) makeWay();
        return committed;
      },
    }));
    const first = await made.submit();
    const second = await made.submit();
    await made.executor.start();
    await until(() => made.runs.length === 1);
    await ticks();
    made.runs[0]?.end(completed);
    await until(() => made.ways.length > 0);
    await Promise.all(made.ways);
    expect((await made.get(first.task_id)).status).toBe('completed');
    expect(made.runs).toHaveLength(1);
    await isGivenBack(made, second.task_id);
  });

  test('writes nothing more once it has said so, and clears nothing more away', async () => {
    const { promise: found, resolve: find } = Promise.withResolvers<string[]>();
    const deleted: string[] = [];
    let looked = false;
    const made = bench({
      store: (store) => ({
        ...store,
        expired() {
          looked = true;
          return found;
        },
        async delete(task_id) {
          deleted.push(task_id);
          return 'absent';
        },
      }),
    });
    await made.executor.start();
    await until(() => looked);
    let said = false;
    const stopped = made.executor.stop('released').then(() => {
      said = true;
    });
    await ticks();
    expect(said).toBe(false);
    find(['one', 'another']);
    await stopped;
    await ticks();
    expect(deleted).toEqual([]);
  });

  test('has removed what a canceled task wrote that ends then', async () => {
    const made = await withRun();
    await made.change(made.task_id, [examples.cancel_requested]);
    made.run.end(completed);
    await made.executor.stop('released');
    expect(await made.status()).toBe('canceled');
    expect(made.removed).toEqual([made.task_id]);
  });
});
