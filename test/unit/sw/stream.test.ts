import 'fake-indexeddb/auto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RETRY_SOON } from '../../../src/core/sse.ts';
import type { Commit, TaskStore } from '../../../src/core/store.ts';
import type { Change, Segment, TaskEvent, TaskState } from '../../../src/core/task.ts';
import { allFeed, type Feed, taskFeed } from '../../../sw/feed.ts';
import { createHub } from '../../../sw/hub.ts';
import { eventStream } from '../../../sw/stream.ts';
import { freshStore } from '../core/database.ts';
import { examples } from '../core/tasks.ts';
import { readerOf, ticks } from './reader.ts';

const { log, progress, completed, failed, retried } = examples;
const HEARTBEAT_MS = 15_000;
const logs = (count: number) => Array.from({ length: count }, () => log);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A store whose commits reach the hub, unless `lost`; its calls of `read` are counted. */
function bench() {
  const fresh = freshStore();
  const hub = createHub();
  const link = { deliver: (commit: Commit) => hub.deliver(commit) };
  fresh.published((commit) => link.deliver(commit));
  let reads = 0;
  const failures: unknown[] = [];
  const store: TaskStore = {
    ...fresh.store,
    read(...args) {
      reads += 1;
      return fresh.store.read(...args);
    },
  };
  const open = (feed: Feed, after = 0) => {
    const end = new AbortController();
    let closings = 0;
    const closed = () => {
      closings += 1;
    };
    const stream = eventStream({
      feed,
      hub,
      after,
      prelude: RETRY_SOON,
      signal: end.signal,
      closed,
      failed: (error) => failures.push(error),
    });
    return { ...readerOf(stream), end: () => end.abort(), closings: () => closings };
  };
  return {
    ...fresh,
    store,
    hub,
    link,
    open,
    follow: (task_id: string, after = 0) => open(taskFeed(store, task_id), after),
    reads: () => reads,
    failures,
  };
}

/** As `bench`, with a task that runs: events 1 and 2. */
async function withTask() {
  const made = bench();
  const { task_id } = await made.started();
  return { ...made, task_id };
}

