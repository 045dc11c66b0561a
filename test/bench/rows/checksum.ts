/** Hashing a large file: what everything around the loop costs, in time and in memory. */
import { connection } from '../../../src/core/connection.ts';
import { filesOf } from '../../../src/core/files.ts';
import { namesFor } from '../../../src/core/names.ts';
import { ask } from '../bare/ask.ts';
import type { Row } from '../bench.ts';
import { figure, interleave, type Rounds } from '../figure.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 1024;
const ROUNDS = 5;

export const row: Row = async (bench) => {
  const client = await bench.client();
  const { file_id } = await client.addFile(await bench.file(SIZE_MIB * MIB));
  const { database, folder } = namesFor(client.base);
  // Both sides read the copy that the browser made in IndexedDB.
  const file = await filesOf(connection(database), folder).content(file_id);
  const memory: Record<'holdfast' | 'bare', Rounds> = { holdfast: [], bare: [] };
  const digests = new Set<unknown>();

  async function timed(side: keyof typeof memory, hash: () => Promise<unknown>): Promise<number[]> {
    await bench.peakMemory();
    const start = performance.now();
    digests.add(await hash());
    const seconds = (performance.now() - start) / 1000;
    const peak = await bench.peakMemory();
    if (peak !== null) memory[side].push([peak]);
    return [SIZE_MIB / seconds];
  }

  const speed = await interleave(ROUNDS, {
    holdfast: () =>
      timed('holdfast', async () => {
        const { task_id } = await client.submit({ type: 'checksum', input: { files: [{ file_id }] } });
        for await (const { event, data } of client.watch(task_id)) {
          if (event !== 'complete') continue;
          if (data.status !== 'completed') throw new Error(JSON.stringify(data));
          return (data.result as { files: { digest: string }[] }).files[0]?.digest;
        }
      }),
    async bare() {
      const worker = new Worker(new URL('../bare/hash.worker.ts', import.meta.url), { type: 'module' });
      // Loaded before it counts, as an executor's spare worker is; gone after, so that its garbage is not held against Holdfast.
      await ask(worker, new File([], 'nothing'));
      const speed = await timed('bare', () => ask(worker, file));
      worker.terminate();
      return speed;
    },
  });
  if (digests.size !== 1) throw new Error(`the sides do not agree: ${[...digests]}`);

  const beside = 'a bare worker';
  return [
    figure({
      what: `SHA-256 of ${SIZE_MIB} MiB`,
      unit: 'MiB/s',
      ours: speed.holdfast,
      other: speed.bare,
      beside,
      aims: [{ of: 'ratio', is: 'at least', value: 0.95 }],
    }),
    ...(memory.holdfast.length > 0
      ? [
          figure({
            what: 'memory of the tab meanwhile, at most',
            unit: 'MiB',
            ours: memory.holdfast,
            other: memory.bare,
            beside,
            aims: [{ of: 'ours', is: 'at most', value: 300 }],
          }),
        ]
      : []),
  ];
};
