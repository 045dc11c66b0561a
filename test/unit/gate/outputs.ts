/** A task's output files, as bytes and on disk. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Job } from '../../../src/core/job.ts';
import type { Work } from '../../gate/gate.ts';
import { finish } from './attempt.ts';
import { stage } from './stage.ts';

export type Outputs = Map<string, Uint8Array<ArrayBuffer>>;

/** What the job makes of this work, undisturbed. */
export async function outputsOf(job: Job, work: Work): Promise<{ outputs: Outputs; result: unknown }> {
  const staged = await stage(job, work);
  const { left } = await finish(job, staged, 'task');
  const outputs: Outputs = new Map();
  for (const { name } of left.files) {
    const blob = await staged.files.output('task', name);
    outputs.set(name, new Uint8Array((await blob?.arrayBuffer()) ?? []));
  }
  return { outputs, result: left.result };
}

/** A folder on disk with these files in it. */
export async function folderOf(files: Iterable<readonly [string, Uint8Array]>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  return folder;
}
