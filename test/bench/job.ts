/** A job over a file, beside a bare worker that does the same work with nothing around it. */
import { connection } from '../../src/core/connection.ts';
import { filesOf } from '../../src/core/files.ts';
import { namesFor } from '../../src/core/names.ts';
import { ask } from './bare/ask.ts';
import type { Bench } from './bench.ts';
import { type Figure, figure, interleave, type Rounds } from './figure.ts';

const MIB = 1024 * 1024;

export interface Compared<R> {
  what: string;
  type: string;
  input: object;
  /** Both sides read the copy that the browser makes of it. */
  source: File;
  /** How often it is worked on in a row: what a task costs to begin is not to count for much. */
  times: number;
  /** Answers a file with what the job's result comes to, if it is worked on once. */
  bare(): Worker;
  answerOf(result: R): number;
  rounds: number;
  /** What the tab may take in MiB. */
  memory: number;
}

/** Its speed in MiB/s, and the memory of the tab. */
export async function compared<R>(bench: Bench, job: Compared<R>): Promise<Figure[]> {
  const client = await bench.client();
  const { file_id } = await client.addFile(job.source, job.source.name);
  const { database, folder } = namesFor(client.base);
  const file = await filesOf(connection(database), folder).content(file_id);
  const files = Array.from({ length: job.times }, () => ({ file_id }));
  const memory: Record<'holdfast' | 'bare', Rounds> = { holdfast: [], bare: [] };
  const answers = new Set<unknown>();

  async function timed(side: keyof typeof memory, work: () => Promise<unknown>): Promise<number[]> {
    await bench.peakMemory();
    const start = performance.now();
    answers.add(await work());
    const seconds = (performance.now() - start) / 1000;
    const peak = await bench.peakMemory();
    if (peak !== null) memory[side].push([peak]);
    return [(job.times * file.size) / MIB / seconds];
  }

  const speed = await interleave(job.rounds, {
    holdfast: () =>
      timed('holdfast', async () => {
        const { task_id } = await client.submit({ type: job.type, input: { ...job.input, files } });
        for await (const { event, data } of client.watch(task_id)) {
          if (event !== 'complete') continue;
          if (data.status !== 'completed') throw new Error(JSON.stringify(data));
          return job.answerOf(data.result as R);
        }
      }),
    async bare() {
      const worker = job.bare();
      // Loaded before it counts, as an executor's spare worker is; gone after, so that its garbage is not held against Holdfast.
      await ask(worker, new File([], 'nothing'));
      const speed = await timed('bare', async () => {
        let sum = 0;
        for (const _ of files) sum += await ask<number>(worker, file);
        return sum;
      });
      worker.terminate();
      return speed;
    },
  });
  if (answers.size !== 1) throw new Error(`the sides do not agree: ${[...answers]}`);

  const beside = 'a bare worker';
  const figures = [
    figure({
      what: job.what,
      unit: 'MiB/s',
      ours: speed.holdfast,
      other: speed.bare,
      beside,
      aims: [{ of: 'ratio', is: 'at least', value: 0.9 }],
    }),
  ];
  if (memory.holdfast.length === 0) return figures;
  return [
    ...figures,
    figure({
      what: 'memory of the tab meanwhile, at most',
      unit: 'MiB',
      ours: memory.holdfast,
      other: memory.bare,
      beside,
      aims: [{ of: 'ours', is: 'at most', value: job.memory }],
    }),
  ];
}
