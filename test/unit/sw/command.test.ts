import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Change, StoredTask } from '../../../src/core/task.ts';
import { commands } from '../../../sw/command.ts';
import { createHub } from '../../../sw/hub.ts';
import { freshStore } from '../core/database.ts';
import { examples } from '../core/tasks.ts';
import { ticks } from './reader.ts';

const { completed, failed, paused, canceled, lost, progress } = examples;
const GRACE_MS = 5_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => void vi.useRealTimers());

/** `answer`: what an executor does that is asked to stop a task; by default there is none. */
function bench(
  answer: (task: StoredTask, reason: 'user' | 'cancel') => void = () => {},
  discard = async (_task_id: string) => {},
) {
  const fresh = freshStore(Date.now);
  const hub = createHub();
  const link = { deliver: hub.deliver };
  fresh.published((commit) => link.deliver(commit));
  const asked: string[] = [];
  const removed: string[] = [];
  const reports: unknown[] = [];
  const backend = commands({
    store: fresh.store,
    hub,
    async discardOutputs(task_id) {
      await discard(task_id);
      removed.push(task_id);
    },
    report: (error) => reports.push(error),
    askToStop(task, reason) {
      asked.push(`${reason} ${task.attempt}`);
      answer(task, reason);
    },
    graceOf: () => GRACE_MS,
  });
  return { ...fresh, backend, link, asked, removed, reports };
}

