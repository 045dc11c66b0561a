import { bytesFile, type Gate, linesFile, MiB, noiseFile, textFile, type Work } from '../gate.ts';

const files = [
  linesFile('folder/big.log', 4 * MiB + 100_000),
  bytesFile('folder/empty', new Uint8Array()),
  noiseFile('folder/été 日本.bin', 300_000, 2),
  textFile('folder/sub/a.txt', 'hello'),
  textFile('folder/sub/a.txt', 'hello again'),
];
const work = (input: object): Work => ({ files, input: (refs) => ({ files: refs, ...input }) });

export const gate: Gate = {
  works: {
    zip: work({}),
    'zip, nothing compressed': work({ compression: 'none' }),
    gzip: work({ format: 'gzip', compression: 'fast' }),
  },
  // Whatever bytes there are can be packed.
  bad: {},
  big: (bytes) => ({
    files: [noiseFile('big/one.bin', bytes / 2), linesFile('big/two.log', bytes / 2)],
    input: (refs) => ({ files: refs, compression: 'fast' }),
  }),
};
