import * as Comlink from 'comlink';
import { type Order, type Said, work } from '../order.ts';

let running = new AbortController();

const api = {
  async run(order: Order, hear: (said: Said) => void): Promise<unknown> {
    running = new AbortController();
    const working = work(order, running.signal);
    for (;;) {
      const step = await working.next();
      if (step.done) return step.value;
      hear(step.value);
    }
  },
  cancel: () => running.abort(),
};
export type Api = typeof api;

Comlink.expose(api);
