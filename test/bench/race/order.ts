/** What is to be worked at, and the work itself: the same for every rival that runs in a worker of the page. */
import { between, clock, pause } from '../bench.ts';
import { hash } from './hash.ts';

export type Order =
  | { kind: 'ticks'; count: number; low_ms: number; high_ms: number }
  /** Says one thing, then waits until it is canceled. */
  | { kind: 'wait' }
  /** Says one thing, then computes without a break. */
  | { kind: 'spin'; ms: number }
  | { kind: 'nothing' }
  | { kind: 'hash'; file: File };

export interface Said {
  done: number;
  /** When it was said, as `clock()` tells it. */
  message: string;
}

const say = (done: number): Said => ({ done, message: String(clock()) });

export async function* work(order: Order, signal: AbortSignal): AsyncGenerator<Said, unknown, void> {
  switch (order.kind) {
    case 'nothing':
      return null;
    case 'ticks': {
      const times: number[] = [];
      for (let n = 1; n <= order.count; n += 1) {
        if (order.high_ms > 0) await pause(between(order.low_ms, order.high_ms));
        const said = say(n);
        times.push(Number(said.message));
        yield said;
      }
      return times;
    }
    case 'wait':
      yield say(1);
      await new Promise((aborted) => signal.addEventListener('abort', aborted, { once: true }));
      return null;
    case 'spin': {
      yield say(1);
      // What was said leaves first.
      await pause(0);
      const end = performance.now() + order.ms;
      while (performance.now() < end);
      return null;
    }
    case 'hash': {
      const hashing = hash(order.file);
      for (;;) {
        const step = await hashing.next();
        if (step.done) return step.value;
        yield say(step.value);
      }
    }
  }
}
