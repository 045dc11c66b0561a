/** In the place of `workers/jobs/runs.ts`. */
import type { Job } from '../../../src/core/job.ts';
import { loadRun as loadProductRun } from '../../../workers/jobs/runs.ts';

export async function loadRun(type: string): Promise<Job> {
  const { jobs } = await import('./own.ts');
  return jobs.get(type) ?? loadProductRun(type);
}
