import 'fake-indexeddb/auto';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { tasksAt } from '../../../src/client/tasks.ts';
import { fold, toWire } from '../../../src/core/task.ts';
import { speak } from '../../../src/ui/strings.ts';
import { createPast, type Shown } from '../../../src/ui/wire/past-model.ts';
import { examples } from '../core/tasks.ts';
import { BASE, createServer, type Server } from '../sw/server.ts';

await speak('en');

const { progress, completed, log } = examples;

const ADDRESS = `https://example.org${BASE}`;

afterEach(() => void vi.unstubAllGlobals());

function pastOf(server: Server, task_id: string) {
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => server.request(url.slice(ADDRESS.length), init));
  const past = createPast(tasksAt(ADDRESS), task_id);
  onTestFinished(past.stop);
  /** Resolves once it shows this event. */
  const shows = (n: number) =>
    new Promise<Shown>((resolve) => {
      past.shown.subscribe((shown) => shown?.n === n && resolve(shown));
    });
  return { past, shows };
}

test('at every event it shows the fold of the log up to there, what the event was, and the task before it', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  for (const done of [1, 2, 3]) await server.change(task_id, [{ ...progress, done }, log]);
  await server.change(task_id, [completed]);
  const events = await server.events(task_id);
  const { past, shows } = pastOf(server, task_id);
  await past.open();
  expect([past.first.value, past.last.value, past.follows.value]).toEqual([1, events.length, true]);
  for (const { n, kind, at } of events.slice(0, -1)) {
    past.go(n);
    const { task, before, event } = await shows(n);
    const folded = [n, n - 1].map((to) => fold(null, events.slice(0, to)));
    expect([task, before]).toEqual(folded.map((each) => each && toWire(each)));
    expect(event).toMatchObject({ at, change: { kind } });
  }
  past.go(events.length + 5);
  expect([past.place.value, past.follows.value]).toEqual([events.length, true]);
  past.go(Number.NaN);
  past.go(0);
  expect(past.place.value).toBe(1);
});

test('of a trimmed log it begins at the cut, also when the log is trimmed while somebody looks', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  const grow = async () => {
    for (let done = 0; done < 20; done += 1) await server.change(task_id, [{ ...progress, done, total: 20 }]);
    await server.store.trim(task_id, { log_events: 10, log_bytes: 1e9 });
  };
  await grow();
  const { past, shows } = pastOf(server, task_id);
  await past.open();
  expect([past.first.value, past.last.value]).toEqual([12, 22]);
  past.go(1);
  expect(await shows(12)).toMatchObject({ task: { done: 9 }, before: null });
  await grow();
  past.go(13);
  expect(await shows(32)).toMatchObject({ task: { done: 9 } });
  expect([past.first.value, past.place.value, past.problem.value]).toEqual([32, 32, null]);
});

test('it follows what happens, and stays where somebody looks', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  const { past, shows } = pastOf(server, task_id);
  await past.open();
  await server.change(task_id, [log]);
  past.reached(3);
  await shows(3);
  past.go(1);
  await shows(1);
  await server.change(task_id, [log]);
  past.reached(4);
  expect([past.place.value, past.last.value]).toEqual([1, 4]);
});

test('that the task is gone is told', async () => {
  const { past } = pastOf(createServer(), 'nobody');
  await past.open();
  expect(past.problem.value).toContain('nobody');
});
