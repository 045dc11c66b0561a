/** What the jobs over lines of text do again after a kill: pack, unpack and search them. */
import { connect } from '../../../src/client/index.ts';
import type { Row } from '../bench.ts';
import { killed } from '../redo.ts';

const MIB = 1024 * 1024;

export const row: Row = async ({ file }) => {
  const client = await connect();
  const log = await file(512 * MIB, 'lines');
  const packed = await new Response(log.stream().pipeThrough(new CompressionStream('gzip'))).blob();
  const logs = ['one.log', 'two.log', 'three.log'].map((name) => new File([log], name));
  return [
    ...(await killed(client, 'archive', [new File([log.slice(0, 128 * MIB)], 'lines.log')])),
    ...(await killed(client, 'extract', [new File([packed], 'lines.log.gz')])),
    ...(await killed(client, 'grep', logs, { pattern: 'retry25\\d ' })),
  ];
};
