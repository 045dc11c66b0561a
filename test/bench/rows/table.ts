/** A CSV file into a SQLite database: what everything around the libraries costs, in time and in memory. */
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';
import { sales } from '../sales.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 64;

export const row: Row = (bench) =>
  besideBare(bench, {
    what: `CSV of ${SIZE_MIB} MiB into SQLite`,
    type: 'table',
    files: [sales(SIZE_MIB * MIB)],
    worker: () => new Worker(new URL('../bare/table.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { tables: { rows: number }[] }).tables[0]?.rows,
    rounds: 3,
    memory: 400,
  });
