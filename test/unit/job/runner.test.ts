import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Files } from '../../../src/core/files.ts';
import type { Job, JobContext, Progress } from '../../../src/core/job.ts';
import type { Sink } from '../../../src/core/protocol.ts';
import type { Batch } from '../../../src/core/schema.ts';
import { FileChanged, FileMissing } from '../../../src/core/stored-files.ts';
import { runJob } from '../../../workers/job/runner.ts';
import { spec } from '../../../workers/jobs/spin/spec.ts';
import { after, examples } from '../core/tasks.ts';

afterEach(() => void vi.useRealTimers());

const useFakeClock = () =>
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'], now: Date.UTC(2026, 0, 1) });

type Run = (context: JobContext<unknown>) => AsyncGenerator<Progress<unknown>, unknown, void>;

interface Setting {
  append?: Sink['append'];
  files?: Partial<Files>;
  load?(): Promise<Job>;
}

/** Starts a job; `said` is everything that was committed, its end included once it has ended. */
function start(run: Run, { append = async () => {}, files = {}, load }: Setting = {}) {
  const lasting = { open: () => Promise.reject(new Error('nothing outlasts these tasks')) };
  const stopping = new AbortController();
  const batches: Batch[] = [];
  const job = { ...spec, version: 7, run: (_: unknown, context: JobContext<unknown>) => run(context) } as Job;
  const sink: Sink = {
    async append(batch) {
      await append(batch);
      batches.push(batch);
    },
  };
  const task = after(examples.created, examples.started);
  const ended = runJob(
    load ?? (async () => job),
    { task, checkpoint: null },
    {
      files: files as Files,
      lasting,
      sink,
      signal: stopping.signal,
    },
  ).then((ending) => {
    batches.push(ending.batch);
    return ending;
  });
  const events = () => batches.flatMap((batch) => batch.events);
  return {
    batches,
    ended,
    stop: (keep: boolean) => stopping.abort(new DOMException(keep ? 'keep' : 'drop', 'AbortError')),
    progress: () => events().flatMap((event) => (event.kind === 'progress' ? [event.done] : [])),
    logs: () => events().flatMap((event) => (event.kind === 'log' ? [event.message] : [])),
    checkpoints: () => batches.flatMap(({ checkpoint }) => (checkpoint ? [checkpoint] : [])),
  };
}

