/** A thousand readers of one task: when the last of them has an event. */
import type { Client } from '../../src/client/index.ts';
import type { Bare } from './bare/page.ts';
import { clock } from './bench.ts';

export const STREAMS = 1_000;

/** From a pause of a task that waits, until all its readers have it, in ms. */
export async function reached(client: Client): Promise<number[]> {
  const { task_id } = await client.submit({ type: 'countdown', run_at: '2199-01-01T00:00:00Z' });
  let open = 0;
  let had = 0;
  const all = Promise.withResolvers<void>();
  const last = Promise.withResolvers<number>();
  const readers = Array.from({ length: STREAMS }, async () => {
    for await (const { event, data } of client.watch(task_id)) {
      if (event === 'message' && data.status === 'paused') {
        had += 1;
        if (had === STREAMS) last.resolve(clock());
      }
      open += 1;
      if (open === STREAMS) all.resolve();
    }
  });
  await all.promise;
  const start = clock();
  await client.pause(task_id);
  const ms = (await last.promise) - start;
  await client.cancel(task_id);
  // The end of the task ends the streams: who is measured next must not meet them.
  await Promise.all(readers);
  return [ms];
}

export async function bareReached(bare: Bare): Promise<number[]> {
  const id = crypto.randomUUID();
  let came = 0;
  const all = Promise.withResolvers<void>();
  const stops = await Promise.all(
    Array.from({ length: STREAMS }, () =>
      bare.fetch(id, () => {
        came += 1;
        if (came === STREAMS) all.resolve();
      }),
    ),
  );
  const since = clock();
  bare.tell({ kind: 'rows', id, count: 1, together: 1 });
  await all.promise;
  const ms = clock() - since;
  for (const stop of stops) stop();
  await bare.left(id);
  return [ms];
}
