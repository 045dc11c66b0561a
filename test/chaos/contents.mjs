/** The input files, and what each job makes of its input, computed without the product. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** @typedef {{ name: string, size: number, seed: number }} Content an input file: its bytes follow from the seed */
/** @typedef {{ status: 'completed' | 'failed', result: unknown, files: Record<string, string>, error?: string }} Expected how an undisturbed task ends */

/**
 * Xorshift over 32 bits, little-endian. `probe.js` makes the same bytes in the browser.
 *
 * @param {Content} content
 */
export function bytesOf({ size, seed }) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let x = seed | 1;
  for (let i = 0; i < words.length; i += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, size);
}

const lists = {
  sha256: 'SHA256SUMS',
  sha1: 'SHA1SUMS',
  sha512: 'SHA512SUMS',
  md5: 'MD5SUMS',
  crc32: 'checksums.sfv',
};

/** @typedef {keyof typeof lists} Algorithm */

/**
 * @param {Algorithm} algorithm
 * @param {Uint8Array} bytes
 */
const digestOf = (algorithm, bytes) =>
  algorithm === 'crc32'
    ? crc32(bytes).toString(16).padStart(8, '0')
    : createHash(algorithm).update(bytes).digest('hex');

/** @typedef {{ algorithm: Algorithm, files: Content[] }} ChecksumWork */

/**
 * @param {ChecksumWork} work
 * @returns {Expected}
 */
export function checksumOf({ algorithm, files }) {
  /** @type {Map<number, string>} */
  const known = new Map();
  const sums = files.map((content) => {
    const digest = known.get(content.seed) ?? digestOf(algorithm, bytesOf(content));
    known.set(content.seed, digest);
    return { name: content.name, size: content.size, digest };
  });
  const lines = sums.map(({ name, digest }) =>
    algorithm === 'crc32' ? `${name} ${digest.toUpperCase()}\r\n` : `${digest}  ${name}\n`,
  );
  return {
    status: 'completed',
    result: { algorithm, files: sums },
    files: { [lists[algorithm]]: lines.join('') },
  };
}
