/** What it costs to claim a task out of a long queue. */
import { connection } from '../../../src/core/connection.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import type { TaskStore } from '../../../src/core/store.ts';
import type { Change, TaskDraft } from '../../../src/core/task.ts';
import type { Row } from '../bench.ts';
import { type Figure, figure, interleave } from '../figure.ts';
import { draftOf, oneAtATime } from '../queue.ts';

const ROUNDS = 8;
const CLAIMS = 10;
const LONG = 10_000;
const SHORT = 10;
const DONE = 3_000;
const DRAFTS_AT_ONCE = 1_000;

const end: Change = { kind: 'completed', result: null, files: [] };

const draft = draftOf('countdown');

export const row: Row = async () => {
  const [long, short] = [await queueOf(LONG), await queueOf(SHORT)];
  const measured = await interleave(ROUNDS, { long: () => claim(long), short: () => claim(short) }, CLAIMS);
  return [
    figure({
      what: `claim out of ${LONG.toLocaleString('en')} tasks`,
      unit: 'ms',
      ours: measured.long,
      other: measured.short,
      beside: `out of ${SHORT}`,
      aims: [{ of: 'ratio', is: 'at most', value: 1.5 }],
    }),
    await worn(short),
  ];
};

/** The same, on a database that is still open since many more were claimed and ended. */
async function worn(fresh: TaskStore): Promise<Figure> {
  const store = await queueOf(DONE, 'worn');
  for (let left = DONE - SHORT; left > 0; left -= 1) {
    const { best } = await store.look(oneAtATime);
    const claimed = best && (await store.claim(best, oneAtATime));
    if (!claimed) throw new Error('nothing was claimed');
    await store.commit([{ task_id: claimed.task.task_id, decide: () => [end], durability: 'relaxed' }]);
  }
  const measured = await interleave(ROUNDS, { worn: () => claim(store), fresh: () => claim(fresh) }, CLAIMS);
  return figure({
    what: `claim after ${DONE.toLocaleString('en')} tasks are done`,
    unit: 'ms',
    ours: measured.worn,
    other: measured.fresh,
    beside: 'after few',
    aims: [{ of: 'ratio', is: 'at most', value: 1.5 }],
  });
}

async function queueOf(length: number, name = `queue of ${length}`): Promise<TaskStore> {
  const store = idbStore({ connection: connection(name), publish: () => {} });
  for (let queued = 0; queued < length; queued += DRAFTS_AT_ONCE) {
    await store.submit(Array<TaskDraft>(Math.min(DRAFTS_AT_ONCE, length - queued)).fill(draft), null);
  }
  return store;
}

async function claim(store: TaskStore): Promise<number[]> {
  const start = performance.now();
  const { best } = await store.look(oneAtATime);
  const claimed = best && (await store.claim(best, oneAtATime));
  const ms = performance.now() - start;
  if (!claimed) throw new Error('nothing was claimed');
  const { task_id } = claimed.task;
  // The queue stays as long as it was.
  await store.commit([{ task_id, decide: () => [end], durability: 'relaxed' }]);
  await store.submit([draft], null);
  return [ms];
}
