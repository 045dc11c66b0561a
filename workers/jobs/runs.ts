/** Loads a job's code on demand: one literal `import()` a type, so that each becomes a chunk of its own. */
import type { Job } from '../../src/core/job.ts';

const runs = new Map<string, () => Promise<{ job: Job }>>([
  ['checksum', () => import('./checksum/run.ts')],
  ['verify', () => import('./verify/run.ts')],
  ['duplicates', () => import('./duplicates/run.ts')],
  ['archive', () => import('./archive/run.ts')],
  ['extract', () => import('./extract/run.ts')],
  ['documents', () => import('./documents/run.ts')],
  ['grep', () => import('./grep/run.ts')],
  ['images', () => import('./images/run.ts')],
  ['countdown', () => import('./countdown/run.ts')],
  ['spin', () => import('./spin/run.ts')],
  ['table', () => import('./table/run.ts')],
]);

export async function loadRun(type: string): Promise<Job> {
  const load = runs.get(type);
  if (!load) throw new Error(`There is no job of type "${type}".`);
  return (await load()).job;
}