describe('a stream', () => {
  test('replays what is on disk, and then goes on with what comes', async () => {
    const { follow, change, task_id } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    expect(reader.ids()).toEqual([1, 2]);
    await change(task_id, [progress, log]);
    await change(task_id, [log]);
    await reader.drain();
    expect(reader.ids()).toEqual([1, 2, 3, 4, 5]);
    expect(reader.messages.map(({ event }) => event)).toEqual([undefined, undefined, undefined, 'log', 'log']);
    expect(reader.retries).toEqual([250]);
  });

  test('starts after the event that its reader has, also in the middle of a segment', async () => {
    const { follow, change, task_id } = await withTask();
    await change(task_id, logs(5));
    const reader = follow(task_id, 4);
    await reader.drain();
    expect(reader.ids()).toEqual([5, 6, 7]);
  });

  test('serves what was published from memory', async () => {
    const { follow, change, task_id, reads } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    const before = reads();
    for (let i = 0; i < 10; i += 1) {
      await change(task_id, [log]);
      await reader.settle();
    }
    expect(reader.ids()).toEqual(upTo(12));
    expect(reads()).toBe(before);
  });

  test('events that are committed between the subscription and the read arrive once', async () => {
    const { store, open, change, task_id } = await withTask();
    let raced = false;
    const racing: TaskStore = {
      ...store,
      async read(...args) {
        const tail = await store.read(...args);
        if (!raced) {
          raced = true;
          await change(task_id, [progress, log]);
        }
        return tail;
      },
    };
    const reader = open(taskFeed(racing, task_id));
    await reader.drain();
    expect(reader.ids()).toEqual([1, 2, 3, 4]);
  });

  test('events that are committed before the first read, but after the stream was opened, arrive once', async () => {
    const { store, open, change, task_id } = await withTask();
    let raced = false;
    const racing: TaskStore = {
      ...store,
      async read(...args) {
        if (!raced) {
          raced = true;
          await change(task_id, [progress, log]);
        }
        return store.read(...args);
      },
    };
    const reader = open(taskFeed(racing, task_id));
    await reader.drain();
    expect(reader.ids()).toEqual([1, 2, 3, 4]);
  });

  test('fills a hole in what was published by reading', async () => {
    const { follow, change, task_id, link, hub } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    link.deliver = () => {};
    await change(task_id, logs(3));
    link.deliver = (commit) => hub.deliver(commit);
    await change(task_id, [log]);
    await reader.drain();
    expect(reader.ids()).toEqual(upTo(6));
  });

  test('needs only to be told that there is more', async () => {
    const { follow, change, task_id, link, hub } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    link.deliver = ({ tasks, newest }) => hub.deliver({ tasks, newest });
    await change(task_id, logs(3));
    await reader.drain();
    expect(reader.ids()).toEqual(upTo(5));
  });

  test('that is told of more than there is looks once, and still knows the end', async () => {
    const { follow, change, task_id, hub, reads } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    const before = reads();
    const far = { task_id, status: 'running' as const, attempt: 1, last: 1e12, cancel_requested: false };
    hub.deliver({ tasks: [far], newest: 1e12 });
    await reader.drain();
    expect(reads()).toBe(before + 1);
    await change(task_id, [progress]);
    await reader.drain();
    await change(task_id, [completed]);
    await reader.toEnd();
    expect(reader.ids()).toEqual(upTo(4));
    expect(reader.messages.at(-1)).toMatchObject({ id: '4', event: 'complete' });
    expect(reads()).toBe(before + 1);
  });

  test('that is told of an event before it is published has it from memory when it looks', async () => {
    const { follow, change, task_id, link, hub, reads } = await withTask();
    const slow = follow(task_id);
    await slow.pull();
    await slow.pull();
    const before = reads();
    link.deliver = (commit) => {
      hub.deliver({ tasks: commit.tasks, newest: commit.newest });
      hub.deliver(commit);
    };
    await change(task_id, [progress]);
    await change(task_id, [completed]);
    await slow.toEnd();
    expect(slow.messages.at(-1)).toMatchObject({ id: '4', event: 'complete' });
    expect(reads()).toBe(before);
  });

  test('shows nothing twice, whatever is published again', async () => {
    const { follow, change, task_id, commits, hub } = await withTask();
    const reader = follow(task_id);
    await change(task_id, logs(3));
    await reader.drain();
    for (const commit of [...commits].reverse()) hub.deliver(commit);
    await change(task_id, [log]);
    await reader.drain();
    expect(reader.ids()).toEqual(upTo(6));
  });

  test('hears nothing of other tasks', async () => {
    const { follow, started, change, task_id } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    const other = await started();
    await change(other.task_id, logs(9));
    expect(await reader.settle()).toBe(false);
    expect(reader.ids()).toEqual([1, 2]);
  });
});

describe('a reader that does not read', () => {
  test('is not buffered for, and later gets everything from the log', { timeout: 30_000 }, async () => {
    const { follow, change, task_id, reads } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    const readsFor = async (commits: number) => {
      for (let i = 0; i < commits; i += 1) await change(task_id, logs(100));
      const before = reads();
      await reader.drain();
      return reads() - before;
    };
    // 104 bytes each.
    expect(await readsFor(20)).toBe(0);
    expect(await readsFor(40)).toBeGreaterThan(0);
    expect(reader.ids()).toEqual(upTo(6_002));
  });

  test('keeps nothing busy: no timer runs for it, nothing is read', async () => {
    const { follow, change, task_id, reads } = await withTask();
    const reader = follow(task_id);
    await reader.pull();
    await reader.pull();
    expect(reader.ids()).toEqual([1, 2]);
    const before = reads();
    await change(task_id, logs(2_000));
    await ticks();
    expect([reads(), vi.getTimerCount()]).toEqual([before, 0]);
    expect(reader.chunks).toHaveLength(2);
  });
});

