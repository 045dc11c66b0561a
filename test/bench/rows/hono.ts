/** From a `yield` to the page's handler, over the disk; beside Hono's `streamSSE`, which keeps nothing. */
import type { StreamEvent } from '../../../src/client/index.ts';
import { clock, type Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 8;
const TICKS = { count: 36, low_ms: 60, high_ms: 80 };

export const row: Row = async (bench) => {
  const [client, hono] = [await bench.client(), await bench.hono()];
  const measured = await interleave(ROUNDS, {
    async ours() {
      const { task_id } = await client.submit({ type: 'ticks', input: TICKS });
      return latencies(client.watch(task_id), () => {});
    },
    async other() {
      const id = crypto.randomUUID();
      return latencies(hono.watch(id), () => hono.tell({ id, ...TICKS }));
    },
  });
  return [0.5, 0.99].map((quantile) =>
    figure({
      what: `yield to watch(), p${quantile * 100}`,
      unit: 'ms',
      ...measured,
      beside: 'Hono, in memory',
      quantile,
      aims: [],
    }),
  );
};

/** `opened` is called when the stream is there. */
export async function latencies(events: AsyncIterable<StreamEvent>, opened: () => void): Promise<number[]> {
  const all: number[] = [];
  let open = false;
  for await (const { event, data } of events) {
    if (!open) opened();
    open = true;
    if (event === 'message' && data.message) all.push(clock() - Number(data.message));
    if (all.length === TICKS.count) return all;
  }
  throw new Error(`${all.length} of ${TICKS.count} events came`);
}
