import type { Job } from '../../../src/core/job.ts';
import { loadRun as loadOwn } from '../../../workers/jobs/runs.ts';

export async function loadRun(type: string): Promise<Job> {
  if (type === 'hostile') return (await import('./hostile.ts')).job;
  if (type === 'broken-module') return (await import('./broken-module.ts')).job;
  if (type === 'missing-module') return import(/* @vite-ignore */ new URL('./no-such-module.js', import.meta.url).href);
  return loadOwn(type === 'narrow' ? 'countdown' : type);
}