describe('a reader that stops for a minute', () => {
  const TOGETHER = 250;
  const MIB = 1024 * 1024;

  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  function heap(): number {
    collect();
    return process.memoryUsage().heapUsed;
  }

  /** A log that is made anew whenever it is read, so that nothing but the stream can keep its events. */
  function madeLog(count: number, change: (n: number) => Change) {
    const state = (n: number): TaskState => ({
      status: 'running',
      progress: (100 * n) / count,
      message: `step ${n}`,
      done: n,
      total: count,
      unit: 'steps',
      attempt: 1,
    });
    const eventAt = (n: number): TaskEvent => ({ ...change(n), n, at: new Date(n).toISOString(), state: state(n) });
    const segmentAfter = (after: number): Segment => {
      const events = Array.from({ length: TOGETHER }, (_, i) => eventAt(after + 1 + i));
      return { task_id: 'made', first: after + 1, last: after + TOGETHER, seq: after + 1, events };
    };
    const feed: Feed = {
      ...taskFeed(bench().store, 'made'),
      read: async (after) => ({ segments: [segmentAfter(after - (after % TOGETHER))], newest: count }),
    };
    return { feed, segmentAfter };
  }

  test.each<[string, number, (n: number) => Change]>([
    ['progress', 100_000, (n) => ({ ...progress, done: n, message: `step ${n}` })],
    ['log lines', 100_000, (n) => ({ ...log, message: `line ${n} is about forty characters long, as many are` })],
    ['long log lines', 4_000, (n) => ({ ...log, message: `${n}`.padEnd(8_000, 'ü€') })],
  ])('while %s pass, %i of them, costs less than 1 MiB, and then gets them all', async (_, count, change) => {
    const { feed, segmentAfter } = madeLog(count, change);
    const hub = createHub();
    const options = {
      feed,
      hub,
      after: 0,
      prelude: RETRY_SOON,
      signal: new AbortController().signal,
      closed() {},
      failed() {},
    };
    const reader = eventStream(options).getReader();
    await reader.read();
    const before = heap();
    for (let n = 0; n < count; n += TOGETHER) {
      const digest = { status: 'running' as const, attempt: 1, last: n + TOGETHER, cancel_requested: false };
      hub.deliver({
        segments: [segmentAfter(n)],
        tasks: [{ task_id: 'made', ...digest }],
        newest: n + TOGETHER,
      });
      vi.advanceTimersByTime((60_000 * TOGETHER) / count);
    }
    expect(heap() - before).toBeLessThan(MIB);

    const decoder = new TextDecoder();
    let last = 0;
    while (last < count) {
      const { value } = await reader.read();
      for (const [, id] of decoder.decode(value).matchAll(/^id: (\d+)$/gm)) {
        if (Number(id) !== last + 1) throw new Error(`${id} came after ${last}`);
        last += 1;
      }
    }
    await reader.cancel();
  });
});

