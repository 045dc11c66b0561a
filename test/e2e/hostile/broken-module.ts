import type { Job } from '../../../src/core/job.ts';

function refuse(): Job {
  throw new Error('this module cannot be loaded');
}

export const job = refuse();