/** Settles what can settle without the clock; says whether the promise has. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const note = () => {
    done = true;
  };
  promise.then(note, note);
  await ticks(60);
  return done;
}

test('a task that begins again while it is canceled: the cancel is on record before anybody is asked to stop', async () => {
  const recorded: boolean[] = [];
  const { started, claim, change, get, backend, store } = bench(async ({ task_id }) => {
    recorded.push((await get(task_id)).cancel_requested_at !== null);
    await change(task_id, [canceled]);
  });
  const { task_id } = await started();
  await change(task_id, [lost]);
  // Once it is known to wait, its log is looked at: that is when the next attempt begins.
  const { read } = store;
  store.read = async (...asked) => {
    const tail = await read(...asked);
    await claim();
    return tail;
  };
  expect(await backend.cancel(task_id)).toMatchObject({ status: 'canceled', attempt: 2 });
  expect(recorded).toEqual([true]);
});

describe('a page that leaves', () => {
  test('releases what it ran, which counts as no loss', async () => {
    const { started, get, backend, reports } = bench();
    const { task_id } = await started();
    await backend.release([{ task_id, attempt: 1 }], false);
    expect(await get(task_id)).toMatchObject({ status: 'pending', attempt: 1, losses: 0, failures: 0 });
    expect(reports).toEqual([]);
  });

  test('because the browser puts it to sleep has the log say so', async () => {
    const { started, events, backend } = bench();
    const { task_id } = await started();
    await backend.release([{ task_id, attempt: 1 }], true);
    expect((await events(task_id)).at(-1)).toMatchObject({ kind: 'released', frozen: true });
  });

  test('leaves its tasks to be canceled by the service worker itself, and the receipt says so', async () => {
    const { started, get, backend } = bench();
    const { task_id } = await started();
    await backend.release([{ task_id, attempt: 1 }], false);
    await backend.cancel(task_id);
    expect(await get(task_id)).toMatchObject({ status: 'canceled', stopped: { rung: 'fenced', ms: 0 } });
  });

  test('leaves alone what another has by now, what is to be canceled, and what is gone', async () => {
    const { started, claim, change, get, backend, reports } = bench();
    const { task_id: adopted } = await started();
    await change(adopted, [lost]);
    await claim();
    const { task_id: canceling } = await started();
    await change(canceling, [{ kind: 'cancel_requested' }]);
    await backend.release(
      [
        { task_id: adopted, attempt: 1 },
        { task_id: canceling, attempt: 1 },
        { task_id: 'no-such-task', attempt: 1 },
      ],
      false,
    );
    expect(await get(adopted)).toMatchObject({ status: 'running', attempt: 2, losses: 1 });
    expect(await get(canceling)).toMatchObject({ status: 'running', attempt: 1 });
    expect(reports).toEqual([]);
  });
});

const refusal = (status: number, task_status: string) =>
  expect.objectContaining({ name: 'Refusal', status, extra: { task_status } });

describe('a running task with no executor that answers', () => {
  test.each(['cancel', 'pause'] as const)('%s ends it as fenced, after the grace and a second', async (name) => {
    const { backend, started, get, asked, removed } = bench();
    const { task_id } = await started();
    const command = backend[name](task_id);
    expect(await settled(command)).toBe(false);
    expect((await get(task_id)).cancel_requested_at === null).toBe(name === 'pause');
    vi.advanceTimersByTime(GRACE_MS + 999);
    expect(await settled(command)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await command).toMatchObject({
      status: name === 'cancel' ? 'canceled' : 'paused',
      stopped: { rung: 'fenced', ms: GRACE_MS + 1_000 },
    });
    expect(asked).toEqual([name === 'cancel' ? 'cancel 1' : 'user 1']);
    expect(removed).toEqual(name === 'cancel' ? [task_id] : []);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is fenced: what its executor still appends is refused', async () => {
    const { backend, store, started, events } = bench();
    const { task_id } = await started();
    const cancel = backend.cancel(task_id);
    await settled(cancel);
    vi.advanceTimersByTime(GRACE_MS + 1_000);
    await cancel;
    const [result] = await store.commit([{ task_id, decide: () => [progress] }]);
    expect(result?.status).toBe('rejected');
    expect((await events(task_id)).at(-1)?.kind).toBe('canceled');
  });
});

test('a clock that is set back while a cancel waits makes no task unreadable', async () => {
  const { backend, started } = bench();
  const { task_id } = await started();
  const command = backend.cancel(task_id);
  await settled(command);
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(GRACE_MS + 1_000);
  expect(await command).toMatchObject({ status: 'canceled', stopped: { rung: 'fenced', ms: 0 } });
});

test('outputs of a fenced task that cannot be removed do not hold up its cancel, and are told of', async () => {
  const held = new Error('somebody writes to it');
  const { backend, started, reports } = bench(undefined, () => Promise.reject(held));
  const { task_id } = await started();
  const command = backend.cancel(task_id);
  await settled(command);
  vi.advanceTimersByTime(GRACE_MS + 1_000);
  expect(await command).toMatchObject({ status: 'canceled', stopped: { rung: 'fenced' } });
  await ticks();
  expect(reports).toEqual([held]);
});

test('a cancel that is on disk is answered, also when the outputs cannot be removed for now', async () => {
  const held = new Error('somebody writes to it');
  const { backend, submit, reports } = bench(undefined, () => Promise.reject(held));
  const { task_id } = await submit();
  expect(await backend.cancel(task_id)).toMatchObject({ status: 'canceled', stopped: null });
  expect(await backend.cancel(task_id)).toMatchObject({ status: 'canceled' });
  expect(reports).toEqual([held, held]);
});

describe('a running task whose executor answers', () => {
  const end: Change = { ...canceled, stopped: { rung: 'terminate', ms: 2_000 } };

  test('is answered as soon as its end is committed', async () => {
    const { backend, started, change } = bench();
    const { task_id } = await started();
    const cancel = backend.cancel(task_id);
    await settled(cancel);
    await change(task_id, [progress]);
    expect(await settled(cancel)).toBe(false);
    await change(task_id, [end]);
    expect(await cancel).toMatchObject({ status: 'canceled', stopped: { rung: 'terminate', ms: 2_000 } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is answered also when the end was committed before anybody followed, or told nobody', async () => {
    const made = bench((task) => void made.change(task.task_id, [end]));
    made.link.deliver = () => {};
    const { task_id } = await made.started();
    const cancel = made.backend.cancel(task_id);
    await settled(cancel);
    vi.advanceTimersByTime(GRACE_MS + 1_000);
    expect(await cancel).toMatchObject({ status: 'canceled', stopped: { rung: 'terminate' } });
  });

  test('that completes it before it hears of the pause makes that a conflict', async () => {
    const made = bench((task) => void made.change(task.task_id, [completed]));
    const { task_id } = await made.started();
    await expect(made.backend.pause(task_id)).rejects.toEqual(refusal(409, 'completed'));
  });

  test('that is lost while it is asked: the cancel follows the task', async () => {
    const { backend, started, change, asked, claim } = bench();
    const { task_id } = await started();
    const cancel = backend.cancel(task_id);
    await settled(cancel);
    await change(task_id, [lost]);
    expect(await cancel).toMatchObject({ status: 'canceled' });
    expect(asked).toEqual(['cancel 1']);
    expect(await claim()).toBeNull();
  });

  test('that is lost while it is asked: the pause follows the task', async () => {
    const { backend, started, change, claim } = bench();
    const { task_id } = await started();
    const pause = backend.pause(task_id);
    await settled(pause);
    await change(task_id, [lost]);
    expect(await pause).toMatchObject({ status: 'paused', paused: { reason: 'user' } });
    expect(await claim()).toBeNull();
  });
});

describe('cancel', () => {
  test('twice at once is one cancel, and both are answered', async () => {
    const { backend, started, change, events } = bench();
    const { task_id } = await started();
    const both = Promise.all([backend.cancel(task_id), backend.cancel(task_id)]);
    await settled(both);
    await change(task_id, [canceled]);
    expect(await both).toMatchObject([{ status: 'canceled' }, { status: 'canceled' }]);
    const kinds = (await events(task_id)).map(({ kind }) => kind);
    expect(kinds).toEqual(['created', 'started', 'cancel_requested', 'canceled']);
  });

  test('again changes nothing and is answered the same', async () => {
    const { backend, submit } = bench();
    const { task_id } = await submit();
    const first = await backend.cancel(task_id);
    expect(await backend.cancel(task_id)).toEqual(first);
  });

  test.each([completed, failed])('of a task that is $kind is a conflict', async (end) => {
    const { backend, started, change, removed } = bench();
    const { task_id } = await started();
    await change(task_id, [end]);
    await expect(backend.cancel(task_id)).rejects.toEqual(refusal(409, end.kind));
    expect(removed).toEqual([]);
  });

  test.each<[string, Change[]]>([
    ['pending', []],
    ['paused', [paused]],
  ])('of a task that is %s is done at once, and asks nobody', async (_, changes) => {
    const { backend, submit, change, asked, removed } = bench();
    const { task_id } = await submit();
    for (const each of changes) await change(task_id, [each]);
    const cancel = backend.cancel(task_id);
    expect(await settled(cancel)).toBe(true);
    expect(await cancel).toMatchObject({ status: 'canceled', stopped: null });
    expect([asked, removed, vi.getTimerCount()]).toEqual([[], [task_id], 0]);
  });

  test('comes before a pause that was asked for at the same time', async () => {
    const { backend, started } = bench();
    const { task_id } = await started();
    const pause = backend.pause(task_id);
    const cancel = backend.cancel(task_id);
    await settled(cancel);
    vi.advanceTimersByTime(GRACE_MS + 1_000);
    expect(await cancel).toMatchObject({ status: 'canceled' });
    await Promise.allSettled([pause]);
  });
});

describe('pause, resume, retry', () => {
  test('a pending task is paused at once, a paused one is a conflict', async () => {
    const { backend, submit } = bench();
    const { task_id } = await submit();
    expect(await backend.pause(task_id)).toMatchObject({ status: 'paused', paused: { reason: 'user' }, stopped: null });
    await expect(backend.pause(task_id)).rejects.toEqual(refusal(409, 'paused'));
    expect(await backend.resume(task_id)).toMatchObject({ status: 'pending', paused: null });
    await expect(backend.resume(task_id)).rejects.toEqual(refusal(409, 'pending'));
    await expect(backend.retry(task_id, false)).rejects.toEqual(refusal(409, 'pending'));
  });

  test('a canceled task starts anew, whatever was asked for', async () => {
    const { backend, started, change } = bench();
    const { task_id } = await started();
    await change(task_id, [progress, canceled]);
    expect(await backend.retry(task_id, false)).toMatchObject({ status: 'pending', progress: 0, done: 0 });
  });

  test('what is not there is 404', async () => {
    const { backend } = bench();
    for (const command of [backend.cancel, backend.pause, backend.resume, (id: string) => backend.retry(id, true)])
      await expect(command('nobody')).rejects.toMatchObject({ name: 'Refusal', status: 404 });
  });
});
