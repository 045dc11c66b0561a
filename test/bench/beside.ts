/** A job through Holdfast, beside the same library in a bare worker over the same files: speed, and memory meanwhile. */
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
  files: File[];
  /** How often they are given in a row: what a task costs to begin is not to count for much. */
  times?: number;
  /** Beside `files`. */
  input?: object;
  /** Before each task, and not measured. */
  before?(): Promise<void>;
  /** Is asked with no files first, to be loaded, then with them. */
  worker(): Worker;
  /** Of a result, what the worker answers too. */
  agrees(result: unknown): unknown;
  rounds: number;
  /** MiB. */
  memory: number;
  /** Of the bare worker's speed. */
  least?: number;
}

/** MiB a second of the files that go in. */
export async function besideBare(bench: Bench, job: Beside): Promise<Figure[]> {
  const client = await bench.client();
  const { database, folder } = namesFor(client.base);
  const kept = filesOf(connection(database), folder);
  const refs: { file_id: string }[] = [];
  const copies: File[] = [];
  for (const file of job.files) {
    const { file_id } = await client.addFile(file, file.name);
    refs.push({ file_id });
    // Both sides read the copy that the browser made in IndexedDB.
    copies.push(new File([await kept.content(file_id)], file.name));
  }
  const repeated = <T>(items: T[]): T[] => Array.from({ length: job.times ?? 1 }, () => items).flat();
  const files = repeated(copies);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const memory: Record<'holdfast' | 'bare', Rounds> = { holdfast: [], bare: [] };
  const answers = new Set<string>();

  async function timed(side: keyof typeof memory, work: () => Promise<unknown>): Promise<number[]> {
    await bench.peakMemory();
    const start = performance.now();
    answers.add(JSON.stringify(await work()));
    const seconds = (performance.now() - start) / 1000;
    const peak = await bench.peakMemory();
    if (peak !== null) memory[side].push([peak]);
    return [bytes / MIB / seconds];
  }

  const speed = await interleave(job.rounds, {
    async holdfast() {
      await job.before?.();
      let done = '';
      const speed = await timed('holdfast', async () => {
        const input = { files: repeated(refs), ...job.input };
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
      await ask(worker, []);
      const speed = await timed('bare', () => ask(worker, files));
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
      aims: [{ of: 'ratio', is: 'at least', value: job.least ?? 0.9 }],
    }),
    ...(ours.length > 0
      ? [figure({ what, unit: 'MiB', ours, other, beside, aims: [{ of: 'ours', is: 'at most', value: job.memory }] })]
      : []),
  ];
}
