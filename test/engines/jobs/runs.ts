/** In the place of `workers/jobs/runs.ts`. */
import type { Job } from '../../../src/core/job.ts';
import { loadRun as loadProductRun } from '../../../workers/jobs/runs.ts';

const ownTypes = new Set(['flood', 'leaflet', 'ledger', 'solo']);

export async function loadRun(type: string): Promise<Job> {
  if (!ownTypes.has(type)) return loadProductRun(type);
  const job = (await import('./own.ts')).jobs.get(type);
  if (!job) throw new Error(`There is no job of type "${type}".`);
  return job;
}
