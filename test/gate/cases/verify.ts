import { createHash } from 'node:crypto';
import { type Gate, type GateFile, MiB, noiseFile, textFile } from '../gate.ts';

const md5 = ({ parts }: GateFile) => {
  const hash = createHash('md5');
  for (const part of parts()) hash.update(part);
  return hash.digest('hex');
};

const big = noiseFile('photos/big.bin', 9 * MiB + 1);
const small = noiseFile('photos/små.bin', 100, 2);
const files = [
  textFile(
    'photos/MD5SUMS',
    [
      `${md5(big)}  big.bin`,
      `MD5 (små.bin) = ${md5(small)}`,
      `${md5(small)} *./changed.bin`,
      `${md5(small)}  sub/gone.bin`,
      '',
    ].join('\r\n'),
  ),
  big,
  small,
  noiseFile('photos/changed.bin', 100, 3),
  textFile('photos/more.txt', 'more'),
];

export const gate: Gate = {
  works: { 'a folder with its MD5SUMS': { files, input: (refs) => ({ files: refs }) } },
  bad: {
    'no list': {
      files: [textFile('a.txt', 'a')],
      input: (refs) => ({ files: refs }),
      names: ['list of checksums', 'a.txt'],
    },
    'a list with a line that is none': {
      files: [textFile('x/SHA256SUMS', `# fine\n${'0'.repeat(64)}  a\nhello world\n`)],
      input: (refs) => ({ files: refs }),
      names: ['x/SHA256SUMS', 'line 3', 'hello world'],
    },
    'a digest that is too short': {
      files: [textFile('SHA256SUMS', `${'0'.repeat(63)}  a\n`)],
      input: (refs) => ({ files: refs }),
      names: ['SHA256SUMS', 'line 1', '63 digits'],
    },
    'an endless line': {
      files: [textFile('SHA256SUMS', 'a'.repeat(15 * MiB))],
      input: (refs) => ({ files: refs }),
      names: ['SHA256SUMS', 'line 1'],
    },
    'more checksums than are taken': {
      files: [
        textFile('a.sfv', 'a 00000000\n'.repeat(100_000)),
        textFile('b.sfv', `; b\n${'b 00000000\n'.repeat(281_300)}`),
      ],
      input: (refs) => ({ files: refs }),
      names: ['b.sfv', 'line 100002', '200000 checksums'],
    },
    'a list that is none': {
      files: [{ name: 'films.md5', parts: () => Array.from({ length: 17 }, () => new Uint8Array(MiB)) }],
      input: (refs) => ({ files: refs }),
      names: ['films.md5', `${17 * MiB} bytes`],
    },
  },
  big(bytes) {
    const file = noiseFile('big.bin', bytes);
    return { files: [textFile('big.bin.md5', md5(file)), file], input: (refs) => ({ files: refs }) };
  },
};
