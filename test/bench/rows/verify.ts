/** Checking a file against a list of checksums: what everything around reading and hashing costs. */
import { ask } from '../bare/ask.ts';
import type { Row } from '../bench.ts';
import { besideBare } from '../beside.ts';

const MIB = 1024 * 1024;
const SIZE_MIB = 256;

export const row: Row = async (bench) => {
  const file = await bench.file(SIZE_MIB * MIB);
  const hasher = new Worker(new URL('../bare/hash.worker.ts', import.meta.url), { type: 'module' });
  const digest = await ask<string>(hasher, [file]);
  hasher.terminate();
  return besideBare(bench, {
    what: `${SIZE_MIB} MiB against SHA256SUMS`,
    type: 'verify',
    files: [new File([`${digest}  ${file.name}\n`], 'SHA256SUMS'), file],
    worker: () => new Worker(new URL('../bare/verify.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { ok: number }).ok,
    rounds: 5,
    memory: 300,
  });
};
