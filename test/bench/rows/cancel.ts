/** From asking for a cancel to its answer: of a job that listens, and of one that does not. */
import type { Client } from '../../../src/client/index.ts';
import type { Bare } from '../bare/page.ts';
import { pause, type Row, timed } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 6;
const CANCELS = 20;
const FORCED_ROUNDS = 3;
const GRACE_MS = 2_000;

export const row: Row = async (bench) => {
  const [client, bare] = [await bench.client(), await bench.bare()];
  const { holdfast, other } = await interleave(
    ROUNDS,
    {
      holdfast: async () => [await canceled(client, 'countdown', { steps: 100_000, step_ms: 20 })],
      other: async () => [await bareCanceled(bare)],
    },
    CANCELS,
  );
  const cooperative = { unit: 'ms', ours: holdfast, other, beside: 'the bare pipeline' };
  const { spin, grace } = await interleave(FORCED_ROUNDS, {
    async spin() {
      const ms = await canceled(client, 'spin', { ms: 60_000 });
      // Chromium stops the thread of a busy worker about two seconds after it was terminated.
      await pause(2_500);
      return [ms];
    },
    grace: async () => [GRACE_MS],
  });
  return [
    figure({ what: 'cancel of a job that listens, p50', ...cooperative, aims: [] }),
    figure({
      what: 'cancel of a job that listens, p99',
      ...cooperative,
      quantile: 0.99,
      aims: [{ of: 'ours', is: 'at most', value: 50 }],
    }),
    figure({
      what: 'cancel of a job that does not listen',
      unit: 'ms',
      ours: spin,
      other: grace,
      beside: 'its grace',
      aims: [{ of: 'over', is: 'at most', value: 100 }],
    }),
  ];
};

export async function canceled(client: Client, type: string, input: object): Promise<number> {
  const { task_id } = await client.submit({ type, input });
  for await (const { event, data } of client.watch(task_id)) {
    // Its first progress: the job itself runs.
    if (event === 'message' && data.message) break;
  }
  return timed(() => client.cancel(task_id));
}

export async function bareCanceled(bare: Bare): Promise<number> {
  const id = crypto.randomUUID();
  await bare.hold(id);
  return timed(() => bare.cancel(id));
}
