/** What a `yield` costs a job. */
import { ask } from '../bare/ask.ts';
import type { Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 5;
const COUNT = 1_000_000;

const perYield = ({ ms }: { ms: number }) => [(ms * 1000) / COUNT];

export const row: Row = async (bench) => {
  const client = await bench.client();
  const worker = new Worker(new URL('../bare/yield.worker.ts', import.meta.url), { type: 'module' });
  const { holdfast, bare } = await interleave(ROUNDS, {
    async holdfast() {
      const { task_id } = await client.submit({ type: 'yields', input: { count: COUNT } });
      for await (const { event, data } of client.watch(task_id)) {
        if (event === 'complete') return perYield(data.result as { ms: number });
      }
      throw new Error('the task did not complete');
    },
    bare: async () => perYield(await ask(worker, COUNT)),
  });
  return [
    figure({
      what: `one of ${COUNT.toLocaleString('en')} yields`,
      unit: 'µs',
      ours: holdfast,
      other: bare,
      beside: 'a bare generator',
      aims: [{ of: 'over', is: 'at most', value: 1 }],
    }),
  ];
};
