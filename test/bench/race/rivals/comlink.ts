/** A bare worker with callbacks by Comlink: what a page without any of this does. */
import * as Comlink from 'comlink';
import { local, type Started } from '../local.ts';
import type { Order, Said } from '../order.ts';
import type { Course } from '../rival.ts';
import type { Api } from './comlink.worker.ts';

export function enter({ file }: Course) {
  let worker: Worker;
  let api: Comlink.Remote<Api>;
  function renew() {
    worker = new Worker(new URL('./comlink.worker.ts', import.meta.url), { type: 'module' });
    api = Comlink.wrap<Api>(worker);
  }
  renew();

  function start(order: Order, hear: (said: Said) => void): Started {
    const ended = api.run(order, Comlink.proxy(hear));
    return {
      ended,
      async cancel() {
        api.cancel();
        await ended;
      },
      async force() {
        worker.terminate();
        renew();
      },
    };
  }

  return local(file, start);
}
