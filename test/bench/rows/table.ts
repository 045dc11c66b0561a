/** A CSV file into a SQLite database: what everything around the libraries costs, in time and in memory. */
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 64;

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
