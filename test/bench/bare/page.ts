/** The bare pipeline, as a page uses it. */
import { controlled } from './controlled.ts';
import type { Order } from './protocol.ts';

/** Called with the text of each event's `data`; returns the stop. */
type Reader = (id: string, onData: (data: string) => void) => Promise<() => void>;

export interface Bare {
  fetch: Reader;
  eventSource: Reader;
  tell(order: Order): void;
  /** Resolves when `id` has no stream any more in the service worker. */
  left(id: string): Promise<void>;
  /** Resolves when the worker holds `id`. */
  hold(id: string): Promise<void>;
  cancel(id: string): Promise<void>;
}

declare global {
  var bare: Promise<Bare>;
}

globalThis.bare = start();

async function start(): Promise<Bare> {
  await controlled();
  const worker = new Worker(new URL('./pipeline.worker.ts', import.meta.url), { type: 'module' });
  const tell = (order: Order) => worker.postMessage(order);

  return {
    tell,

    async fetch(id, onData) {
      const end = new AbortController();
      const response = await fetch(`stream/${id}`, { signal: end.signal });
      const reader = response.body?.getReader();
      if (!reader) throw new Error('a stream without a body');
      const first = await reader.read();
      if (first.done) throw new Error('a stream that ended at once');
      read(reader, onData).catch(() => {});
      return () => end.abort();
    },

    async eventSource(id, onData) {
      const source = new EventSource(`stream/${id}`);
      source.onmessage = ({ data }) => onData(data);
      await new Promise((open) => source.addEventListener('open', open, { once: true }));
      return () => source.close();
    },

    left: async (id) => void (await fetch(`left/${id}`)),

    async hold(id) {
      const held = new Promise<void>((resolve) => {
        worker.onmessage = () => resolve();
      });
      tell({ kind: 'hold', id });
      await held;
    },

    cancel: async (id) => void (await (await fetch(`cancel/${id}`, { method: 'POST' })).json()),
  };
}

/** As little of a parser as these frames need. */
async function read(reader: ReadableStreamDefaultReader<Uint8Array>, onData: (data: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const frames = (rest + decoder.decode(value, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) onData(frame.slice(frame.indexOf('data: ') + 6));
  }
}