/** Passes the fake time, and lets what was waiting for it run. */
async function pass(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

async function* upTo(count: number): AsyncGenerator<Progress<unknown>, string, void> {
  for (let done = 1; done <= count; done += 1) yield { done, total: count };
  return 'all';
}

describe('progress', () => {
  test('the last before an end is always committed, with the end', async () => {
    useFakeClock();
    const completed = start(() => upTo(10));
    expect((await completed.ended).outcome).toEqual({ kind: 'completed', result: 'all', files: [] });
    expect(completed.progress().at(-1)).toBe(10);
    const failed = start(async function* () {
      yield* upTo(10);
      throw new Error('broken');
    });
    expect((await failed.ended).outcome).toMatchObject({ kind: 'failed', error: { detail: 'broken' } });
    expect(failed.progress().at(-1)).toBe(10);
  });

  test('the last before a stop is committed too, also one that comes after the stop', async () => {
    const gate = Promise.withResolvers<void>();
    const job = start(async function* () {
      yield { done: 1 };
      await gate.promise;
      yield { done: 2, checkpoint: () => 'at 2' };
      yield { done: 3 };
    });
    await new Promise((resolve) => setImmediate(resolve));
    job.stop(true);
    gate.resolve();
    expect((await job.ended).outcome).toEqual({ kind: 'stopped' });
    expect(job.progress()).toEqual([1, 2]);
    expect(job.checkpoints()).toMatchObject([{ data: 'at 2', version: 7 }]);
  });

  test('is thinned to about twenty a second', async () => {
    useFakeClock();
    const job = start(async function* () {
      for (let done = 1; done <= 2_000; done += 1) {
        yield { done };
        await pass(1);
      }
    });
    await job.ended;
    const said = job.progress();
    expect(said.length).toBeGreaterThanOrEqual(35);
    expect(said.length).toBeLessThanOrEqual(45);
    expect(said).toEqual([...said].sort((a, b) => a - b));
    expect(said.at(-1)).toBe(2_000);
  });

  test('that is followed by a long wait is committed while the job waits', async () => {
    useFakeClock();
    const gate = Promise.withResolvers<void>();
    const job = start(async function* () {
      yield { done: 1 };
      yield { done: 2 };
      await gate.promise;
    });
    await pass(0);
    expect(job.progress()).toEqual([1]);
    await pass(50);
    expect(job.progress()).toEqual([1, 2]);
    gate.resolve();
    await job.ended;
    expect(job.progress()).toEqual([1, 2]);
  });

  test('has every key, and a long message is cut', async () => {
    const job = start(async function* () {
      yield { done: 1 };
      yield { done: 2, total: 3, unit: 'rows', message: 'x'.repeat(20_000) };
    });
    const { batch } = await job.ended;
    expect(job.batches[0]?.events).toEqual([{ kind: 'progress', done: 1, total: null, unit: null, message: null }]);
    expect(batch.events).toEqual([
      { kind: 'progress', done: 2, total: 3, unit: 'rows', message: `${'x'.repeat(10_000)}…` },
    ]);
  });
});

describe('the log', () => {
  test('keeps its lines in order, between the progress that was said before and after', async () => {
    useFakeClock();
    const job = start(async function* ({ log }) {
      for (let done = 1; done <= 20; done += 1) {
        yield { done };
        await pass(60);
        log('info', `after ${done}`);
      }
    });
    await job.ended;
    const said = job.batches.flatMap((batch) =>
      batch.events.map((event) => (event.kind === 'log' ? event.message : event.done)),
    );
    expect(said).toEqual(Array.from({ length: 20 }, (_, i) => [i + 1, `after ${i + 1}`]).flat());
  });

  test('goes one batch at a time: what is said meanwhile shares the next', async () => {
    const credits: (() => void)[] = [];
    const job = start(
      async function* ({ log }) {
        for (let i = 0; i < 5; i += 1) log('info', String(i));
        yield { done: 1 };
      },
      { append: () => new Promise((resolve) => void credits.push(resolve)) },
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(credits).toHaveLength(1);
    credits[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    for (const credit of credits) credit();
    await job.ended;
    expect(job.batches[0]?.events).toMatchObject([{ message: '0' }]);
    expect(job.logs()).toEqual(['0', '1', '2', '3', '4']);
  });

  test('of a job that floods slows it down: what is not committed is bounded', async () => {
    let credit = Promise.withResolvers<void>();
    let logged = 0;
    const job = start(
      async function* ({ log }) {
        for (let done = 1; done <= 100; done += 1) {
          for (let i = 0; i < 100; i += 1) log('info', String(logged++));
          yield { done };
        }
      },
      { append: () => credit.promise },
    );
    const settle = async () => {
      for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    await settle();
    expect(logged).toBeGreaterThanOrEqual(2_000);
    expect(logged).toBeLessThanOrEqual(2_200);
    const before = logged;
    await settle();
    expect(logged).toBe(before);
    const { resolve } = credit;
    credit = { ...credit, promise: Promise.resolve() };
    resolve();
    await job.ended;
    expect(job.logs()).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i)));
  });

  test('of a job that never yields is counted beyond a bound, not kept', async () => {
    const job = start(async function* ({ log }) {
      for (let i = 0; i < 50_000; i += 1) log('debug', String(i));
      yield { done: 1 };
      log('info', 'still here');
    });
    await job.ended;
    const lines = job.logs();
    expect(lines.length).toBeLessThanOrEqual(20_003);
    const note = lines.find((line) => line.includes('too fast'));
    expect(Number(note?.split(' ')[0]) + lines.length - 2).toBe(50_000);
    expect(lines.at(-1)).toBe('still here');
  });
});

describe('a checkpoint', () => {
  /** Yields every 100 ms, with a checkpoint each; tells when it was taken while the job did not stand still. */
  const steady = (seconds: number, taken: number[]): Run =>
    async function* ({ output }) {
      const file = await output('out.txt', 'text/plain');
      let busy = true;
      for (let done = 1; done <= seconds * 10; done += 1) {
        await pass(100);
        await file.write('x');
        const checkpoint = () => {
          if (busy) throw new Error('taken while the job ran');
          taken.push(done);
          return { done };
        };
        busy = false;
        yield { done, checkpoint };
        busy = true;
      }
      return null;
    };

  /** Output files that tell what is done to them. */
  function outputs(story: string[]): Partial<Files> {
    return {
      async openOutput(_task_id, name, type, start) {
        let size = start;
        return {
          name,
          type,
          get size() {
            return size;
          },
          async write(data) {
            size += data.length;
          },
          flush: async () => void story.push(`flush ${size}`),
          close: () => void story.push('close'),
        };
      },
    };
  }

  test('is taken about once a second, while the job stands still', async () => {
    useFakeClock();
    const taken: number[] = [];
    const job = start(steady(10, taken), { files: outputs([]) });
    expect((await job.ended).outcome).toMatchObject({ kind: 'completed' });
    expect(taken.length).toBeGreaterThanOrEqual(8);
    expect(taken.length).toBeLessThanOrEqual(10);
    expect(job.checkpoints().map(({ data }) => data)).toEqual(taken.map((done) => ({ done })));
  });

  test('is committed with the progress that it belongs to, after the outputs are flushed', async () => {
    useFakeClock();
    const story: string[] = [];
    let said = 0;
    const job = start(steady(3, []), {
      files: outputs(story),
      async append({ checkpoint, events }) {
        for (const event of events) if (event.kind === 'progress') said = event.done;
        if (checkpoint) story.push(`checkpoint of ${checkpoint.outputs[0]?.size} at ${said}`);
      },
    });
    await job.ended;
    expect(story.slice(0, 4)).toEqual(['flush 1', 'checkpoint of 1 at 1', 'flush 11', 'checkpoint of 11 at 11']);
    expect(story.at(-1)).toBe('close');
    for (const checkpoint of job.checkpoints())
      expect(checkpoint).toMatchObject({ version: 7, outputs: [{ name: 'out.txt', type: 'text/plain' }] });
  });

  test('holds the job until it is committed', async () => {
    useFakeClock();
    const credit = Promise.withResolvers<void>();
    const taken: number[] = [];
    const job = start(steady(3, taken), {
      files: outputs([]),
      append: ({ checkpoint }) => (checkpoint ? credit.promise : Promise.resolve()),
    });
    for (let i = 0; i < 60; i += 1) await pass(10);
    expect(taken).toHaveLength(1);
    credit.resolve();
    await job.ended;
    expect(taken.length).toBeGreaterThan(1);
  });
});

describe('a stop', () => {
  test.each([
    [true, [{ data: 'here' }]],
    [false, []],
  ])(
    'with keep = %s runs the finally blocks and takes a last checkpoint only if that is wanted',
    async (keep, kept) => {
      const gate = Promise.withResolvers<void>();
      const job = start(async function* ({ log, signal }) {
        try {
          yield { done: 1 };
          signal.addEventListener('abort', () => gate.resolve());
          await gate.promise;
          yield { done: 2, checkpoint: () => 'here' };
          yield { done: 3 };
        } finally {
          log('info', 'cleaned up');
        }
      });
      await new Promise((resolve) => setImmediate(resolve));
      job.stop(keep);
      expect((await job.ended).outcome).toEqual({ kind: 'stopped' });
      expect(job.checkpoints()).toMatchObject(kept);
      expect(job.logs()).toEqual(['cleaned up']);
      expect(job.progress().at(-1)).toBe(2);
    },
  );

  test('is seen by a generator that yields without waiting', async () => {
    useFakeClock();
    let yields = 0;
    const job = start(async function* () {
      while (yields < 100_000) {
        yields += 1;
        vi.advanceTimersByTime(10);
        yield { done: yields };
      }
    });
    setImmediate(() => job.stop(false));
    expect((await job.ended).outcome).toEqual({ kind: 'stopped' });
    expect(job.progress().at(-1)).toBe(yields);
  });

  test('rejects what waits for the signal, and that is no failure', async () => {
    const job = start(async function* ({ signal }) {
      yield { done: 1 };
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    await new Promise((resolve) => setImmediate(resolve));
    job.stop(false);
    expect((await job.ended).outcome).toEqual({ kind: 'stopped' });
    expect(job.logs()).toEqual([]);
  });

  test('stays a stop when a finally block throws, and the log says what it threw', async () => {
    const gate = Promise.withResolvers<void>();
    const job = start(async function* () {
      try {
        yield { done: 1 };
        await gate.promise;
        yield { done: 2, checkpoint: () => 'here' };
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: what a job may do is what is tried here
        throw new Error('no disk');
      }
    });
    await new Promise((resolve) => setImmediate(resolve));
    job.stop(true);
    gate.resolve();
    expect((await job.ended).outcome).toEqual({ kind: 'stopped' });
    expect(job.logs()).toEqual(['while it was stopped: no disk']);
    expect(job.checkpoints()).toMatchObject([{ data: 'here' }]);
  });
});

describe('an end', () => {
  const outcomeOf = async (run: Run, setting?: Setting) => (await start(run, setting).ended).outcome;
  const throwing = (error: unknown): Run =>
    // biome-ignore lint/correctness/useYield: it fails before it comes to one
    async function* () {
      throw error;
    };
  const resulting = (result: unknown): Run =>
    // biome-ignore lint/correctness/useYield: it is done before it comes to one
    async function* () {
      return result;
    };
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;

  test.each<[string, unknown, string]>([
    ['an error', new Error('broken'), 'broken'],
    ['an error without a message', new TypeError(), 'TypeError'],
    ['a string', 'broken', 'broken'],
    ['an object', { code: 7 }, 'The job threw {"code":7}.'],
    ['undefined', undefined, 'The job threw undefined.'],
    ['null', null, 'The job threw null.'],
    ['what cannot be shown', 7n, 'The job threw something that cannot be shown.'],
    ['a cycle', cyclic, 'The job threw something that cannot be shown.'],
  ])('by throwing %s is a failure that says it', async (_, error, detail) => {
    expect(await outcomeOf(throwing(error))).toMatchObject({
      kind: 'failed',
      error: { type: 'urn:holdfast:problem:job-failed', detail },
    });
  });

  test.each<[string, unknown]>([
    ['a cycle', cyclic],
    ['a BigInt', { n: 1n }],
    ['a function', () => {}],
  ])('with %s as result is a failure: a result is JSON', async (_, result) => {
    expect(await outcomeOf(resulting(result))).toMatchObject({
      kind: 'failed',
      error: { detail: expect.stringContaining('not JSON') },
    });
  });

  test.each<[unknown, unknown]>([
    [undefined, null],
    [
      { a: undefined, b: Number.NaN, c: new Date(0) },
      { b: null, c: '1970-01-01T00:00:00.000Z' },
    ],
  ])('with %o as result has it as it will be served', async (result, served) => {
    expect(await outcomeOf(resulting(result))).toEqual({ kind: 'completed', result: served, files: [] });
  });

  test.each<[unknown, object]>([
    [new FileMissing('a.txt is gone.'), { kind: 'waiting', reason: 'file-missing', message: 'a.txt is gone.' }],
    [new FileChanged('a.txt has changed.'), { kind: 'failed', error: { type: 'urn:holdfast:problem:invalid-input' } }],
    [new DOMException('full', 'QuotaExceededError'), { kind: 'waiting', reason: 'quota-exceeded' }],
    [new DOMException('other', 'NotReadableError'), { kind: 'failed', error: { detail: 'other' } }],
  ])('by %s says what the task waits for, if it can', async (error, outcome) => {
    expect(await outcomeOf(throwing(error))).toMatchObject(outcome);
    const reading: Run = async function* ({ file }) {
      yield { done: 0 };
      await file({ file_id: 'a' });
    };
    expect(await outcomeOf(reading, { files: { openInput: () => Promise.reject(error) } })).toMatchObject(outcome);
  });

  test('of a job whose code cannot be loaded is a failure', async () => {
    const load = () => Promise.reject(new Error('no such chunk'));
    expect(await outcomeOf(resulting(1), { load })).toMatchObject({
      kind: 'failed',
      error: { detail: 'no such chunk' },
    });
  });

  test('of a job whose append was refused comes at its next checkpoint or its end', async () => {
    const job = start(() => upTo(3), { append: () => Promise.reject(new Error('Fenced')) });
    expect((await job.ended).outcome).toMatchObject({ kind: 'completed' });
  });
});

test('a million yields are thinned to a handful of batches', async () => {
  const job = start(() => upTo(1_000_000));
  expect((await job.ended).outcome).toEqual({ kind: 'completed', result: 'all', files: [] });
  expect(job.progress().at(-1)).toBe(1_000_000);
  expect(job.batches.length).toBeLessThan(1_000);
}, 30_000);

test('a checkpoint that cannot be taken fails the job, whose finally blocks run all the same', async () => {
  useFakeClock();
  let cleaned = false;
  const broken = start(async function* () {
    try {
      for (let done = 0; ; done += 1) {
        vi.advanceTimersByTime(600);
        yield {
          done,
          checkpoint: () => {
            throw new Error('no state');
          },
        };
      }
    } finally {
      cleaned = true;
    }
  });
  expect((await broken.ended).outcome).toMatchObject({ kind: 'failed', error: { detail: 'no state' } });
  expect(cleaned).toBe(true);
});

test('a yield that is due for a checkpoint is said once', async () => {
  useFakeClock();
  const job = start(async function* () {
    for (let done = 1; done <= 3; done += 1) {
      vi.advanceTimersByTime(1_000);
      yield { done, checkpoint: () => done };
    }
    return null;
  });
  await job.ended;
  expect(job.progress()).toEqual([1, 2, 3]);
  expect(job.checkpoints().map(({ data }) => data)).toEqual([1, 2, 3]);
});