describe('the heartbeat', () => {
  test('comes every 15 s while events come, too', async () => {
    const { follow, change, task_id } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    for (let second = 1; second <= 31; second += 1) {
      vi.advanceTimersByTime(1_000);
      await change(task_id, [progress]);
      await reader.drain();
      expect(reader.comments).toHaveLength(Math.floor(second / 15));
    }
    expect(reader.messages.at(-1)).toMatchObject({ id: '33' });
    await reader.cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('does not pile up for a reader that does not read', async () => {
    const { follow, task_id } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    vi.advanceTimersByTime(10 * HEARTBEAT_MS);
    await reader.drain();
    expect(reader.comments).toEqual(['heartbeat']);
    await reader.cancel();
  });

  test('comes after 15 s without an event, again and again', async () => {
    const { follow, task_id } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    vi.advanceTimersByTime(HEARTBEAT_MS - 1);
    expect(await reader.settle()).toBe(false);
    vi.advanceTimersByTime(1);
    await reader.pull();
    expect(reader.comments).toEqual(['heartbeat']);
    expect(await reader.settle()).toBe(false);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    await reader.pull();
    expect(reader.comments).toEqual(['heartbeat', 'heartbeat']);
  });

  test('finds what nobody published', async () => {
    const { follow, change, task_id, link } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    link.deliver = () => {};
    await change(task_id, [progress, completed]);
    expect(await reader.settle()).toBe(false);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    await reader.drain();
    expect(reader.comments).toEqual(['heartbeat']);
    expect(reader.messages.slice(-2)).toMatchObject([{ id: undefined }, { id: '4', event: 'complete' }]);
    expect(reader.isOver()).toBe(true);
  });
});

describe('the end', () => {
  test('is one chunk: message, complete, and the id on the second alone', async () => {
    const { follow, change, task_id } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    await change(task_id, [completed]);
    await reader.toEnd();
    expect(reader.chunks.at(-1)).toMatch(/^retry: 3600000\ndata: .*\n\nid: 3\nevent: complete\ndata: .*\n\n$/);
    expect(reader.closings()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that was retried is passed over, and the stream goes on', async () => {
    const { follow, change, task_id } = await withTask();
    await change(task_id, [failed]);
    await change(task_id, [retried]);
    const reader = follow(task_id);
    await reader.drain();
    expect(reader.messages.map(({ id, event }) => [id, event])).toEqual(
      [1, 2, 3, 4].map((n) => [String(n), undefined]),
    );
    expect(reader.isOver()).toBe(false);
  });

  test('by abort is clean, at once, also while it waits', async () => {
    const { follow, change, task_id, hub } = await withTask();
    const reader = follow(task_id);
    await reader.drain();
    reader.end();
    await reader.toEnd();
    expect(reader.closings()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    await change(task_id, [log]);
    hub.deliver({ tasks: [], newest: 9 });
    expect(reader.ids()).toEqual([1, 2]);
  });

  test('by abort before anything was read is clean too', async () => {
    const { follow, task_id } = await withTask();
    const reader = follow(task_id);
    reader.end();
    await reader.toEnd();
    expect(reader.messages).toEqual([]);
    expect(reader.closings()).toBe(1);
  });

  test('by abort lets go of a reader that does not read, and leaves it the chunk that it was sent', async () => {
    const { follow, task_id } = await withTask();
    const reader = follow(task_id);
    reader.end();
    expect(reader.closings()).toBe(1);
    await reader.toEnd();
    expect(reader.retries).toEqual([250]);
  });

  test('by abort while it reads the log is clean', async () => {
    const { store, open, task_id } = await withTask();
    const reader = open({
      ...taskFeed(store, task_id),
      async read(after) {
        reader.end();
        return taskFeed(store, task_id).read(after);
      },
    });
    await reader.toEnd();
    expect([reader.messages, reader.closings(), vi.getTimerCount()]).toEqual([[], 1, 0]);
  });

  test('of the task by deletion is the end of its stream', async () => {
    const { store, follow, change, task_id } = await withTask();
    await change(task_id, logs(600));
    const reader = follow(task_id);
    await reader.pull();
    await change(task_id, [failed]);
    await store.delete(task_id);
    await reader.toEnd();
    expect(reader.closings()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('by cancel leaves no follower and no timer', async () => {
    const { hub, follow, change, task_id } = await withTask();
    let followers = 0;
    const { follow: subscribe } = hub;
    hub.follow = (topic, follower) => {
      followers += 1;
      const unfollow = subscribe(topic, follower);
      return () => {
        followers -= 1;
        unfollow();
      };
    };
    const reader = follow(task_id);
    expect(followers).toBe(1);
    await reader.drain();
    await reader.cancel();
    expect([followers, reader.closings(), vi.getTimerCount()]).toEqual([0, 1, 0]);
    await change(task_id, [log]);
  });

  test('by a log that cannot be read is clean and told, so that its reader comes back, and leaves no timer', async () => {
    const { store, open, task_id, failures } = await withTask();
    const broken: TaskStore = { ...store, read: () => Promise.reject(new Error('no disk')) };
    const reader = open(taskFeed(broken, task_id));
    await reader.toEnd();
    expect(reader.messages).toEqual([]);
    expect([reader.closings(), vi.getTimerCount()]).toEqual([1, 0]);
    expect(failures).toEqual([new Error('no disk')]);
  });
});

describe('the stream of all tasks', () => {
  test('rises over all tasks and tells of a deletion', async () => {
    const { store, open, started, change, task_id } = await withTask();
    const epoch = await store.epoch();
    const reader = open(allFeed(store, epoch), 2);
    const other = await started();
    await change(task_id, [progress, completed]);
    await store.delete(task_id);
    await change(other.task_id, [log]);
    await reader.drain();
    expect(reader.messages.every(({ id }) => id === undefined || id.startsWith(`${epoch}-`))).toBe(true);
    expect(reader.messages.map(({ id, event }) => [id && Number(id.split('-').at(-1)), event])).toEqual([
      [3, undefined],
      [4, undefined],
      [5, undefined],
      [undefined, undefined],
      [6, 'complete'],
      [7, 'deleted'],
      [8, 'log'],
    ]);
    expect(JSON.parse(reader.messages.at(-2)?.data ?? '')).toEqual({ task_id });
    expect(reader.isOver()).toBe(false);
  });

  test('read later shows an end that was retried as a plain message', async () => {
    const { store, open, change, task_id } = await withTask();
    await change(task_id, [failed]);
    await change(task_id, [retried]);
    const reader = open(allFeed(store, await store.epoch()), 2);
    await reader.drain();
    const shown = reader.messages.map(({ event, data }) => [event, JSON.parse(data).status]);
    expect(shown).toEqual([
      [undefined, 'failed'],
      [undefined, 'pending'],
    ]);
  });

  test('shows a slow reader an end that was retried meanwhile as a plain message', async () => {
    const { store, open, change, task_id } = await withTask();
    const reader = open(allFeed(store, await store.epoch()), 2);
    await change(task_id, [failed]);
    await change(task_id, [retried]);
    await reader.drain();
    expect(reader.messages.map(({ event }) => event)).toEqual([undefined, undefined]);
  });

  test('shows it so as well when more passed in between than is kept for a reader', async () => {
    const { store, open, started, change, task_id } = await withTask();
    const other = await started();
    const reader = open(allFeed(store, await store.epoch()), 4);
    await reader.pull();
    await change(task_id, [failed]);
    await change(other.task_id, logs(3_000));
    await change(task_id, [retried]);
    await reader.drain();
    expect(reader.ids()).toEqual(upTo(3_006).slice(4));
    const shown = reader.messages
      .filter(({ event }) => event !== 'log')
      .map(({ event, data }) => [event, JSON.parse(data).status]);
    expect(shown).toEqual([
      [undefined, 'failed'],
      [undefined, 'pending'],
    ]);
  });
});

const move = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      size: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) }, fc.constant(400)),
      publish: fc.constantFrom('all' as const, 'hint' as const, 'lost' as const, 'late' as const, 'twice' as const),
      other: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pull' as const), settle: fc.nat(25) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'quiet' as const }) },
);

test.for(['one task', 'all tasks'])(
  'however commits, lost publications and pulls interleave: every event of %s arrives once and in order',
  { timeout: 60_000 },
  async (whose) => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 14 }), fc.nat(3), async (moves, start) => {
        const { store, open, started, change, hub, link } = bench();
        const { task_id } = await started();
        const other = await started();
        const all = whose === 'all tasks';
        const feed = all ? allFeed(store, await store.epoch()) : taskFeed(store, task_id);
        const after = Math.min(start, all ? 4 : 2);
        const reader = open(feed, after);
        const late: Commit[] = [];
        for (const next of moves) {
          if (next.do === 'quiet') vi.advanceTimersByTime(HEARTBEAT_MS);
          if (next.do === 'pull') {
            reader.pull();
            await ticks(next.settle);
          }
          if (next.do !== 'commit') continue;
          link.deliver = (commit) => {
            if (next.publish === 'all' || next.publish === 'twice') hub.deliver(commit);
            if (next.publish === 'twice') hub.deliver(commit);
            if (next.publish === 'hint') hub.deliver({ tasks: commit.tasks, newest: commit.newest });
            if (next.publish === 'late') late.push(commit);
            else for (const each of late.splice(0)) hub.deliver(each);
          };
          await change(next.other ? other.task_id : task_id, logs(next.size));
        }
        link.deliver = () => {};
        await change(task_id, [completed]);
        const last = all
          ? (await store.readAll(Number.MAX_SAFE_INTEGER, 1)).newest
          : Number((await store.get(task_id))?.last_event_id);
        while (reader.ids().at(-1) !== last) {
          if (!(await reader.settle())) vi.advanceTimersByTime(HEARTBEAT_MS);
        }
        if (all) await reader.cancel();
        else await reader.toEnd();
        expect(reader.ids()).toEqual(upTo(last).slice(after));
        expect(reader.messages.at(-1)?.event).toBe('complete');
        expect(reader.closings()).toBe(1);
      }),
      { numRuns: 60 },
    );
  },
);
