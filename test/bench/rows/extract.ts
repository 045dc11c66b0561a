/** A file out of a .gz. */
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';
import { lines } from '../lines.ts';

const SIZE_MIB = 256;

export const row: Row = async (bench) => {
  const packed = lines(SIZE_MIB * 1024 * 1024)
    .stream()
    .pipeThrough(new CompressionStream('gzip'));
  const file = new File([await new Response(packed).blob()], 'lines.log.gz');
  return besideBare(bench, {
    what: `.gz of ${SIZE_MIB} MiB of lines`,
    type: 'extract',
    files: [file],
    worker: () => new Worker(new URL('../bare/inflate.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { bytes: number }).bytes,
    rounds: 3,
    memory: 300,
  });
};
