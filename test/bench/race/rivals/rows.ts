/** The bare pipeline: one IndexedDB row an event, and a service worker that streams what is committed. */
import { timed } from '../../bench.ts';
import { frame } from '../../frame.ts';
import { bareReached } from '../../reached.ts';
import { bareCanceled } from '../../rows/cancel.ts';
import { oneByOne } from '../../rows/events.ts';
import { bareTicks } from '../../rows/latency.ts';
import { type Course, MIB, type Rival, TASKS } from '../rival.ts';

export async function enter({ file }: Course): Promise<Rival> {
  const bare = await (await frame('../bare/')).bare;

  /** Resolves once so many events have come, or the one that ends it. */
  async function heard(id: string, count: number, tell: () => void): Promise<void> {
    let came = 0;
    const all = Promise.withResolvers<void>();
    const stop = await bare.fetch(id, (data) => {
      came += 1;
      if (came === count || JSON.parse(data).status === 'completed') all.resolve();
    });
    tell();
    await all.promise;
    stop();
  }

  return {
    async first() {
      const id = crypto.randomUUID();
      const tell = () => bare.tell({ kind: 'ticks', id, count: 1, low_ms: 0, high_ms: 0 });
      return [await timed(() => heard(id, 1, tell))];
    },
    latency: () => bareTicks(bare, 'fetch'),
    events: () => oneByOne(bare),
    cancel: async () => [await bareCanceled(bare)],
    force: 'a worker that is busy does not hear it, and nothing watches over it',
    recover: 'the rows are kept, and nobody goes on with the work',
    streams: () => bareReached(bare),
    async tasks() {
      const id = crypto.randomUUID();
      const tell = () => bare.tell({ kind: 'rows', id, count: TASKS, together: 1 });
      return [(TASKS / (await timed(() => heard(id, TASKS, tell)))) * 1000];
    },
    async checksum() {
      const id = crypto.randomUUID();
      const tell = () => bare.tell({ kind: 'hash', id, file });
      const ms = await timed(() => heard(id, Number.POSITIVE_INFINITY, tell));
      return [(file.size / MIB / ms) * 1000];
    },
  };
}
