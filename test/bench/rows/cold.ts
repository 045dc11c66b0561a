/** From asking for a stream to its first event, when the service worker has been stopped. */
import type { Bare } from '../bare/page.ts';
import { type Row, timed } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 8;

export const row: Row = async (bench) => {
  const [client, bare] = [await bench.client(), await bench.bare()];
  const later = new Date(Date.now() + 60 * 60 * 1000).toISOString();
  const { task_id } = await client.submit({ type: 'countdown', run_at: later });
  const cold = async (first: () => Promise<void>) => {
    await bench.stopServiceWorkers();
    return [await timed(first)];
  };
  const { ours, other } = await interleave(ROUNDS, {
    ours: () =>
      cold(async () => {
        for await (const _ of client.watch(task_id)) return;
      }),
    other: () => cold(() => opened(bare)),
  });
  await client.cancel(task_id);
  return [
    figure({
      what: 'first event of a stopped service worker',
      unit: 'ms',
      ours,
      other,
      beside: 'the bare one',
      aims: [{ of: 'ours', is: 'at most', value: 200 }],
    }),
  ];
};

async function opened(bare: Bare): Promise<void> {
  const stop = await bare.fetch(crypto.randomUUID(), () => {});
  stop();
}
