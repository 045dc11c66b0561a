/** Which thread makes which picture. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Answer, Order } from '../../../workers/jobs/images/plan.ts';
import { openPool } from '../../../workers/jobs/images/pool.ts';

const ORDER: Omit<Order, 'bytes'> = {
  ...{ format: 'png', to: 'jpeg', width: null, height: null, percent: 100 },
  ...{ quality: 80, best: false, thumbnail: false, limit_megapixels: 50 },
};
const MADE = { width: 1, height: 1, bytes: new Uint8Array(), thumbnail: null };

class FakeThread {
  onmessage: ((event: { data: Answer }) => void) | null = null;
  asked = 0;
  ended = false;
  constructor() {
    threads.push(this);
    queueMicrotask(() => this.onmessage?.({ data: 'ready' }));
  }
  postMessage() {
    this.asked += 1;
  }
  answer() {
    this.onmessage?.({ data: { made: MADE } });
  }
  terminate() {
    this.ended = true;
  }
}

let threads: FakeThread[] = [];

beforeEach(() => {
  threads = [];
  vi.stubGlobal('Worker', FakeThread);
});
afterEach(() => void vi.unstubAllGlobals());

const asked = () => threads.map(({ asked }) => asked);
const pool = () => openPool(4, new AbortController().signal);
const order = (): Order => ({ ...ORDER, bytes: new Uint8Array(1) });

test("of idle threads the one that was busy last is asked: the others' memory does not grow", async () => {
  const { make } = pool();
  const both = [make(order(), 60, false), make(order(), 60, false)];
  await vi.waitFor(() => expect(asked()).toEqual([1, 1]));
  for (const thread of threads) thread.answer();
  await Promise.all(both);
  for (const count of [2, 3, 4]) {
    const next = make(order(), 60, false);
    await vi.waitFor(() => expect(asked()).toEqual([1, count]));
    threads[1]?.answer();
    await next;
  }
});

test('a thread ends with its picture where its memory has grown too much to be kept', async () => {
  const { make } = pool();
  const first = make(order(), 60, true);
  await vi.waitFor(() => expect(asked()).toEqual([1]));
  threads[0]?.answer();
  expect(await first).toEqual(MADE);
  expect(threads[0]?.ended).toBe(true);
  const next = make(order(), 60, false);
  await vi.waitFor(() => expect(asked()).toEqual([1, 1]));
  threads[1]?.answer();
  await next;
  expect(threads[1]?.ended).toBe(false);
});

test('a picture is late once its seconds could be used, not while the machine was asleep', async () => {
  const { make } = pool();
  // Its thread is there before the clock is made up.
  const first = make(order(), 60, false);
  await vi.waitFor(() => expect(asked()).toEqual([1]));
  threads[0]?.answer();
  await first;

  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => timers.push({ at: now + ms, run }));
  vi.stubGlobal('clearTimeout', () => {});
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  const turns = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  /** Time that has gone by; what was due meanwhile runs then. */
  async function passed(ms: number) {
    now += ms;
    const due = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { run } of due) run();
    await turns();
  }
  let late = '';
  make(order(), 3, false).catch(({ message }: Error) => {
    late = message;
  });
  await turns();
  await passed(8 * 3_600_000);
  await passed(1_000);
  expect(late).toBe('');
  await passed(1_000);
  // How busy the machine is was measured before.
  await vi.waitFor(() => expect(late).toBe('it was not done within 3 s'));
});
