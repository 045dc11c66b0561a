/** A CSV file into a SQLite database: what everything around the libraries costs, in time and in memory. */
import { connection } from '../../../src/core/connection.ts';
import { filesOf } from '../../../src/core/files.ts';
import { namesFor } from '../../../src/core/names.ts';
import { ask } from '../bare/ask.ts';
import type { Row } from '../bench.ts';
import { figure, interleave, type Rounds } from '../figure.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 64;
const ROUNDS = 3;

/** Numbers, dates, words, and now and then a quoted cell. */
function sales(bytes: number): File {
  const parts = ['id,name,price,bought,paid,note\n'];
  for (let row = 1, size = 0; size < bytes; row += 1) {
    const day = String(1 + (row % 28)).padStart(2, '0');
    const note = row % 10 === 0 ? `"note, ""${row}"""` : `début ${row % 977}`;
    const line = `${row},name ${row % 1000},${(row * 1.37).toFixed(2)},2024-02-${day},${row % 3 === 0},${note}\n`;
    size += line.length;
    parts.push(line);
  }
  return new File(parts, 'sales.csv', { type: 'text/csv' });
}

export const row: Row = async (bench) => {
  const client = await bench.client();
  const source = sales(SIZE_MIB * MIB);
  const { file_id } = await client.addFile(source, source.name);
  const { database, folder } = namesFor(client.base);
  // Both sides read the copy that the browser made in IndexedDB.
  const file = await filesOf(connection(database), folder).content(file_id);
  const memory: Record<'holdfast' | 'bare', Rounds> = { holdfast: [], bare: [] };
  const counts = new Set<unknown>();

  async function timed(side: keyof typeof memory, work: () => Promise<unknown>): Promise<number[]> {
    await bench.peakMemory();
    const start = performance.now();
    counts.add(await work());
    const seconds = (performance.now() - start) / 1000;
    const peak = await bench.peakMemory();
    if (peak !== null) memory[side].push([peak]);
    return [file.size / MIB / seconds];
  }

  const speed = await interleave(ROUNDS, {
    holdfast: () =>
      timed('holdfast', async () => {
        const { task_id } = await client.submit({ type: 'table', input: { files: [{ file_id }] } });
        for await (const { event, data } of client.watch(task_id)) {
          if (event !== 'complete') continue;
          if (data.status !== 'completed') throw new Error(JSON.stringify(data));
          return (data.result as { tables: { rows: number }[] }).tables[0]?.rows;
        }
      }),
    async bare() {
      const worker = new Worker(new URL('../bare/table.worker.ts', import.meta.url), { type: 'module' });
      // Loaded before it counts, as an executor's spare worker is; gone after, so that its garbage is not held against Holdfast.
      await ask(worker, new File([], 'nothing'));
      const speed = await timed('bare', () => ask(worker, file));
      worker.terminate();
      return speed;
    },
  });
  if (counts.size !== 1) throw new Error(`the sides do not agree: ${[...counts]}`);

  const beside = 'a bare worker';
  return [
    figure({
      what: `CSV of ${SIZE_MIB} MiB into SQLite`,
      unit: 'MiB/s',
      ours: speed.holdfast,
      other: speed.bare,
      beside,
      aims: [{ of: 'ratio', is: 'at least', value: 0.9 }],
    }),
    ...(memory.holdfast.length > 0
      ? [
          figure({
            what: 'memory of the tab meanwhile, at most',
            unit: 'MiB',
            ours: memory.holdfast,
            other: memory.bare,
            beside,
            aims: [{ of: 'ours', is: 'at most', value: 400 }],
          }),
        ]
      : []),
  ];
};
