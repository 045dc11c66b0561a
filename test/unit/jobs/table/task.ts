/** Runs a table task to its end over files with some content, by the real runner, in a database of its own. */
import 'fake-indexeddb/auto';
import * as v from 'valibot';
import { vi } from 'vitest';
import { filesOf } from '../../../../src/core/files.ts';
import { runJob } from '../../../../workers/job/runner.ts';
import { job } from '../../../../workers/jobs/table/run.ts';
import { freshStore } from '../../core/database.ts';
import { after, draft } from '../../core/tasks.ts';
import { lastingIn } from '../../lasting.ts';

export interface Table {
  file: string;
  table: string;
  dialect: Record<string, unknown> | null;
  rows: number;
  malformed: { count: number; listed: { line: number; why: string; row: string }[] };
  columns: Record<string, unknown>[];
  output: string | null;
}

type Content = string | Uint8Array<ArrayBuffer>;

/** Resolves with the reports of the tables, and the output files. Throws with the task's error. */
export async function convert(files: Record<string, Content>, input: object = {}) {
  vi.stubGlobal('navigator', {});
  const { database } = freshStore();
  const kept = filesOf(database, 'table');
  const refs: { file_id: string }[] = [];
  for (const [name, content] of Object.entries(files)) refs.push(await kept.addInput(new File([content], name), name));
  const task = after({
    kind: 'created',
    task_id: 'task',
    draft: draft({
      type: 'table',
      input: v.parse(job.input, { files: refs.map(({ file_id }) => ({ file_id })), ...input }),
    }),
  });
  const { outcome } = await runJob(
    async () => job,
    { task, checkpoint: null },
    {
      files: kept,
      lasting: lastingIn(database),
      sink: { append: async () => {} },
      signal: new AbortController().signal,
    },
  );
  if (outcome.kind === 'failed') throw new Error(outcome.error.detail);
  if (outcome.kind !== 'completed') throw new Error(`it ended as ${outcome.kind}`);
  const { tables } = outcome.result as { tables: Table[] };
  const outputs = new Map<string, Buffer>();
  for (const { name } of outcome.files) {
    const blob = await kept.output('task', name);
    outputs.set(name, blob ? Buffer.from(await blob.arrayBuffer()) : Buffer.alloc(0));
  }
  return { tables, outputs };
}

/** Of one file: its report, and the content of its output file. */
export async function convertOne(name: string, content: Content, input: object = {}) {
  const { tables, outputs } = await convert({ [name]: content }, input);
  const [table] = tables;
  if (!table) throw new Error('there is no table');
  return { table, output: outputs.get(table.output ?? '') ?? Buffer.alloc(0) };
}

export const jsonOf = async (name: string, content: Content, input: object = {}): Promise<Record<string, unknown>[]> =>
  JSON.parse((await convertOne(name, content, { to: 'json', ...input })).output.toString());
