/** Which thread makes which picture. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BUDGET_BYTES, type Kept } from '../../../workers/jobs/images/cost.ts';
import type { Answer, Order } from '../../../workers/jobs/images/plan.ts';
import { openPool, type Pool } from '../../../workers/jobs/images/pool.ts';
import { clockThatLeaps } from './clock.ts';

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
  /** What is handed over is gone here. */
  postMessage(order: Order, options: StructuredSerializeOptions) {
    structuredClone(order, options);
    this.asked += 1;
  }
  answer(bytes = MADE.bytes) {
    this.onmessage?.({ data: { made: { ...MADE, bytes } } });
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
  const both = [make(order(), 60, {}), make(order(), 60, {})];
  await vi.waitFor(() => expect(asked()).toEqual([1, 1]));
  for (const thread of threads) thread.answer();
  await Promise.all(both);
  for (const count of [2, 3, 4]) {
    const next = make(order(), 60, {});
    await vi.waitFor(() => expect(asked()).toEqual([1, count]));
    threads[1]?.answer();
    await next;
  }
});

/** What an idle one of four threads may have kept. */
const SHARE = BUDGET_BYTES / 8;

/** The picture is made by the thread with this number. */
async function madeBy(index: number, make: Pool['make'], kept: Kept) {
  const before = asked()[index] ?? 0;
  const made = make(order(), 60, kept);
  await vi.waitFor(() => expect(asked()[index]).toBe(before + 1));
  threads[index]?.answer();
  expect(await made).toEqual(MADE);
}

const ended = () => threads.map(({ ended }) => ended);

test('a thread ends with its picture where its memory has grown too much to be kept', async () => {
  const { make } = pool();
  await madeBy(0, make, { avif: SHARE + 1 });
  expect(ended()).toEqual([true]);
  await madeBy(1, make, { avif: SHARE });
  expect(ended()).toEqual([true, false]);
});

test('a thread that has used several codecs ends when they have grown too much together', async () => {
  const { make } = pool();
  await madeBy(0, make, { avif: SHARE * 0.6 });
  await madeBy(0, make, { avif: SHARE * 0.5 });
  await madeBy(0, make, { jpeg: SHARE * 0.3 });
  expect(ended()).toEqual([false]);
  await madeBy(0, make, { png: SHARE * 0.2 });
  expect(ended()).toEqual([true]);
});

/** What may go through one of four threads. */
const THROUGH = 16 * 1024 * 1024;

test('a thread ends when much has gone through it: what it read and what it wrote', async () => {
  const { make } = pool();
  const through = async (index: number, read: number, written: number) => {
    const before = asked()[index] ?? 0;
    const made = make({ ...ORDER, bytes: new Uint8Array(read) }, 60, {});
    await vi.waitFor(() => expect(asked()[index]).toBe(before + 1));
    threads[index]?.answer(new Uint8Array(written));
    await made;
  };
  await through(0, THROUGH / 2, THROUGH / 4);
  await through(0, 0, THROUGH / 4);
  expect(ended()).toEqual([false]);
  await through(0, 1, 0);
  expect(ended()).toEqual([true]);
  await through(1, 0, THROUGH);
  expect(ended()).toEqual([true, false]);
  await through(1, 0, 1);
  expect(ended()).toEqual([true, true]);
});

test('while a large picture is made no thread is idle', async () => {
  const { make } = pool();
  const small = Array.from({ length: 4 }, () => make(order(), 60, { avif: SHARE / 2 }));
  await vi.waitFor(() => expect(asked()).toEqual([1, 1, 1, 1]));
  for (const thread of threads.slice(0, 3)) thread.answer();
  await Promise.all(small.slice(0, 3));
  expect(ended()).toEqual([false, false, false, false]);

  const large = make(order(), 60, { avif: 4 * SHARE });
  await vi.waitFor(() => expect(asked()).toEqual([1, 1, 2, 1]));
  expect(ended()).toEqual([true, true, false, false]);
  threads[3]?.answer();
  await small[3];
  expect(ended()).toEqual([true, true, false, true]);
  threads[2]?.answer();
  await large;

  await madeBy(4, make, { avif: SHARE });
  expect(ended()).toEqual([true, true, true, true, false]);
});

test('a picture is late once its seconds could be used, not while the machine was asleep', async () => {
  const { make } = pool();
  // Its thread is there before the clock is made up.
  const first = make(order(), 60, {});
  await vi.waitFor(() => expect(asked()).toEqual([1]));
  threads[0]?.answer();
  await first;

  const { leap, turns } = clockThatLeaps();
  let late = '';
  make(order(), 3, {}).catch(({ message }: Error) => {
    late = message;
  });
  await turns();
  await leap(8 * 3_600_000);
  await leap(1_000);
  expect(late).toBe('');
  await leap(1_000);
  // How busy the machine is was measured before.
  await vi.waitFor(() => expect(late).toBe('it was not done within 3 s'));
});
