import { deflateRawSync, gzipSync } from 'node:zlib';
import {
  type BadWork,
  bytesFile,
  type Gate,
  type GateFile,
  linesFile,
  MiB,
  noiseFile,
  textFile,
  type Work,
} from '../gate.ts';
import { type Made, zipOf } from '../zip-file.ts';

const bytesOf = ({ parts }: GateFile) => new Uint8Array(Buffer.concat([...parts()]));
const log = bytesOf(linesFile('log', MiB + 1_000));
const noise = bytesOf(noiseFile('noise', MiB + 100));
const own = (bytes: Uint8Array) => new Uint8Array(bytes);

const zip = zipOf([
  { name: 'a/big.log', data: log },
  { name: 'a/stored.bin', data: noise, method: 0 },
  { name: 'a/', data: '', method: 0, mode: 0o40755 },
  { name: 'a/empty', data: '' },
  { name: 'été.txt', data: 'UTF-8' },
]);
/** Twenty of them. */
const members = own(
  Buffer.concat(Array.from({ length: 20 }, (_, i) => gzipSync(log.subarray(i * 10_000, (i + 1) * 10_000)))),
);

const over = (...files: GateFile[]): Work => ({ files, input: (refs) => ({ files: refs }) });
const limited = (work: BadWork, limits: object): BadWork => ({
  ...work,
  input: (refs) => ({ files: refs, ...limits }),
});
const bad = (file: GateFile, ...names: (string | RegExp)[]): BadWork => ({
  ...over(file),
  names: [file.name, ...names],
});
const badEntry = (entry: Made, ...names: (string | RegExp)[]) =>
  bad(bytesFile('bad.zip', zipOf([{ name: 'good', data: 'good' }, entry])), ...names);

const changed = (bytes: Uint8Array, at: number) => {
  const copy = own(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x55;
  return copy;
};

/** 128 MiB of nothing, in 128 KiB. */
function bomb(): Uint8Array<ArrayBuffer> {
  const zeros = deflateRawSync(Buffer.alloc(16 * MiB), { finishFlush: 3 });
  return own(Buffer.concat([...Array.from({ length: 8 }, () => zeros), deflateRawSync('')]));
}
const BOMB = 128 * MiB;
const packedBomb = bomb();
const gzipBomb = own(Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), packedBomb, Buffer.alloc(8)]));
const overlapping: Made[] = Array.from({ length: 1_000 }, (_, index) => ({
  name: `file ${index}`,
  data: '',
  packed: index === 0 ? packedBomb : new Uint8Array(),
  compressed: packedBomb.length,
  size: BOMB,
  offset: 0,
}));

