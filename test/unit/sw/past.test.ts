import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { Segment } from '../../../src/core/schema.ts';
import { type Change, canChange, fold, toWire } from '../../../src/core/task.ts';
import { anyChange, changed, examples } from '../core/tasks.ts';
import { createServer, problemOf, type Server } from './server.ts';

const { progress, completed, log } = examples;

afterEach(() => void vi.unstubAllGlobals());

const at = (server: Server, task_id: string, n: number | string, init?: RequestInit) =>
  server.request(`tasks/${task_id}?at=${n}`, init);

async function eventsOf(server: Server, task_id: string) {
  const snapshot = await server.store.snapshot(task_id);
  if (!snapshot) throw new Error(`no task ${task_id}`);
  return snapshot;
}

/** What of these changes can happen to the task, one after the other. */
function possible(given: readonly Change[]): Change[] {
  let task = changed(null, examples.created);
  const taken: Change[] = [];
  for (const change of given) {
    if (!task || !canChange(task.status, change.kind)) continue;
    task = changed(task, change);
    taken.push(change);
  }
  return taken;
}

test('a task after event N is the fold of its first N events, whatever happened to it', async () => {
  const lives = fc.array(fc.oneof({ weight: 1, arbitrary: fc.constantFrom(...Object.values(examples)) }, anyChange), {
    minLength: 10,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(lives, fc.integer({ min: 1, max: 7 }), async (life, together) => {
      const server = createServer();
      const { task_id } = await server.submit();
      const changes = possible(life);
      for (let i = 0; i < changes.length; i += together) {
        await server.change(task_id, changes.slice(i, i + together));
      }
      const { events } = await eventsOf(server, task_id);
      expect(events).toHaveLength(changes.length + 1);
      for (const { n } of events) {
        const folded = fold(null, events.slice(0, n));
        const response = await at(server, task_id, n);
        expect([response.status, await response.json()]).toEqual([200, folded && toWire(folded)]);
      }
      expect(await (await at(server, task_id, events.length)).json()).toEqual(
        await (await server.request(`tasks/${task_id}`)).json(),
      );
    }),
    { numRuns: 25 },
  );
});

test('of a log of many segments every place can be told', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  for (let done = 1; done <= 80; done += 1) await server.change(task_id, [{ ...progress, done, total: 80 }, log]);
  const { events } = await eventsOf(server, task_id);
  for (const n of [1, 2, 3, 34, 35, 100, 161, 162]) {
    const folded = fold(null, events.slice(0, n));
    expect(await (await at(server, task_id, n)).json()).toEqual(folded && toWire(folded));
  }
});

test('of a trimmed log it is told from the cut on; what was before is 410 and names the first that is there', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  for (let done = 0; done < 20; done += 1) await server.change(task_id, [{ ...progress, done, total: 20 }]);
  const whole = await Promise.all([12, 13, 17, 22].map(async (n) => (await at(server, task_id, n)).json()));
  await server.store.trim(task_id, { log_events: 10, log_bytes: 1e9 });
  for (const [i, n] of [12, 13, 17, 22].entries()) {
    expect(await (await at(server, task_id, n)).json()).toEqual(whole[i]);
  }
  const gone = await at(server, task_id, 11);
  expect(gone.status).toBe(410);
  expect(await problemOf(gone, `tasks/${task_id}`)).toMatchObject({ type: 'urn:holdfast:problem:gone', first: 12 });
});

test('an event that has not happened is 404, and what is no number is 400', async () => {
  const server = createServer();
  const { task_id } = await server.submit();
  for (const n of [2, 1_000]) {
    const absent = await at(server, task_id, n);
    expect([n, absent.status]).toEqual([n, 404]);
    expect((await problemOf(absent, `tasks/${task_id}`)).detail).toContain('its last is 1');
  }
  for (const n of ['0', '-1', 'x', '', '1e1', '1.5', '9'.repeat(20)]) {
    const refused = await at(server, task_id, n);
    expect([n, refused.status]).toEqual([n, 400]);
    await problemOf(refused, `tasks/${task_id}`);
  }
  expect((await at(server, '01970000-0000-7000-8000-000000000000', 1)).status).toBe(404);
});

test('what was has the ETag that the task had then', async () => {
  const server = createServer();
  const { task_id } = await server.submit();
  const then = (await server.request(`tasks/${task_id}`)).headers.get('ETag') ?? '';
  await server.change(task_id, [log]);
  expect((await at(server, task_id, 1)).headers.get('ETag')).toBe(then);
  const same = await at(server, task_id, 1, { headers: { 'If-None-Match': then } });
  expect([same.status, await same.text()]).toEqual([304, '']);
  expect((await at(server, task_id, 2, { headers: { 'If-None-Match': then } })).status).toBe(200);
});

test('past an event that cannot be read nothing is guessed', async () => {
  const server = createServer();
  const { task_id } = await server.started();
  for (const done of [1, 2, 3]) await server.change(task_id, [{ ...progress, done }]);
  await server.change(task_id, [completed]);
  await server.database(async (db) => {
    const segment = await db.get('log', [task_id, 3]);
    if (!segment) throw new Error('no segment at 3');
    await db.put('log', { ...segment, ...({ events: 'gone' } as Record<string, unknown>) } as Segment);
  });
  expect((await at(server, task_id, 2)).status).toBe(200);
  for (const n of [3, 4, 6]) {
    const response = await at(server, task_id, n);
    expect([n, response.status]).toEqual([n, 503]);
    expect((await problemOf(response, `tasks/${task_id}`)).detail).toContain('missing');
  }
});
