/** Hono's streams, read by the client as if they were tasks. */
import { type StreamEvent, watch } from '../../../../src/client/index.ts';
import { controlled } from '../controlled.ts';
import type { Ticks } from './ticks.worker.ts';

export interface HonoStreams {
  watch(id: string): AsyncGenerator<StreamEvent, void, void>;
  /** Makes the events of the stream `id`. */
  tell(ticks: Ticks): void;
  /** Resolves when `id` has no stream any more in the service worker. */
  left(id: string): Promise<void>;
}

declare global {
  var hono: Promise<HonoStreams>;
}

globalThis.hono = start();

async function start(): Promise<HonoStreams> {
  await controlled();
  const worker = new Worker(new URL('./ticks.worker.ts', import.meta.url), { type: 'module' });
  return {
    watch: (id) => watch(new URL('./', location.href), id),
    tell: (ticks) => worker.postMessage(ticks),
    left: async (id) => void (await fetch(`tasks/${id}/left`)),
  };
}
