/** What the jobs that hash do again after a kill. */
import { connect } from '../../../src/client/index.ts';
import { ask } from '../bare/ask.ts';
import type { Row } from '../bench.ts';
import { killed } from '../redo.ts';

const MIB = 1024 * 1024;

export const row: Row = async (bench) => {
  const client = await connect();
  const file = await bench.file(1024 * MIB);
  const hasher = new Worker(new URL('../bare/hash.worker.ts', import.meta.url), { type: 'module' });
  const list = new File([`${await ask<string>(hasher, [file])}  ${file.name}\n`], 'SHA256SUMS');
  hasher.terminate();
  return [
    ...(await killed(client, 'checksum', [file])),
    ...(await killed(client, 'verify', [list, file])),
    ...(await killed(client, 'duplicates', [file, new File([file], 'the same')])),
  ];
};
