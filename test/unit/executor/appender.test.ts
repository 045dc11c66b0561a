import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import type { Step, TaskStore } from '../../../src/core/store.ts';
import { createAppender } from '../../../workers/executor/appender.ts';
import { freshStore } from '../core/database.ts';
import { examples } from '../core/tasks.ts';

const { log, progress, resumed } = examples;

/** A store that holds each commit back until it is let go. */
function gated(store: TaskStore) {
  const groups: number[] = [];
  let open = Promise.withResolvers<void>();
  const held: TaskStore = {
    ...store,
    async commit(steps: readonly Step[]) {
      groups.push(steps.length);
      await open.promise;
      return store.commit(steps);
    },
  };
  return {
    held,
    groups,
    letGo() {
      const { resolve } = open;
      open = Promise.withResolvers<void>();
      resolve();
    },
  };
}

test('what arrives during a transaction shares the next one, in order', async () => {
  const { store, started, events } = freshStore();
  const tasks = [await started(), await started()];
  const { held, groups, letGo } = gated(store);
  const append = createAppender(held);
  const say = (i: number) =>
    append({ task_id: tasks[i % 2]?.task_id ?? '', decide: () => [{ ...log, message: String(i) }] });

  const first = say(0);
  const rest = [1, 2, 3, 4, 5].map(say);
  expect(groups).toEqual([1]);
  letGo();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(groups).toEqual([1, 5]);
  letGo();
  expect((await Promise.all(rest)).at(-1)?.task.task_id).toBe(tasks[1]?.task_id);
  const messages = async (task_id = '') =>
    (await events(task_id)).flatMap((event) => (event.kind === 'log' ? [event.message] : []));
  expect(await messages(tasks[0]?.task_id)).toEqual(['0', '2', '4']);
  expect(await messages(tasks[1]?.task_id)).toEqual(['1', '3', '5']);
});

test('each caller hears of its own step', async () => {
  const { store, started } = freshStore();
  const [one, two] = [await started(), await started()];
  const append = createAppender(store);
  const results = await Promise.allSettled([
    append({ task_id: one.task_id, decide: () => [progress] }),
    append({ task_id: two.task_id, decide: () => [resumed] }),
    append({ task_id: two.task_id, decide: () => [progress] }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('a transaction that fails rejects all that shared it, and the next is tried', async () => {
  const { store, started } = freshStore();
  const { task_id } = await started();
  let fails = true;
  const append = createAppender({
    ...store,
    commit: (steps) => (fails ? Promise.reject(new Error('no disk')) : store.commit(steps)),
  });
  const say = () => append({ task_id, decide: () => [log] });
  const results = await Promise.allSettled([say(), say()]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await say()).toMatchObject({ task: { last_event_id: '3' } });
});
