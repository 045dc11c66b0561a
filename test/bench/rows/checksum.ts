/** Hashing a large file: what everything around the loop costs, in time and in memory. */
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 1024;

export const row: Row = async (bench) =>
  besideBare(bench, {
    what: `SHA-256 of ${SIZE_MIB} MiB`,
    type: 'checksum',
    files: [await bench.file(SIZE_MIB * MIB)],
    worker: () => new Worker(new URL('../bare/hash.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { files: { digest: string }[] }).files[0]?.digest,
    rounds: 5,
    memory: 300,
    least: 0.95,
  });
