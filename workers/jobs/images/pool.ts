/** The threads that make pictures. */
import { patience } from '../patience.ts';
import { startThread } from '../thread.ts';
import type { Answer, Made, Order } from './plan.ts';

export interface Pool {
  /** How many threads it may have. */
  readonly size: number;
  /**
   * Rejects when the picture cannot be made, or not within so many seconds, and with the signal's reason. `last`: its thread makes no
   * other, so that what it has of memory is given back.
   */
  make(order: Order, limit_seconds: number, last: boolean): Promise<Made>;
  close(): void;
}

export function openPool(size: number, signal: AbortSignal): Pool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: (() => void)[] = [];
  let started = 0;

  const create = () => {
    const worker = new Worker(new URL('./picture.worker.ts', import.meta.url), { type: 'module', name: 'images' });
    all.add(worker);
    return worker;
  };

  async function thread(): Promise<Worker> {
    while (idle.length === 0 && started >= size) await new Promise<void>((free) => waiting.push(free));
    // The one that was busy last: what the others have of memory stays small.
    const free = idle.pop();
    if (free) return free;
    started += 1;
    try {
      return await startThread(create, signal);
    } catch (error) {
      started -= 1;
      waiting.shift()?.();
      throw error;
    }
  }

  /** Also one whose codec has failed or hangs: what it left behind may be anything. */
  function drop(worker: Worker) {
    worker.terminate();
    all.delete(worker);
    started -= 1;
  }

  async function ask(worker: Worker, order: Order, limit_seconds: number): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const stop = () => reject(signal.reason);
    const clock = patience();
    const late = () => reject(new Error(`it was not done within ${limit_seconds} s`));
    signal.addEventListener('abort', stop);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message || 'the thread that made it died'));
    };
    if (signal.aborted) stop();
    else worker.postMessage(order, { transfer: [order.bytes.buffer] });
    clock.start(limit_seconds * 1_000, late);
    return promise.finally(() => {
      clock.stop();
      signal.removeEventListener('abort', stop);
    });
  }

  return {
    size,
    async make(order, limit_seconds, last) {
      const worker = await thread();
      try {
        const answer = await ask(worker, order, limit_seconds);
        if (answer === 'ready' || 'error' in answer) throw new Error(answer === 'ready' ? 'no answer' : answer.error);
        if (last) drop(worker);
        else idle.push(worker);
        return answer.made;
      } catch (error) {
        drop(worker);
        throw error;
      } finally {
        waiting.shift()?.();
      }
    },
    close() {
      for (const worker of all) worker.terminate();
    },
  };
}
