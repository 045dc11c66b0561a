/** A job through Holdfast, beside the same library in a bare worker over the same file: speed, and memory meanwhile. */
import { connection } from '../../src/core/connection.ts';
import { filesOf } from '../../src/core/files.ts';
import { namesFor } from '../../src/core/names.ts';
import { ask } from './bare/ask.ts';
import type { Bench } from './bench.ts';
import { type Figure, figure, interleave, type Rounds } from './figure.ts';

const MIB = 1024 * 1024;

export interface Beside {
  what: string;
  type: string;
  file: File;
  /** Beside `files`. */
  input?: object;
  worker(): Worker;
  /** Of a result, what the worker answers too. */
  agrees(result: unknown): unknown;
  rounds: number;
  /** MiB. */
  memory: number;
}

/** MiB a second of the file that goes in. */
export async function besideBare(bench: Bench, job: Beside): Promise<Figure[]> {
  const client = await bench.client();
  const { file_id } = await client.addFile(job.file, job.file.name);
  const { database, folder } = namesFor(client.base);
  // Both sides read the copy that the browser made in IndexedDB.
  const file = await filesOf(connection(database), folder).content(file_id);
  const memory: Record<'holdfast' | 'bare', Rounds> = { holdfast: [], bare: [] };
  const answers = new Set<string>();

  async function timed(side: keyof typeof memory, work: () => Promise<unknown>): Promise<number[]> {
    await bench.peakMemory();
    const start = performance.now();
    answers.add(JSON.stringify(await work()));
    const seconds = (performance.now() - start) / 1000;
    const peak = await bench.peakMemory();
    if (peak !== null) memory[side].push([peak]);
    return [file.size / MIB / seconds];
  }

  const speed = await interleave(job.rounds, {
    async holdfast() {
      let done = '';
      const speed = await timed('holdfast', async () => {
        const input = { files: [{ file_id }], ...job.input };
        const { task_id } = await client.submit({ type: job.type, input });
        done = task_id;
        for await (const { event, data } of client.watch(task_id)) {
          if (event !== 'complete') continue;
          if (data.status !== 'completed') throw new Error(JSON.stringify(data));
          return job.agrees(data.result);
        }
      });
      // Its outputs are not to fill the disk.
      await client.remove(done);
      return speed;
    },
    async bare() {
      const worker = job.worker();
      // Loaded before it counts, as an executor's spare worker is; gone after, so that its garbage is not held against Holdfast.
      await ask(worker, null);
      const speed = await timed('bare', () => ask(worker, file));
      worker.terminate();
      return speed;
    },
  });
  if (answers.size !== 1) throw new Error(`the sides do not agree: ${[...answers]}`);

  const beside = 'a bare worker';
  const what = 'memory of the tab meanwhile, at most';
  const { holdfast: ours, bare: other } = memory;
  return [
    figure({
      what: job.what,
      unit: 'MiB/s',
      ours: speed.holdfast,
      other: speed.bare,
      beside,
      aims: [{ of: 'ratio', is: 'at least', value: 0.9 }],
    }),
    ...(ours.length > 0
      ? [figure({ what, unit: 'MiB', ours, other, beside, aims: [{ of: 'ours', is: 'at most', value: job.memory }] })]
      : []),
  ];
}