export const gate: Gate = {
  works: {
    'a ZIP': over(bytesFile('archive.zip', zip)),
    'a ZIP, twenty gzip members, and one more': over(
      bytesFile('x/one.zip', zip),
      bytesFile('x/members.gz', members),
      bytesFile('x/one member.gz', own(gzipSync(log))),
    ),
  },
  bad: {
    'a text': bad(textFile('a.txt', 'no archive at all, but long enough to be one'), 'End of central directory'),
    nothing: bad(textFile('nothing.zip', ''), 'not recognized'),
    'another kind of archive': bad(bytesFile('a.7z', Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4)), '7z'),
    'a ZIP that is cut off': bad(bytesFile('cut.zip', own(zip.subarray(0, zip.length - 100))), 'central directory'),
    'a path that climbs': badEntry({ name: '../../evil', data: 'x' }, 'entry 2', '../../evil', 'leave its folder'),
    'a path that climbs with backslashes': badEntry(
      { name: 'a\\..\\..\\evil', data: 'x' },
      'entry 2',
      'leave its folder',
    ),
    'an absolute path': badEntry({ name: '/etc/passwd', data: 'x' }, 'entry 2', '/etc/passwd', 'absolute'),
    'a drive': badEntry({ name: 'C:\\evil', data: 'x' }, 'entry 2', 'absolute'),
    'a drive behind a step to nowhere': badEntry({ name: './C:/evil', data: 'x' }, 'entry 2', 'absolute'),
    'a symbolic link': badEntry({ name: 'link', data: '/etc/passwd', mode: 0o120777 }, 'entry 2', 'link', 'symbolic'),
    'a device': badEntry({ name: 'null', data: '', mode: 0o20666 }, 'entry 2', 'null', 'neither'),
    'an encrypted file': badEntry({ name: 'secret', data: 'x', flags: 1 }, 'entry 2', 'secret', 'encrypted'),
    'an unknown compression': badEntry({ name: 'odd', data: 'x', method: 98 }, 'entry 2', 'odd', 'method 98'),
    'a name that comes twice': badEntry({ name: 'good', data: 'x' }, 'entry 2', 'good', 'twice'),
    'a name that comes twice, written otherwise': badEntry(
      { name: './/good', data: 'x' },
      'entry 2',
      './/good',
      'twice',
    ),
    'a name without a step': badEntry({ name: './.', data: 'x' }, 'entry 2', './.', 'none'),
    'a wrong checksum': badEntry({ name: 'damaged', data: 'x', crc: 1 }, 'entry 2', 'damaged', /byte \d+/, 'checksum'),
    'a wrong size': badEntry({ name: 'short', data: 'xxx', size: 4 }, 'entry 2', 'short', '4 bytes'),
    'a size that is too small': badEntry({ name: 'long', data: 'xxx', size: 2 }, 'entry 2', 'long', '2 bytes'),
    'damaged data': badEntry(
      { name: 'damaged', data: '', packed: Uint8Array.of(7, 7, 7) },
      'entry 2',
      'damaged',
      'byte',
    ),
    'an entry beyond the end': badEntry({ name: 'far', data: 'x', compressed: 99_999 }, 'far', /byte \d+/),
    'entries that share their bytes': bad(bytesFile('bomb.zip', zipOf(overlapping)), 'file 1', 'overlaps'),
    'a bomb in a ZIP': bad(
      bytesFile('bomb.zip', zipOf([{ name: 'zeros', data: '', packed: packedBomb, size: BOMB }])),
      'zeros',
      '250 times',
    ),
    'a bomb in a gzip': bad(bytesFile('bomb.gz', gzipBomb), '250 times'),
    'more than may come out in all': limited(
      bad(
        bytesFile('two.zip', zipOf(['one', 'two'].map((name) => ({ name, data: 'x'.repeat(600) })))),
        'entry 2',
        'two',
        '1.0 kB',
      ),
      { limit_bytes: 1_000 },
    ),
    'more entries than are taken': bad(
      bytesFile('many.zip', zipOf(Array.from({ length: 20_001 }, (_, n) => ({ name: `${n}`, data: '', method: 0 })))),
      'more than 20000 entries',
    ),
    'a gzip that is cut off': bad(
      bytesFile('cut.gz', own(members.subarray(0, members.length - 9))),
      /byte \d+/,
      'middle',
    ),
    'a gzip that is damaged': bad(bytesFile('bad.gz', changed(members, members.length - 6)), /byte \d+/, 'incorrect'),
    'a Zstandard that asks for too much': bad(
      bytesFile('greedy.zst', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0, 0, 0, 0)),
      'byte 0',
      '2147483648 bytes',
    ),
    'a Zstandard that is cut off': bad(
      bytesFile('cut.zst', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0x41, 0, 0, 1)),
      'byte 10',
    ),
  },
  big(bytes) {
    const piece = bytesOf(linesFile('log', 8 * MiB));
    const packed = own(gzipSync(piece));
    const times = Math.ceil(bytes / packed.length);
    const file = {
      name: 'big.gz',
      *parts() {
        for (let i = 0; i < times; i += 1) yield packed;
      },
    };
    return over(file);
  },
};
