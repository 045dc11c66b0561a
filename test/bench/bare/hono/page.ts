/** Hono's streams, read by the client as if they were tasks. */
import { type StreamEvent, watch } from '../../../../src/client/index.ts';
import { controlled } from '../controlled.ts';
import type { Ticks } from './ticks.worker.ts';

export interface HonoStreams {
  watch(id: string): AsyncGenerator<StreamEvent, void, void>;
  /** Makes the events of the stream `id`. */
  tell(ticks: Ticks): void;
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
  };
}
