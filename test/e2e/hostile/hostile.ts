import { defineJob, type Progress } from '../../../src/core/job.ts';
import { hostile } from './specs.ts';

const forever = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

export const job = defineJob({
  ...hostile,
  async *run({ way }, { log, signal }): AsyncGenerator<Progress<unknown>, unknown, void> {
    yield { done: 0 };
    switch (way) {
      case 'throws an error':
        throw new Error('the reason');
      case 'throws a string':
        throw 'the reason';
      case 'throws nothing':
        throw undefined;
      case 'throws what cannot be shown':
        throw { toJSON: () => 1n };
      case 'results in a bigint':
        return 1n;
      case 'results in a circle': {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        return circle;
      }
      case 'has a checkpoint that cannot be cloned':
      case 'has a checkpoint that cannot be stored':
        try {
          // The smallest there is: it can be sent to another thread, and stored nowhere.
          const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
          const data = way === 'has a checkpoint that cannot be stored' ? module : () => {};
          for (let done = 0; ; done += 1) {
            await new Promise((resolve) => setTimeout(resolve, 50));
            yield { done, checkpoint: () => data };
          }
        } finally {
          log('info', 'cleaned up');
          log('info', 'and went');
        }
      case 'has words that cannot be cloned':
        yield Object.assign({ done: 1 }, { done: Symbol('one') as never, message: (() => {}) as never });
        return forever(signal);
      case 'throws where nobody catches':
        setTimeout(() => {
          throw new Error('the reason');
        });
        return forever(signal);
      case 'rejects where nobody waits':
        Promise.reject(new Error('the reason'));
        return forever(signal);
      case 'sends garbage':
        for (const garbage of [null, 'garbage', { id: 1 }, { type: 'RELEASE' }, new ArrayBuffer(8)]) {
          self.postMessage(garbage);
        }
        yield { done: Number.NaN };
        return forever(signal);
      case 'closes its worker':
        self.close();
        return forever(signal);
      case 'loses a part of its code once': {
        const cache = await caches.open('parts');
        if (await cache.match('part')) return 'whole';
        await cache.put('part', new Response());
        return import(new URL('./no-such-part.js', import.meta.url).href);
      }
      case 'misses a part of its code':
        return import(new URL('./no-such-part.js', import.meta.url).href);
      case 'fills its memory with buffers':
        for (const kept: Uint8Array[] = []; ; ) {
          kept.push(new Uint8Array(256 * 1024 * 1024).fill(1, 0, 1));
          yield { done: kept.length };
        }
      case 'fills its memory with objects':
        for (const kept: unknown[] = []; ; ) {
          for (let i = 0; i < 100_000; i += 1) kept.push({ i, more: [i, i, i, i] });
          yield { done: kept.length };
        }
      case 'reports progress without end':
        for (let done = 0; ; done += 1) yield { done, message: `step ${done}`.padEnd(1_000) };
      case 'logs without end':
        for (let line = 0; ; line += 1) {
          log('info', `line ${line}`.padEnd(1_000));
          if (line % 100 === 0) yield { done: line };
        }
    }
  },
});
