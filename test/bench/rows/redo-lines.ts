/** What the jobs over lines of text do again after a kill: pack, unpack and search them. */
import { connect } from '../../../src/client/index.ts';
import type { Row } from '../bench.ts';
import { lines } from '../lines.ts';
import { killed } from '../redo.ts';

const MIB = 1024 * 1024;

export const row: Row = async () => {
  const client = await connect();
  const log = lines(512 * MIB);
  // Read here: Chromium cannot always make a blob of a stream as long as this one (`Failed to fetch`, seen in 156).
  const packed: Uint8Array<ArrayBuffer>[] = [];
  await log
    .stream()
    .pipeThrough(new CompressionStream('gzip'))
    .pipeTo(new WritableStream({ write: (bytes) => void packed.push(bytes) }));
  const logs = ['one.log', 'two.log', 'three.log'].map((name) => new File([log], name));
  return [
    ...(await killed(client, 'archive', [new File([log.slice(0, 128 * MIB)], 'lines.log')])),
    ...(await killed(client, 'extract', [new File(packed, 'lines.log.gz')])),
    ...(await killed(client, 'grep', logs, { pattern: 'retry25\\d ' })),
  ];
};
