import workerpool from 'workerpool';
import { type Order, work } from '../order.ts';

interface Abortable {
  worker: { addAbortListener(listener: () => Promise<void>): void };
}

workerpool.worker({
  async run(this: Abortable, order: Order): Promise<unknown> {
    const running = new AbortController();
    const ended = Promise.withResolvers<void>();
    this.worker.addAbortListener(() => {
      running.abort();
      return ended.promise;
    });
    const working = work(order, running.signal);
    try {
      for (;;) {
        const step = await working.next();
        if (step.done) return step.value;
        workerpool.workerEmit(step.value);
      }
    } finally {
      ended.resolve();
    }
  },
});
