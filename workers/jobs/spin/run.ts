import { defineJob } from '../../../src/core/job.ts';
import { spec } from './spec.ts';

export const job = defineJob({
  ...spec,
  async *run({ ms }, context) {
    try {
      yield { done: 0, message: `busy for ${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}` };
      const end = performance.now() + ms;
      while (performance.now() < end);
      return { ms };
    } finally {
      // Seen after an undisturbed run only: a worker that is terminated runs nothing more.
      context.log('info', 'cleaned up');
    }
  },
});
