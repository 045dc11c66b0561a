/** A search in a large log: what everything around the regular expression costs. */
import { linesFile } from '../../gate/gate.ts';
import type { Row } from '../bench.ts';
import { compared } from '../job.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 128;
const TIMES = 6;

export const row: Row = (bench) => {
  const [piece] = linesFile('log', MIB / 4).parts();
  const parts = Array.from({ length: Math.ceil((SIZE_MIB * MIB) / (piece?.length ?? 1)) }, () => piece ?? '');
  return compared<{ lines: number }>(bench, {
    what: `lines of ${TIMES * SIZE_MIB} MiB of log that match`,
    type: 'grep',
    input: { pattern: 'retry25\\d ' },
    source: new File(parts, 'big.log', { type: 'text/plain' }),
    bare: () => new Worker(new URL('../bare/grep.worker.ts', import.meta.url), { type: 'module' }),
    answerOf: ({ lines }) => lines,
    times: TIMES,
    rounds: 3,
    memory: 300,
  });
};
