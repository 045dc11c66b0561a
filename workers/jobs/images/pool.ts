/** The threads that make pictures. */
import { patience } from '../patience.ts';
import { startThread } from '../thread.ts';
import { BUDGET_BYTES, type Kept, mostOf, sumOf } from './cost.ts';
import type { Answer, Made, Order } from './plan.ts';

export interface Pool {
  /** How many threads it may have. */
  readonly size: number;
  /**
   * Rejects when the picture cannot be made, or not within so many seconds, and with the signal's reason. `kept`: what its thread has of
   * memory because of it, and gives back only when it ends: it does where that, or all that has gone through it, is too much.
   */
  make(order: Order, limit_seconds: number, kept: Kept): Promise<Made>;
  close(): void;
}

/**
 * Of pictures, read and written, that may go through all threads until each has ended once. The browser keeps what they are decoded from
 * until a thread collects its garbage, which knows nothing of how large they are (seen, Chromium 156: 422 MiB after 2.5 GiB in one thread,
 * 198 with this).
 */
const THROUGH_BYTES = 64 * 1024 * 1024;

/** What has become of a thread. */
interface Past {
  /** The most that each codec has kept. */
  kept: Kept;
  /** Bytes of pictures, read and written. */
  through: number;
}

export function openPool(size: number, signal: AbortSignal): Pool {
  const idle: Worker[] = [];
  const all = new Map<Worker, Past>();
  const waiting: (() => void)[] = [];
  let started = 0;
  // Pictures that are being made may take the budget. Idle threads may have half of it beside them, and that only while all are small.
  const share = BUDGET_BYTES / (2 * size);
  let large = 0;
  const isSpent = ({ kept, through }: Past) => sumOf(kept) > share || through > THROUGH_BYTES / size;

  const create = () => {
    const worker = new Worker(new URL('./picture.worker.ts', import.meta.url), { type: 'module', name: 'images' });
    all.set(worker, { kept: {}, through: 0 });
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
    async make(order, limit_seconds, kept) {
      const worker = await thread();
      const isLarge = sumOf(kept) > share;
      if (isLarge) {
        large += 1;
        for (const other of idle.splice(0)) drop(other);
      }
      // Before they are handed over.
      const read = order.bytes.length;
      try {
        const answer = await ask(worker, order, limit_seconds);
        if (answer === 'ready' || 'error' in answer) throw new Error(answer === 'ready' ? 'no answer' : answer.error);
        const past = all.get(worker);
        if (past) {
          past.kept = mostOf(past.kept, kept);
          past.through += read + answer.made.bytes.length;
        }
        if (!past || large > 0 || isSpent(past)) drop(worker);
        else idle.push(worker);
        return answer.made;
      } catch (error) {
        drop(worker);
        throw error;
      } finally {
        if (isLarge) large -= 1;
        waiting.shift()?.();
      }
    },
    close() {
      for (const worker of all.keys()) worker.terminate();
    },
  };
}
