import { defineJob, type JobContext } from '../../../src/core/job.ts';
import { spec } from './spec.ts';

/** A checkpoint is the number of the last step. */
export const job = defineJob({
  ...spec,
  async *run({ steps, step_ms, fail_at }, context: JobContext<number>) {
    let step = context.resumeFrom ?? 0;
    try {
      while (step < steps) {
        if (step_ms > 0) await pause(step_ms, context.signal);
        if (step + 1 === fail_at) throw new Error(`Failed at step ${fail_at} of ${steps}, as the input asks.`);
        step += 1;
        yield { done: step, total: steps, unit: 'steps', message: `${step} of ${steps}`, checkpoint: () => step };
      }
      return { steps };
    } finally {
      context.log('info', `cleaned up after step ${step}`);
    }
  },
});

/** Rejects with the signal's reason as soon as it aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
