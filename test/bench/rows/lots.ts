/** Many tasks that are done in a moment: what a task costs beyond its work, beside the steps that no order can spare. */

import type { Client } from '../../../src/client/index.ts';
import { connection } from '../../../src/core/connection.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import type { TaskStore } from '../../../src/core/store.ts';
import type { Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';
import { draftOf, oneAtATime } from '../queue.ts';

const ROUNDS = 6;
const TASKS = 200;

const order = { type: 'yields', input: { count: 0 } };

export const row: Row = async (bench) => {
  const client = await bench.client();
  const store = idbStore({ connection: connection('lots'), publish: () => {} });
  const measured = await interleave(ROUNDS, { ours: () => run(client), bare: () => step(store) });
  return [
    figure({
      what: `${TASKS} tasks of a moment`,
      unit: '/s',
      ours: measured.ours,
      other: measured.bare,
      beside: 'only claimed and ended, one after the other',
      aims: [],
    }),
  ];
};

async function run(client: Client): Promise<number[]> {
  const { cursor } = await client.list({ limit: 1 });
  const start = performance.now();
  let left = TASKS;
  const ended = (async () => {
    for await (const { event } of client.watchAll({ after: cursor })) {
      if (event === 'complete') left -= 1;
      if (left === 0) return;
    }
  })();
  await client.submitAll(Array.from({ length: TASKS }, () => order));
  await ended;
  return [(TASKS / (performance.now() - start)) * 1000];
}

async function step(store: TaskStore): Promise<number[]> {
  const start = performance.now();
  await store.submit(Array(TASKS).fill(draftOf(order.type, order.input)), null);
  for (let left = TASKS; left > 0; left -= 1) {
    const { best } = await store.look(oneAtATime);
    const claimed = best && (await store.claim(best, oneAtATime));
    if (!claimed) throw new Error('nothing was claimed');
    const { task_id } = claimed.task;
    await store.commit([{ task_id, decide: () => [{ kind: 'completed', result: null, files: [] }] }]);
  }
  return [(TASKS / (performance.now() - start)) * 1000];
}
