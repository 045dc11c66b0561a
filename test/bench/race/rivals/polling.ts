/** The status of the work, asked for once a second. */
import { between, clock, pause, timed } from '../../bench.ts';
import { frame } from '../../frame.ts';
import type { Order } from '../order.ts';
import { type Course, MIB, type Rival, STREAMS, TASKS, TICKS } from '../rival.ts';

const EVERY_MS = 1_000;
const one: Order = { kind: 'ticks', count: 1, low_ms: 0, high_ms: 0 };

export async function enter({ file }: Course): Promise<Rival> {
  const polling = await (await frame('polling/')).polling;

  async function ended(order: Order): Promise<void> {
    const id = crypto.randomUUID();
    polling.tell(id, order);
    await polling.until(id, (status) => status.ended);
  }

  return {
    first: async () => [await timed(() => ended(one))],
    /** An event is seen when the status is at it or past it: most are never seen themselves. */
    async latency() {
      const id = crypto.randomUUID();
      const seen: number[] = [];
      polling.tell(id, { kind: 'ticks', ...TICKS });
      const { result } = await polling.until(id, ({ said, ended }) => {
        const done = ended ? TICKS.count : (said?.done ?? 0);
        while (seen.length < done) seen.push(clock());
        return ended;
      });
      return (result as number[]).map((at, n) => (seen[n] ?? Number.NaN) - at);
    },
    events: 'only the last status is kept',
    async cancel() {
      const id = crypto.randomUUID();
      polling.tell(id, { kind: 'wait' });
      await polling.until(id, ({ said }) => said !== null);
      // The page asks all the while; the cancel comes at any moment between.
      const end = polling.until(id, (status) => status.ended);
      await pause(between(0, EVERY_MS));
      return [
        await timed(async () => {
          await polling.cancel(id);
          await end;
        }),
      ];
    },
    force: 'a worker that is terminated cannot say so: its status stays as it was',
    recover: 'the last status is kept, and nobody goes on with the work',
    async streams() {
      const id = crypto.randomUUID();
      const readers = Array.from({ length: STREAMS }, async () => {
        await pause(between(0, EVERY_MS));
        await polling.until(id, ({ said, ended }) => said !== null || ended);
        return clock();
      });
      await pause(EVERY_MS);
      const since = clock();
      polling.tell(id, one);
      const ms = Math.max(...(await Promise.all(readers))) - since;
      // A second is short for a thousand answers: some were asked for twice.
      await polling.quiet();
      return [ms];
    },
    async tasks() {
      const ids = Array.from({ length: TASKS }, () => crypto.randomUUID());
      const ms = await timed(async () => {
        for (const id of ids) polling.tell(id, { kind: 'nothing' });
        await polling.until(ids.at(-1) ?? '', (status) => status.ended);
      });
      return [(TASKS / ms) * 1000];
    },
    async checksum() {
      const ms = await timed(() => ended({ kind: 'hash', file }));
      return [(file.size / MIB / ms) * 1000];
    },
  };
}
