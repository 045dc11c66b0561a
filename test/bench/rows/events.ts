/** How many events of one job are committed and read in a second. */
import type { Client } from '../../../src/client/index.ts';
import type { Bare } from '../bare/page.ts';
import { clock, type Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 5;
/** The same for all rivals. */
export const EVENTS = 50_000;
/** As many as a job may say before it has to wait for a commit. */
const TOGETHER = 2_000;

export const row: Row = async (bench) => {
  const [client, bare] = [await bench.client(), await bench.bare()];
  const { holdfast, rows } = await interleave(ROUNDS, { holdfast: () => flood(client), rows: () => oneByOne(bare) });
  return [
    figure({
      what: 'events committed and read',
      unit: '/s',
      ours: holdfast,
      other: rows,
      beside: 'one row an event',
      aims: [
        { of: 'ratio', is: 'at least', value: 5 },
        { of: 'ours', is: 'at least', value: 50_000 },
      ],
    }),
  ];
};

export async function flood(client: Client): Promise<number[]> {
  const { task_id } = await client.submit({ type: 'flood', input: { count: EVENTS } });
  let first = 0;
  let seen = 0;
  for await (const { event, data } of client.watch(task_id)) {
    if (event !== 'log') continue;
    seen += 1;
    if (seen === 1) first = Number(data.message);
    if (seen === EVENTS) return [(EVENTS / (clock() - first)) * 1000];
  }
  throw new Error(`${seen} of ${EVENTS} events came`);
}

export async function oneByOne(bare: Bare): Promise<number[]> {
  const id = crypto.randomUUID();
  let first = 0;
  let seen = 0;
  const all = Promise.withResolvers<number>();
  const stop = await bare.fetch(id, (data) => {
    const { message } = JSON.parse(data);
    seen += 1;
    if (seen === 1) first = Number(message);
    if (seen === EVENTS) all.resolve((EVENTS / (clock() - first)) * 1000);
  });
  bare.tell({ kind: 'rows', id, count: EVENTS, together: TOGETHER });
  const speed = await all.promise;
  stop();
  return [speed];
}
