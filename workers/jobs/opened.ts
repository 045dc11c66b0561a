import type { FileRef, InputFile, JobContext, Progress } from '../../src/core/job.ts';

const AT_ONCE = 100;

export type Opened = Omit<InputFile, 'read'>;

/** Looks at every file. Nothing stays open: a task may have 20,000. `done`: what the progress is to say meanwhile. */
export async function* opened(
  refs: readonly FileRef[],
  context: Pick<JobContext<unknown>, 'file'>,
  done = 0,
): AsyncGenerator<Progress<never>, Opened[], void> {
  const found: Opened[] = [];
  while (found.length < refs.length) {
    if (found.length > 0) yield { done, unit: 'bytes', message: `${found.length} of ${refs.length} files opened` };
    const some = await Promise.all(refs.slice(found.length, found.length + AT_ONCE).map((ref) => context.file(ref)));
    for (const { name, size, last_modified } of some) found.push({ name, size, last_modified });
  }
  return found;
}

export const bytesOf = (files: readonly { size: number }[]): number =>
  files.reduce((bytes, { size }) => bytes + size, 0);
