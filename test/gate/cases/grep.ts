import { gzipSync } from 'node:zlib';
import { type BadWork, bytesFile, type Gate, type GateFile, linesFile, MiB, noiseFile, textFile } from '../gate.ts';

const bytesOf = ({ parts }: GateFile) => Buffer.concat([...parts()]);
const own = (bytes: Uint8Array) => new Uint8Array(bytes);

const log = bytesOf(linesFile('log', MiB));
const third = Math.floor(log.length / 3);
const [first, second] = [gzipSync(log.subarray(0, third)), gzipSync(log.subarray(third))];
const packed = own(Buffer.concat([first, second]));
const long = `${'x'.repeat(1.5 * MiB)} needle ${'y'.repeat(0.6 * MiB)}`;
/** In two pieces, the needle in the second. */
const endless = `${'x'.repeat(16 * MiB)} needle ${'y'.repeat(0.1 * MiB)}`;

const files = [
  linesFile('logs/one.log', 1.2 * MiB),
  textFile('logs/empty.log', ''),
  bytesFile('logs/two.log.gz', packed),
  noiseFile('logs/noise.bin', 100_000),
  textFile('logs/long.txt', `one\n${long}\ntwo needle\n`),
];

const bad = (file: GateFile, input: object, ...names: (string | RegExp)[]): BadWork => ({
  files: [textFile('fine.txt', 'aaa\n'), file],
  input: (refs) => ({ files: refs, ...input }),
  names,
});
const slow = '^(a+)+$';
const hopeless = `${'a'.repeat(60)}!`;

export const gate: Gate = {
  works: {
    'with context': {
      files,
      input: (refs) => ({ files: refs, pattern: 'retry25\\d |needle', before: 2, after: 3 }),
    },
    'lines around in several files': {
      files: ['a', 'b', 'c', 'd'].map((name) => textFile(name, name === 'c' ? 'two\n' : 'one\ntwo\nthree\none\n')),
      input: (refs) => ({ files: refs, pattern: 'one', before: 1, after: 1 }),
    },
    'a damaged file among them': {
      files: [
        bytesFile('cut.gz', own(packed.subarray(0, packed.length - 9))),
        bytesFile('behind.gz', own(Buffer.concat([first, Buffer.from('\0\0one')]))),
        textFile('fine.txt', 'retry25\n'),
      ],
      input: (refs) => ({ files: refs, pattern: 'retry25', after: 1, on_error: 'skip' }),
    },
    'as JSON lines': {
      files: files.slice(2),
      input: (refs) => ({ files: refs, pattern: 'RETRY', ignore_case: true, format: 'jsonl', max_matches: 5_000 }),
    },
    'short lines that all match': {
      files: [textFile('short.txt', '1\n'.repeat(0.55 * MiB))],
      input: (refs) => ({ files: refs, pattern: '1', after: 1 }),
    },
    'a line in pieces': {
      files: [textFile('endless.txt', `one\n${endless}\ntwo needle\n`)],
      input: (refs) => ({ files: refs, pattern: 'needle', before: 1, format: 'jsonl' }),
    },
  },
  bad: {
    'a pattern that is none': bad(textFile('a.txt', ''), { pattern: 'a(b' }, '"a(b"', 'Unterminated group'),
    'a pattern that takes forever': bad(
      textFile('slow.txt', `aaa\n${'fine\n'.repeat(200_000)}${hopeless}\nmore\n`),
      { pattern: slow },
      'pattern too slow at byte 1000004 of slow.txt',
    ),
    'a pattern that takes forever in a packed file': bad(
      bytesFile('slow.gz', own(gzipSync(`${'fine\n'.repeat(200_000)}${hopeless}`))),
      { pattern: slow },
      'pattern too slow at byte 1000000 of slow.gz',
    ),
    'a pattern that the engine has no room for': bad(
      textFile('deep.txt', `é\nfine\n${'a'.repeat(5_000_000)}\nmore\n`),
      { pattern: '^(?:(a)|(b))*c' },
      'pattern too deep at byte 8 of deep.txt',
    ),
    'a gzip that is cut off': bad(
      bytesFile('cut.gz', own(packed.subarray(0, packed.length - 9))),
      { pattern: 'x' },
      'cut.gz',
      /byte \d+/,
    ),
    'a gzip with a damaged member': bad(
      bytesFile('damaged.gz', own(Buffer.concat([first, Buffer.of(0x1e), second.subarray(1)]))),
      { pattern: 'x' },
      `damaged.gz: what follows at byte ${first.length} is no gzip`,
    ),
    'a gzip with something else behind it': bad(
      bytesFile('behind.gz', own(Buffer.concat([first, Buffer.from('\0\0one')]))),
      { pattern: 'x' },
      `behind.gz: what follows at byte ${first.length} is no gzip`,
    ),
  },
  big: (bytes) => ({
    files: [linesFile('big.log', bytes)],
    input: (refs) => ({ files: refs, pattern: 'retry25\\d ', after: 1 }),
  }),
  heavy: {
    'short lines that all match, as JSON lines': {
      files: [textFile('short.txt', '1\n'.repeat(3 * MiB))],
      input: (refs) => ({ files: refs, pattern: '1', format: 'jsonl' }),
    },
  },
};
