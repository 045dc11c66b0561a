/** A long log to one reader: read by `watch`, by a native EventSource, and beside what Hono's `streamSSE` makes in memory. */
import type { Client, StreamEvent } from '../../../src/client/index.ts';
import { type Row, timed } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 3;
const COUNT = 100_000;

const perSecond = (ms: number) => [(COUNT / ms) * 1000];

export const row: Row = async (bench) => {
  const [client, hono] = [await bench.client(), await bench.hono()];
  await client.configure({ log_events: 2 * COUNT });
  const { task_id } = await client.submit({ type: 'flood', input: { count: COUNT } });
  await counted(client.watch(task_id));
  const measured = await interleave(ROUNDS, {
    watch: async () => perSecond(await timed(() => counted(client.watch(task_id)))),
    eventSource: async () => perSecond(await timed(() => sourced(client, task_id))),
    hono: async () => perSecond(await timed(() => counted(hono.watch('replay')))),
  });
  const many = `${COUNT.toLocaleString('en')} events to watch()`;
  const ours = { unit: '/s', ours: measured.watch };
  return [
    figure({
      what: many,
      ...ours,
      other: measured.eventSource,
      beside: 'to EventSource',
      aims: [{ of: 'ratio', is: 'at least', value: 3 }],
    }),
    figure({
      what: `${many}, from disk`,
      ...ours,
      other: measured.hono,
      beside: 'from Hono, in memory',
      aims: [{ of: 'ratio', is: 'at least', value: 1 }],
    }),
  ];
};

async function counted(events: AsyncIterable<StreamEvent>): Promise<void> {
  let lines = 0;
  for await (const { event } of events) if (event === 'log') lines += 1;
  complete(lines);
}

function complete(lines: number): void {
  if (lines !== COUNT) throw new Error(`${lines} of ${COUNT} events came`);
}

async function sourced(client: Client, task_id: string): Promise<void> {
  const source = new EventSource(new URL(`tasks/${task_id}/stream`, client.base));
  let lines = 0;
  source.addEventListener('log', ({ data }) => {
    JSON.parse(data);
    lines += 1;
  });
  await new Promise((end) => source.addEventListener('complete', end));
  source.close();
  complete(lines);
}
