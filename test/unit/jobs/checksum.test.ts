import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { job } from '../../../workers/jobs/checksum/run.ts';
import type { Algorithm } from '../../../workers/jobs/checksum/spec.ts';
import {
  type Bytes,
  bytes,
  fileOf,
  killedAgainAndAgain,
  killedAt,
  refsTo,
  type Sources,
  undisturbed,
} from './harness.ts';

const MIB = 1024 * 1024;
const algorithms: Algorithm[] = ['sha256', 'sha1', 'sha512', 'md5', 'crc32', 'blake3', 'xxh3'];
const random = (size: number): Bytes => new Uint8Array(randomBytes(size));
const inputOf = (sources: Sources, algorithm: Algorithm) => ({ files: refsTo(sources), algorithm });
const checksums = (sources: Sources, algorithm: Algorithm) =>
  undisturbed(job, inputOf(sources, algorithm), { sources });
const digestOf = async (algorithm: Algorithm, data: Bytes) => {
  const { result } = await checksums({ file: data }, algorithm);
  return (result as { files: { digest: string }[] }).files[0]?.digest;
};

/** A context for a test that drives the generator itself. */
const bare = {
  signal: new AbortController().signal,
  resumeFrom: null,
  log: () => {},
  output: async () => ({ size: 0, write: async () => {}, close: async () => {} }),
  task_id: 'task',
  randomOutput: () => Promise.reject(new Error('a checksum writes nothing in place')),
  lasting: () => Promise.reject(new Error('a checksum outlasts nothing')),
};

