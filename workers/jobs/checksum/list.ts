/** The file that a checksum task writes: one line a file, as the tool that checks it reads it. */
import type { Algorithm } from './spec.ts';

export const listNames: Record<Algorithm, string> = {
  blake3: 'B3SUMS',
  crc32: 'checksums.sfv',
  md5: 'MD5SUMS',
  sha1: 'SHA1SUMS',
  sha256: 'SHA256SUMS',
  sha512: 'SHA512SUMS',
  xxh3: 'XXH3SUMS',
};

export function lineOf(algorithm: Algorithm, name: string, digest: string): string {
  switch (algorithm) {
    case 'crc32':
      return sfv(name, digest);
    case 'blake3':
      // b3sum refuses the whole list if it finds any other escape.
      return escaped(name, ['\\', '\n'], (safe) => `${digest}  ${safe}`);
    case 'xxh3':
      // xxhsum takes a bare digest of this length for XXH64; only a tagged line says which it is.
      return escaped(name, ['\\', '\n', '\r'], (safe) => `XXH3 (${safe}) = ${digest}`);
    default:
      return escaped(name, ['\\', '\n', '\r'], (safe) => `${digest}  ${safe}`);
  }
}

const escapes = { '\\': '\\\\', '\n': '\\n', '\r': '\\r' };

/** As coreutils does it: a line with an escaped name starts with a backslash. */
function escaped(name: string, special: (keyof typeof escapes)[], line: (safe: string) => string): string {
  const safe = special.reduce((text, character) => text.replaceAll(character, escapes[character]), name);
  return `${safe === name ? '' : '\\'}${line(safe)}\n`;
}

/** The format has no escapes: a leading semicolon would make a comment, and a name with a line break can only be one. */
function sfv(name: string, digest: string): string {
  if (!isListable('crc32', name)) return `; left out, its name has a line break: ${JSON.stringify(name)}\r\n`;
  return `${name.startsWith(';') ? './' : ''}${name} ${digest.toUpperCase()}\r\n`;
}

/** Whether a list of this algorithm can name the file. */
export const isListable = (algorithm: Algorithm, name: string) => algorithm !== 'crc32' || !/[\r\n]/.test(name);
