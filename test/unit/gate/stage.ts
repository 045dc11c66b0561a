/** A task's files in a database of their own, and what its runs leave there. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { vi } from 'vitest';
import { filesOf } from '../../../src/core/files.ts';
import type { FileRef, Job } from '../../../src/core/job.ts';
import { loadRun } from '../../../workers/jobs/runs.ts';
import { specs } from '../../../workers/jobs/specs.ts';
import { gateOf, type Work } from '../../gate/gate.ts';
import { freshStore } from '../core/database.ts';
import { forgetLasting, lastingIn } from '../lasting.ts';
import { NodeWorker } from '../node-worker.ts';
import { fakeLocks } from '../simulation/fake-locks.ts';

/** Every listed job with its cases. A job without any fails whoever asks. */
export const gates = await Promise.all(
  specs.map(async ({ type }) => ({ type, job: await loadRun(type), gate: await gateOf(type) })),
);

/** Every kind of work of every job. */
export const works = gates.flatMap(({ type, job, gate }) =>
  Object.entries(gate.works).map(([what, work]) => ({ type, what, job, work, busy: gate.busy ?? false })),
);

/** A ZIP tells it: on every stage it is the same. */
const MODIFIED = Date.UTC(2026, 0, 2, 3, 4, 6);

export type Stage = Awaited<ReturnType<typeof stage>>;

export async function stage(job: Job, work: Work) {
  // Node has no OPFS: outputs go to the database.
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('Worker', NodeWorker);
  const fresh = freshStore();
  const files = filesOf(fresh.database, 'gate');
  const lasting = lastingIn(fresh.database);
  const { lasting: look = async () => null } = await gateOf(job.type);
  const refs: FileRef[] = [];
  for (const { name, parts } of work.files) {
    const { file_id } = await files.addInput(new File([...parts()], name, { lastModified: MODIFIED }), name);
    refs.push({ file_id });
  }
  return {
    ...fresh,
    files,
    lasting,
    locks: fakeLocks(),
    type: job.type,
    input: v.parse(job.input, work.input(refs)),
    /** What outlasts the job's tasks. */
    outlasting: () => look(lasting),
    /** As if no task had left anything that outlasts it. */
    afresh: () => forgetLasting(fresh.database),
  };
}

/** What a task left, small enough to be shown when it differs. */
export interface Left {
  result: unknown;
  files: { name: string; type: string; size: number; sha256: string }[];
  outlasting: unknown;
}

/** `files` are the outputs as the job's end names them. */
export async function leftBy(
  { files, outlasting }: Pick<Stage, 'files' | 'outlasting'>,
  task_id: string,
  result: unknown,
  named: { name: string; type: string; size: number }[],
): Promise<Left> {
  const left: Left = { result, files: [], outlasting: await outlasting() };
  for (const { name, type, size } of named) {
    const blob = await files.output(task_id, name);
    if (blob?.size !== size) throw new Error(`${name} should have ${size} bytes and has ${blob?.size}.`);
    const sha256 = createHash('sha256')
      .update(new Uint8Array(await blob.arrayBuffer()))
      .digest('hex');
    left.files.push({ name, type, size, sha256 });
  }
  left.files.sort((a, b) => (a.name < b.name ? -1 : 1));
  return left;
}
