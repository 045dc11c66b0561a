/** Two large files with the same bytes: what everything around comparing them costs. */
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 256;

export const row: Row = async (bench) => {
  const file = await bench.file(SIZE_MIB * MIB);
  return besideBare(bench, {
    what: `two equal files of ${SIZE_MIB} MiB found`,
    type: 'duplicates',
    files: [new File([file], 'one.bin'), new File([file], 'two.bin')],
    worker: () => new Worker(new URL('../bare/duplicates.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { freeable: number }).freeable,
    rounds: 5,
    memory: 300,
  });
};
