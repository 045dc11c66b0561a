/** The race of a rival whose worker belongs to the page, with callbacks and nothing kept. */
import { clock, pause, timed } from '../bench.ts';
import type { Order, Said } from './order.ts';
import { MIB, NOTHING_KEPT, type Rival, STREAMS, TASKS, THREAD_MS, TICKS } from './rival.ts';

export interface Started {
  ended: PromiseLike<unknown>;
  /** Resolves when the page knows that it has ended. */
  cancel(): Promise<void>;
  force(): Promise<void>;
}

export function local(file: File, start: (order: Order, hear: (said: Said) => void) => Started): Rival {
  /** Runs it, and resolves with its first word. */
  async function begun(order: Order): Promise<Started> {
    const spoke = Promise.withResolvers<void>();
    const started = start(order, () => spoke.resolve());
    await spoke.promise;
    return started;
  }

  return {
    async first() {
      const from = clock();
      const spoke = Promise.withResolvers<number>();
      const { ended } = start({ kind: 'ticks', count: 1, low_ms: 0, high_ms: 0 }, () => spoke.resolve(clock() - from));
      const ms = await spoke.promise;
      await ended;
      return [ms];
    },
    async latency() {
      const all: number[] = [];
      await start({ kind: 'ticks', ...TICKS }, ({ message }) => all.push(clock() - Number(message))).ended;
      return all;
    },
    events: NOTHING_KEPT,
    async cancel() {
      const { cancel } = await begun({ kind: 'wait' });
      return [await timed(cancel)];
    },
    async force() {
      const { force } = await begun({ kind: 'spin', ms: 60_000 });
      const ms = await timed(force);
      await pause(THREAD_MS);
      return [ms];
    },
    recover: NOTHING_KEPT,
    async streams() {
      const all = Promise.withResolvers<void>();
      let came = 0;
      const readers = Array.from({ length: STREAMS }, () => () => {
        came += 1;
        if (came === STREAMS) all.resolve();
      });
      let since = 0;
      const { ended } = start({ kind: 'ticks', count: 1, low_ms: 0, high_ms: 0 }, ({ message }) => {
        since = Number(message);
        for (const reader of readers) reader();
      });
      await all.promise;
      const ms = clock() - since;
      await ended;
      return [ms];
    },
    async tasks() {
      const ms = await timed(() =>
        Promise.all(Array.from({ length: TASKS }, () => start({ kind: 'nothing' }, () => {}).ended)),
      );
      return [(TASKS / ms) * 1000];
    },
    async checksum() {
      const ms = await timed(async () => start({ kind: 'hash', file }, () => {}).ended);
      return [(file.size / MIB / ms) * 1000];
    },
  };
}
