/** A search in a large log: what everything around the regular expression costs. */
import { linesFile } from '../../gate/gate.ts';
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 128;
const TIMES = 3;

export const row: Row = (bench) => {
  const [piece] = linesFile('log', MIB / 4).parts();
  const parts = Array.from({ length: Math.ceil((SIZE_MIB * MIB) / (piece?.length ?? 1)) }, () => piece ?? '');
  return besideBare(bench, {
    what: `lines of ${TIMES * SIZE_MIB} MiB of log that match`,
    type: 'grep',
    input: { pattern: 'retry25\\d ' },
    files: [new File(parts, 'big.log', { type: 'text/plain' })],
    times: TIMES,
    worker: () => new Worker(new URL('../bare/grep.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { lines: number }).lines,
    rounds: 6,
    memory: 300,
  });
};
