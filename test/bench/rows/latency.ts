/** From a `yield` in the job to the page's handler. */
import type { Client } from '../../../src/client/index.ts';
import type { Bare } from '../bare/page.ts';
import { clock, type Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 8;
// Less often than progress is thinned out.
const TICKS = { count: 36, low_ms: 60, high_ms: 80 };

export const row: Row = async (bench) => {
  const [client, bare] = [await bench.client(), await bench.bare()];
  const measured = await interleave(ROUNDS, {
    watch: () => watched(client),
    bareFetch: () => bareTicks(bare, 'fetch'),
    eventSource: () => sourced(client),
    bareEventSource: () => bareTicks(bare, 'eventSource'),
  });
  return [
    ...figures('watch()', measured.watch, measured.bareFetch),
    ...figures('EventSource', measured.eventSource, measured.bareEventSource),
  ];
};

const figures = (reader: string, ours: number[][], other: number[][]) =>
  [
    { quantile: 0.5, name: 'p50', most: 2 },
    { quantile: 0.99, name: 'p99', most: 7.5 },
  ].map(({ quantile, name, most }) =>
    figure({
      what: `yield to ${reader}, ${name}`,
      unit: 'ms',
      ours,
      other,
      beside: 'the bare pipeline',
      quantile,
      aims: [
        { of: 'ratio', is: 'at most', value: 1.2 },
        { of: 'ours', is: 'at most', value: most },
      ],
    }),
  );

/** The state of a tick names the moment of its yield. */
const since = ({ message }: { message: string | null }) => clock() - Number(message);

async function watched(client: Client): Promise<number[]> {
  const { task_id } = await client.submit({ type: 'ticks', input: TICKS });
  const latencies: number[] = [];
  for await (const { event, data } of client.watch(task_id)) {
    if (event === 'message' && data.message) latencies.push(since(data));
  }
  return latencies;
}

async function sourced(client: Client): Promise<number[]> {
  const { task_id } = await client.submit({ type: 'ticks', input: TICKS });
  const latencies: number[] = [];
  const source = new EventSource(new URL(`tasks/${task_id}/stream`, client.base));
  source.onmessage = ({ data }) => {
    const state = JSON.parse(data);
    if (state.message) latencies.push(since(state));
  };
  await new Promise((complete) => source.addEventListener('complete', complete));
  source.close();
  return latencies;
}

export async function bareTicks(bare: Bare, reader: 'fetch' | 'eventSource'): Promise<number[]> {
  const id = crypto.randomUUID();
  const latencies: number[] = [];
  const all = Promise.withResolvers<void>();
  const stop = await bare[reader](id, (data) => {
    latencies.push(since(JSON.parse(data)));
    if (latencies.length === TICKS.count) all.resolve();
  });
  bare.tell({ kind: 'ticks', id, ...TICKS });
  await all.promise;
  stop();
  return latencies;
}
