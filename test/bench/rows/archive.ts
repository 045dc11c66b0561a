/** A file into a ZIP. */

import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';
import { lines } from '../lines.ts';

const SIZE_MIB = 48;

export const row: Row = (bench) =>
  besideBare(bench, {
    what: `${SIZE_MIB} MiB of lines into a ZIP`,
    type: 'archive',
    files: [lines(SIZE_MIB * 1024 * 1024)],
    worker: () => new Worker(new URL('../bare/deflate.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { bytes: number }).bytes,
    rounds: 3,
    memory: 300,
  });
