/** A pool of workers, with its own queue, events and cancel. */
import workerpool from 'workerpool';
import { local, type Started } from '../local.ts';
import type { Order, Said } from '../order.ts';
import type { Course } from '../rival.ts';
import script from './workerpool.worker.ts?worker&url';

export function enter({ file }: Course) {
  const pool = workerpool.pool(script, {
    maxWorkers: 1,
    workerType: 'web',
    workerOpts: { type: 'module' },
  });

  function start(order: Order, hear: (said: Said) => void): Started {
    const running = pool.exec('run', [order], { on: hear });
    const canceled = async () => {
      await running.cancel().catch(() => {});
    };
    return { ended: running, cancel: canceled, force: canceled };
  }

  return local(file, start);
}
