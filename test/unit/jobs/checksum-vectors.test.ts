/** What others publish of the digests, and what others compute. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { blake3 } from '@noble/hashes/blake3.js';
import nist from 'hash-test-vectors';
import { expect, test } from 'vitest';
import { job } from '../../../workers/jobs/checksum/run.ts';
import type { Algorithm } from '../../../workers/jobs/checksum/spec.ts';
import { hasherOf } from '../../../workers/jobs/hashing/hashers.ts';
import { type Bytes, refsTo, undisturbed } from './harness.ts';

/** What a task makes of all of them. */
async function digestsOf(algorithm: Algorithm, inputs: Bytes[]): Promise<string[]> {
  const sources = Object.fromEntries(inputs.map((bytes, index) => [`file ${index}`, bytes]));
  const { result } = await undisturbed(job, { files: refsTo(sources), algorithm }, { sources });
  return (result as { files: { digest: string }[] }).files.map(({ digest }) => digest);
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const shas = ['sha1', 'sha256', 'sha512'] as const;

test.each([...shas, 'md5'] as const)('%s of the files that NIST publishes for it', async (algorithm) => {
  const inputs = nist.map(({ input }) => new Uint8Array(Buffer.from(input, 'base64')));
  expect(inputs.length).toBeGreaterThan(190);
  expect(await digestsOf(algorithm, inputs)).toEqual(nist.map((vector) => vector[algorithm]));
});

/** SHAVS, 6.2 and 6.3: every length in bytes up to a block, then longer ones in steps of 99. */
function messages(block: number): Bytes[] {
  const lengths = [...Array(block + 1).keys(), ...Array.from({ length: block }, (_, i) => block + 99 * (i + 1))];
  let x = block;
  return lengths.map((length) =>
    Uint8Array.from({ length }, () => {
      x = (Math.imul(x, 1664525) + 1013904223) | 0;
      return x >>> 24;
    }),
  );
}

test.each([...shas, 'md5'] as const)(
  '%s of messages of every length that NIST asks for is what Node says',
  async (algorithm) => {
    const inputs = messages(algorithm === 'sha512' ? 128 : 64);
    const expected = inputs.map((input) => createHash(algorithm).update(input).digest('hex'));
    expect(await digestsOf(algorithm, inputs)).toEqual(expected);
  },
);

// SHAVS, 6.4: the seeds of its response files, and the first digest there.
const MONTE_CARLO = {
  sha1: ['dd4df644eaf3d85bace2b21accaa22b28821f5cd', '11f5c38b4479d4ad55cb69fadf62de0b036d5163'],
  sha256: [
    '6d1e72ad03ddeb5de891e572e2396f8da015d899ef0e79503152d6010a3fe691',
    'e93c330ae5447738c8aa85d71a6c80f2a58381d05872d26bdd39f1fcd4f2b788',
  ],
  sha512: [
    '5c337de5caf35d18ed90b5cddfce001ca1b8ee8602f367e7c24ccca6f893802fb1aca7a3dae32dcd60800a59959bc540d63237876b799229ae71a2526fbc52cd',
    'ada69add0071b794463c8806a177326735fa624b68ab7bcab2388b9276c036e4eaaff87333e83c81c0bca0359d4aeebcbcfd314c0630e0c2af68c1fb19cc470e',
  ],
} as const;

/** A hundred digests, a thousand rounds apart: each is of the three before it. */
function monteCarlo(seed: string, digest: (message: Buffer) => Uint8Array): string[] {
  const found: string[] = [];
  let last: Uint8Array = Buffer.from(seed, 'hex');
  for (let count = 0; count < 100; count += 1) {
    let before = [last, last, last];
    for (let round = 0; round < 1_000; round += 1) {
      last = digest(Buffer.concat(before));
      before = [...before.slice(1), last];
    }
    found.push(hex(last));
  }
  return found;
}

test.each(shas)(
  '%s through the Monte Carlo test of NIST is what is published, and what Node says',
  async (algorithm) => {
    const [seed, first] = MONTE_CARLO[algorithm];
    const hasher = await hasherOf(algorithm);
    const ours = monteCarlo(seed, (message) => hasher.init().update(message).digest('binary'));
    expect(ours[0]).toBe(first);
    expect(ours).toEqual(monteCarlo(seed, (message) => createHash(algorithm).update(message).digest()));
  },
);

// The lengths of BLAKE3's test_vectors.json: around blocks of 64 bytes, chunks of 1,024 and whole trees of them.
const LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 2048, 2049, 3072, 3073].concat(
  [4096, 4097, 5120, 5121, 6144, 6145, 7168, 7169, 8192, 8193, 16384, 31744, 102400],
);

test('BLAKE3 of files as long as its published ones is what another implementation says', async () => {
  const inputs = LENGTHS.map((length): Bytes => Uint8Array.from({ length }, (_, index) => index % 251));
  expect(await digestsOf('blake3', inputs)).toEqual(inputs.map((input) => hex(blake3(input))));
});

test('CRC-32 of files of many lengths is what zlib says', async () => {
  const inputs = messages(64);
  expect(await digestsOf('crc32', inputs)).toEqual(inputs.map((input) => crc32(input).toString(16).padStart(8, '0')));
});

// `xxhsum --check-all`, or xsum_sanity_check.c: the bytes, and XXH3_64bits of so many of them.
const XXH3: [number, string][] = [
  [1, 'c44bdff4074eecdb'],
  [6, '27b56a84cd2d7325'],
  [12, 'a713daf0dfbb77e7'],
  [24, 'a3fe70bf9d3510eb'],
  [48, '397da259ecba1f11'],
  [80, 'bcdefbbb2c47c90a'],
  [195, 'cd94217ee362ec3a'],
  [403, 'cdeb804d65c6dea4'],
  [512, '617e49599013cb6b'],
  [2048, 'dd59e2c3a5f038e0'],
  [2240, '6e73a90539cf2948'],
  [2367, 'cb37aeb9e5d361ed'],
];

test('XXH3 of the bytes that its own check hashes', async () => {
  let generator = 2654435761n;
  const bytes = Uint8Array.from({ length: 2367 }, () => {
    const byte = Number(generator >> 56n);
    generator = BigInt.asUintN(64, generator * 11400714785074694797n);
    return byte;
  });
  const inputs = XXH3.map(([length]) => bytes.slice(0, length));
  expect(await digestsOf('xxh3', inputs)).toEqual(XXH3.map(([, digest]) => digest));
});
