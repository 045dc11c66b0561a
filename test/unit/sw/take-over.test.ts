import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** What was told to the service worker that is replaced, with how to answer it. */
let told: { data: unknown; answer(): void }[];
const skipWaiting = vi.fn(async () => {});

/** A service worker that waits, or has taken over. Its module is new for each, as in a thread of its own. */
async function worker(registration: { active: boolean; waiting?: boolean; installing?: boolean }) {
  const active = registration.active
    ? {
        postMessage: (data: unknown, [port]: [MessagePort]) =>
          void told.push({ data, answer: () => port.postMessage(undefined) }),
      }
    : null;
  vi.stubGlobal('self', { registration: { ...registration, active }, skipWaiting });
  vi.resetModules();
  const { takeOver } = await import('../../../sw/take-over.ts');
  return takeOver;
}

beforeEach(() => {
  told = [];
  skipWaiting.mockClear();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Answers, and waits until that has come: ports have no clock to set. */
async function answered(n: number) {
  const before = vi.getTimerCount();
  told[n]?.answer();
  while (vi.getTimerCount() >= before) await new Promise(setImmediate);
}

test('it waits until the one before has ended its streams, and a while, and asks nobody meanwhile', async () => {
  const takeOver = await worker({ active: true, waiting: true });
  const done = takeOver();
  expect(told.map(({ data }) => data)).toEqual([{ kind: 'end-streams' }]);
  await answered(0);
  await vi.advanceTimersByTimeAsync(799);
  expect([told.length, skipWaiting.mock.calls.length]).toEqual([1, 0]);
  await vi.advanceTimersByTimeAsync(1);
  await done;
  expect(skipWaiting).toHaveBeenCalledOnce();
});

test('one that was being stopped and lost what it was told is told again', async () => {
  const takeOver = await worker({ active: true, waiting: true });
  const done = takeOver();
  await vi.advanceTimersByTimeAsync(500);
  expect(told.length).toBe(2);
  await answered(1);
  await vi.advanceTimersByTimeAsync(800);
  await done;
  expect(told.length).toBe(2);
});

test('one that never answers holds it up for six seconds and no more', async () => {
  const takeOver = await worker({ active: true, waiting: true });
  const done = takeOver();
  await vi.advanceTimersByTimeAsync(5_799);
  expect(skipWaiting).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await done;
  expect(vi.getTimerCount()).toBe(0);
});

test('several ask, and it is done once: it never tells itself to end its streams', async () => {
  const takeOver = await worker({ active: true, waiting: true });
  const all = [takeOver()];
  await vi.advanceTimersByTimeAsync(400);
  all.push(takeOver());
  await answered(0);
  await vi.advanceTimersByTimeAsync(400);
  all.push(takeOver());
  await vi.advanceTimersByTimeAsync(5_000);
  await Promise.all(all);
  expect([told.length, skipWaiting.mock.calls.length]).toEqual([1, 1]);
});

test.each([
  ['that is active already', { active: true }],
  ['that is the first', { active: false, installing: true }],
])('one %s tells nobody', async (_, registration) => {
  const takeOver = await worker(registration);
  await takeOver();
  expect([told.length, skipWaiting.mock.calls.length]).toEqual([0, 1]);
});
