import { bytesFile, type Gate, MiB, noiseFile, type Work } from '../gate.ts';

const files = [
  noiseFile('a folder/big.bin', 9 * MiB + 1),
  bytesFile('empty', new Uint8Array()),
  noiseFile('back\\slash', 10),
  noiseFile('even.bin', 4 * MiB, 2),
];
const work = (algorithm: string): Work => ({ files, input: (refs) => ({ files: refs, algorithm }) });

export const gate: Gate = {
  works: { sha256: work('sha256'), blake3: work('blake3'), crc32: work('crc32') },
  // A checksum takes whatever bytes there are.
  bad: {},
  big: (bytes) => ({ files: [noiseFile('big.bin', bytes)], input: (refs) => ({ files: refs }) }),
};
