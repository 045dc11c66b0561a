/** Hono's `streamSSE` in a service worker: events as they come, and nothing else. */
import { clock, timed } from '../../bench.ts';
import { frame } from '../../frame.ts';
import { latencies } from '../../rows/hono.ts';
import { NOTHING_KEPT, type Rival, STREAMS, TICKS } from '../rival.ts';

const ONLY_STREAMS = 'it streams, and has no tasks';

export async function enter(): Promise<Rival> {
  const hono = await (await frame('../bare/hono/')).hono;
  const one = { count: 1, low_ms: 0, high_ms: 0 };

  /** Resolves with when the event came. */
  async function reader(id: string, opened: () => void): Promise<number> {
    let open = false;
    for await (const { event, data } of hono.watch(id)) {
      if (event === 'message' && data.message) return clock();
      if (!open) opened();
      open = true;
    }
    throw new Error('the stream ended');
  }

  return {
    async first() {
      const id = crypto.randomUUID();
      return [await timed(() => reader(id, () => hono.tell({ id, ...one })))];
    },
    async latency() {
      const id = crypto.randomUUID();
      return latencies(hono.watch(id), () => hono.tell({ id, ...TICKS }));
    },
    events: NOTHING_KEPT,
    cancel: ONLY_STREAMS,
    force: ONLY_STREAMS,
    recover: NOTHING_KEPT,
    async streams() {
      const id = crypto.randomUUID();
      let open = 0;
      const all = Promise.withResolvers<void>();
      const readers = Array.from({ length: STREAMS }, () =>
        reader(id, () => {
          open += 1;
          if (open === STREAMS) all.resolve();
        }),
      );
      await all.promise;
      const since = clock();
      hono.tell({ id, ...one });
      const ms = Math.max(...(await Promise.all(readers))) - since;
      await hono.left(id);
      return [ms];
    },
    tasks: ONLY_STREAMS,
    checksum: ONLY_STREAMS,
  };
}
