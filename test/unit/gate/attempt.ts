/** Attempts of a task by the real runner, that die where a test wants them to. */
import type { Job } from '../../../src/core/job.ts';
import type { Checkpoint, Ending } from '../../../src/core/schema.ts';
import { runJob } from '../../../workers/job/runner.ts';
import { AT, after, draft } from '../core/tasks.ts';
import { type Left, leftBy, type Stage } from './stage.ts';

export type Attempt = { kind: 'ended'; left: Left; taken: number } | { kind: 'died'; checkpoint: Checkpoint | null };

/**
 * Runs the task from `checkpoint`. With its `last`th checkpoint committed, the worker dies while the next is being committed: what
 * belongs to that one is written and flushed, and nobody knows of it.
 */
export async function attempt(
  job: Job,
  staged: Stage,
  task_id: string,
  checkpoint: Checkpoint | null,
  last = Number.POSITIVE_INFINITY,
): Promise<Attempt> {
  const { files, lasting, input } = staged;
  const died = Promise.withResolvers<Attempt>();
  const task = after({ kind: 'created', task_id, draft: draft({ type: job.type, input }) });
  let kept = checkpoint;
  let taken = 0;
  const ended = runJob(
    async () => job,
    { task, checkpoint: structuredClone(checkpoint) },
    {
      files,
      lasting,
      signal: new AbortController().signal,
      sink: {
        async append({ checkpoint: draft }) {
          if (!draft) return;
          if (taken === last) {
            died.resolve({ kind: 'died', checkpoint: kept });
            await new Promise(() => {});
          }
          taken += 1;
          kept = structuredClone({ ...draft, attempt: 1, at: AT, done: 0, progress: 0 });
        },
      },
    },
  );
  const end = async ({ outcome }: Ending): Promise<Attempt> => {
    if (outcome.kind !== 'completed') throw new Error(`It ended otherwise: ${JSON.stringify(outcome)}`);
    return { kind: 'ended', left: await leftBy(staged, task_id, outcome.result, outcome.files), taken };
  };
  return Promise.race([ended.then(end), died.promise]);
}

/** The rest of a task's life, undisturbed. */
export async function finish(job: Job, stage: Stage, task_id: string, from: Checkpoint | null = null) {
  const end = await attempt(job, stage, task_id, from);
  if (end.kind === 'died') throw new Error('An attempt died that was not to.');
  return end;
}