describe('a digest is the published one', () => {
  // SHA: FIPS 180-4 examples. MD5: RFC 1321. BLAKE3: its test_vectors.json (bytes 0, 1 … 250 over and over). CRC-32: the check value. XXH3: xxhsum -H3.
  const counted = (size: number): Bytes => Uint8Array.from({ length: size }, (_, index) => index % 251);
  test.each<[Algorithm, string, Bytes, string]>([
    ['sha256', 'nothing', bytes(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['sha256', 'abc', bytes('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'sha256',
      'a million a',
      bytes('a'.repeat(1e6)),
      'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
    ],
    ['sha1', 'nothing', bytes(''), 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['sha1', 'abc', bytes('abc'), 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      'sha512',
      'abc',
      bytes('abc'),
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    ['md5', 'nothing', bytes(''), 'd41d8cd98f00b204e9800998ecf8427e'],
    ['md5', 'abc', bytes('abc'), '900150983cd24fb0d6963f7d28e17f72'],
    ['crc32', 'nothing', bytes(''), '00000000'],
    ['crc32', '123456789', bytes('123456789'), 'cbf43926'],
    ['blake3', 'nothing', counted(0), 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
    ['blake3', 'abc', bytes('abc'), '6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85'],
    ['blake3', '1,024 bytes', counted(1024), '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
    ['blake3', '31,744 bytes', counted(31744), '62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47'],
    ['xxh3', 'nothing', bytes(''), '2d06800538d394c2'],
    ['xxh3', 'abc', bytes('abc'), '78af5f94892f3950'],
  ])('%s of %s', async (algorithm, _, data, digest) => {
    expect(await digestOf(algorithm, data)).toBe(digest);
  });

  test.each(['sha256', 'sha1', 'sha512', 'md5'] as const)('%s of anything is what Node says', async (algorithm) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (data) => {
        expect(await digestOf(algorithm, new Uint8Array(data))).toBe(createHash(algorithm).update(data).digest('hex'));
      }),
      { numRuns: 50 },
    );
  });

  test.each([4 * MIB - 1, 4 * MIB, 4 * MIB + 1, 8 * MIB, 9 * MIB])(
    'also of a file of %i bytes, read in chunks',
    async (size) => {
      const data = random(size);
      expect(await digestOf('sha1', data)).toBe(createHash('sha1').update(data).digest('hex'));
    },
  );
});

describe('killed at any yield', () => {
  test.each(algorithms)('%s ends with the same list and result', async (algorithm) => {
    const sources = { 'big.bin': random(8 * MIB + 1), 'back\\slash': random(10), empty: random(0) };
    const input = inputOf(sources, algorithm);
    const whole = await undisturbed(job, input, { sources });
    expect(whole.yields).toHaveLength(5);
    for (const n of [0, 1, 2, 3, 4, 5]) {
      const { result, outputs } = await killedAt(job, input, { sources }, n);
      expect(outputs).toEqual(whole.outputs);
      expect(result).toEqual(whole.result);
    }
    const { result, outputs } = await killedAgainAndAgain(job, input, { sources });
    expect({ result, outputs }).toEqual({ result: whole.result, outputs: whole.outputs });
  });

  test('a resume reads nothing twice', async () => {
    const sources = { first: random(10), second: random(12 * MIB) };
    const reads: [string, number][] = [];
    const { yields } = await killedAt(
      job,
      inputOf(sources, 'xxh3'),
      {
        async file(ref) {
          const { read, ...file } = fileOf(sources, ref);
          return {
            ...file,
            read(start, end) {
              reads.push([file.name, start]);
              return read(start, end);
            },
          };
        },
      },
      3,
    );
    // The third chunk was being read ahead when the worker died.
    expect(reads).toEqual([
      ['first', 0],
      ['second', 0],
      ['second', 4 * MIB],
      ['second', 8 * MIB],
      ['second', 8 * MIB],
    ]);
    expect(yields.map(({ done }) => done)).toEqual([10 + 12 * MIB]);
  });

  test('a file whose state was saved by another build of the library is read again from its start, and the log says so', async () => {
    const sources = { 'a.bin': random(9 * MIB) };
    const { result, logs } = await killedAt(job, inputOf(sources, 'blake3'), { sources }, 2, ({ file }) =>
      file?.state.fill(7, 0, 4),
    );
    expect(result).toEqual((await checksums(sources, 'blake3')).result);
    expect(logs).toMatchObject([
      { level: 'warn', message: expect.stringContaining('a.bin is read again from its start') },
    ]);
  });
});

describe('progress', () => {
  test('counts bytes over all files and names the file at hand', async () => {
    const { yields } = await checksums({ 'dir/a.bin': random(5 * MIB), empty: random(0), b: random(7) }, 'xxh3');
    const total = 5 * MIB + 7;
    expect(yields).toMatchObject([
      { done: 4 * MIB, total, unit: 'bytes', message: 'dir/a.bin' },
      { done: 5 * MIB, total, unit: 'bytes', message: 'dir/a.bin' },
      { done: 5 * MIB, total, unit: 'bytes', message: 'empty' },
      { done: total, total, unit: 'bytes', message: 'b' },
    ]);
  });

  test('says how many of many files are opened', async () => {
    const sources = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`${index}`, bytes('x')]));
    const { yields, result } = await checksums(sources, 'md5');
    expect(yields.slice(0, 2)).toEqual([
      { done: 0, unit: 'bytes', message: '100 of 250 files opened' },
      { done: 0, unit: 'bytes', message: '200 of 250 files opened' },
    ]);
    expect(result).toMatchObject({ files: { length: 250 } });
  });
});

test('a file is read one chunk ahead and no further, whatever its size', async () => {
  const sources = { a: random(20 * MIB) };
  let asked = 0;
  const run = job.run(v.parse(job.input, inputOf(sources, 'xxh3')), {
    ...bare,
    async file(ref) {
      const { read, ...file } = fileOf(sources, ref);
      return {
        ...file,
        read(start, end) {
          asked = Math.max(asked, end);
          return read(start, end);
        },
      };
    },
  });
  const ahead: number[] = [];
  for await (const { done } of run) ahead.push(asked - done);
  expect(ahead).toEqual([4 * MIB, 4 * MIB, 4 * MIB, 4 * MIB, 0]);
});

test('a file that cannot be read fails the task with its reason', async () => {
  const sources = { a: random(9 * MIB) };
  const file = async () => ({
    ...fileOf(sources, { file_id: 'a' }),
    read: (start: number) =>
      start > 0 ? Promise.reject(new Error('a has changed')) : Promise.resolve(new Uint8Array(4 * MIB)),
  });
  await expect(undisturbed(job, inputOf(sources, 'md5'), { file })).rejects.toThrow('a has changed');
});

test('a job that is stopped before it comes to a broken chunk does not mind it', async () => {
  const sources = { a: random(9 * MIB) };
  let fail = (_: Error) => {};
  const broken = new Promise<Uint8Array>((_, reject) => {
    fail = reject;
  });
  const file = async () => ({
    ...fileOf(sources, { file_id: 'a' }),
    read: (start: number) => (start > 0 ? broken : Promise.resolve(new Uint8Array(4 * MIB))),
  });
  const run = job.run(v.parse(job.input, inputOf(sources, 'md5')), { ...bare, file });
  await run.next();
  fail(new Error('a has changed'));
  expect(await run.return({ algorithm: 'md5', files: [] })).toEqual({
    done: true,
    value: { algorithm: 'md5', files: [] },
  });
});

test.each([{}, { files: [] }, { files: [{ file_id: '' }] }, { files: [{ file_id: 'a' }], algorithm: 'md4' }])(
  '%o is no input of a checksum',
  (input) => {
    expect(v.is(job.input, input)).toBe(false);
  },
);

test('20,000 files are taken, one more is refused', () => {
  const files = Array.from({ length: 20_001 }, (_, index) => ({ file_id: `${index}` }));
  expect(v.is(job.input, { files: files.slice(1) })).toBe(true);
  expect(v.is(job.input, { files })).toBe(false);
});
