import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { discarding } from '../../../src/core/discard.ts';
import { fakeLocks } from '../simulation/fake-locks.ts';
import { ticks } from '../sw/reader.ts';
import { freshStore } from './database.ts';
import { examples } from './tasks.ts';

const { canceled, retried } = examples;

function bench() {
  const fresh = freshStore();
  const locks = fakeLocks();
  const removed: string[] = [];
  const lockOf = (task_id: string, attempt: number) => `${task_id}:${attempt}`;
  const discard = discarding({
    store: fresh.store,
    files: { removeOutputs: async (task_id) => void removed.push(task_id) },
    locks: locks.of('cleaner'),
    lockOf,
  });
  return { ...fresh, discard, removed, locks, lockOf };
}

test('the outputs of a canceled task are removed', async () => {
  const { started, change, discard, removed } = bench();
  const { task_id } = await started();
  await change(task_id, [canceled]);
  await discard(task_id);
  expect(removed).toEqual([task_id]);
});

test('those of a task that is gone are removed', async () => {
  const { discard, removed } = bench();
  await discard('gone');
  expect(removed).toEqual(['gone']);
});

test.each(['running', 'completed'] as const)('those of a task that is %s stay', async (status) => {
  const { started, change, discard, removed } = bench();
  const { task_id } = await started();
  if (status === 'completed') await change(task_id, [examples.completed]);
  await discard(task_id);
  expect(removed).toEqual([]);
});

test('those of a task that was retried while the removal waited stay: they are its next attempt’s', async () => {
  const { started, change, claim, discard, removed, locks, lockOf } = bench();
  const { task_id, attempt } = await started();
  await change(task_id, [canceled]);
  const { promise: over, resolve: release } = Promise.withResolvers<void>();
  const lease = locks.of('owner').request(lockOf(task_id, attempt + 1), {}, () => over);
  const discarded = discard(task_id);
  await ticks(20);
  await change(task_id, [retried]);
  await claim();
  release();
  await Promise.all([lease, discarded]);
  expect(removed).toEqual([]);
});

test('a canceled task that is retried does not start before its outputs are removed', async () => {
  const fresh = freshStore();
  const locks = fakeLocks();
  const lockOf = (task_id: string, attempt: number) => `${task_id}:${attempt}`;
  const { task_id, attempt } = await fresh.started();
  await fresh.change(task_id, [canceled]);
  const { promise: busy, resolve: free } = Promise.withResolvers<void>();
  const { promise: removing, resolve: begins } = Promise.withResolvers<void>();
  const discarded = discarding({
    store: fresh.store,
    files: {
      removeOutputs: () => {
        begins();
        return busy;
      },
    },
    locks: locks.of('cleaner'),
    lockOf,
  })(task_id);
  await removing;
  const isLeased = () =>
    locks.of('executor').request(lockOf(task_id, attempt + 1), { ifAvailable: true }, (lock) => lock === null);
  expect(await isLeased()).toBe(true);
  free();
  await discarded;
  expect(await isLeased()).toBe(false);
});
