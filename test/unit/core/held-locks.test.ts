import { expect, test } from 'vitest';
import { executorsIn } from '../../../src/core/held-locks.ts';
import { namesFor } from '../../../src/core/names.ts';

const names = namesFor('https://a.example/app/');
const others = namesFor('https://a.example/app/sub/');
const held = (clientId: string, ...locks: string[]): LockInfo[] =>
  locks.map((name) => ({ clientId, name, mode: 'exclusive' }));

test('each executor is told with the tasks whose leases it holds, and nobody else is', () => {
  const locks = [
    ...held('a', names.executorLock, names.workerLock('one'), names.taskLock('t:1', 3), names.taskLock('t2', 1)),
    ...held('b', names.executorLock, names.workerLock('two')),
    // A job worker, a tab that cleans up, and another app on the origin.
    ...held('c', names.workerLock('three')),
    ...held('d', names.housekeepingLock),
    ...held('e', others.executorLock, others.workerLock('four'), others.taskLock('t3', 1)),
  ];
  expect(executorsIn(locks, names)).toEqual([
    { executor: 'one', task_ids: ['t:1', 't2'] },
    { executor: 'two', task_ids: [] },
  ]);
});
