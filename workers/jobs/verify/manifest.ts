/** Lists of checksums, as sha256sum, b3sum, md5 of BSD, cksfv and their like write them. */
import type { Algorithm } from '../checksum/spec.ts';

/** What a line of a list says of a file. */
export interface Claim {
  /** As the list has it. */
  path: string;
  algorithm: Algorithm;
  /** Lower-case hex. */
  digest: string;
  line: number;
}

/** A line is none of a list. */
export class NoClaim extends Error {
  override name = 'NoClaim';
}

/** The names that lists have: SHA256SUMS, B3SUMS.txt, photos.sfv, disk.iso.sha256 … */
const NAME = /(?:^|[/._-])(md5|sha1|sha256|sha512|b3|blake3|xxh3|sfv)(?:sums?)?(?:\.(?:txt|asc))?$|\.(sfv)$/i;
const BY_NAME: Record<string, Algorithm> = {
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
  sha512: 'sha512',
  b3: 'blake3',
  blake3: 'blake3',
  xxh3: 'xxh3',
  sfv: 'crc32',
};
const HEX_DIGITS: Record<Algorithm, number> = {
  crc32: 8,
  xxh3: 16,
  md5: 32,
  sha1: 40,
  sha256: 64,
  blake3: 64,
  sha512: 128,
};
/** What a digest is when nothing else tells. */
const BY_DIGITS = new Map<number, Algorithm>([
  [8, 'crc32'],
  [16, 'xxh3'],
  [32, 'md5'],
  [40, 'sha1'],
  [64, 'sha256'],
  [128, 'sha512'],
]);

const TAGGED = /^(\\?)([A-Za-z][\w-]*) ?\((.*)\) ?= ([\da-fA-F]+)$/;
/** BSD's `md5 -r` has one space, other tools a tab. */
const PLAIN = /^[ \t]*(\\?)([\da-fA-F]{8,})(?: [ *]|[ \t])(.+)$/;
const LAST = /[ \t][\da-fA-F]{8}$/;
const MAX_LINE = 8_192;
const ALONE = /^[\da-fA-F]{32,128}$/;

/** By its name: only its first line shows whether it is one. */
export const isManifest = (name: string): boolean => NAME.test(name);

/** Decodes a list: UTF-8, or UTF-16 behind its mark, as PowerShell writes it. */
export function textOf(bytes: Uint8Array): string {
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  return new TextDecoder(mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8').decode(bytes);
}

/** The claims of a list, line by line; null for a line that makes none. Throws `NoClaim` with the list's name and the line. */
export function* claimsIn(name: string, text: string): Generator<Claim | null> {
  const hint = BY_NAME[NAME.exec(name)?.slice(1).find(Boolean)?.toLowerCase() ?? ''] ?? null;
  let signature = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\r$/, '');
    if (line.startsWith('-----BEGIN PGP SIGNATURE')) signature = true;
    if (signature || /^(?:\s*$|#|;|-----BEGIN PGP|Hash: )/.test(line)) {
      yield null;
      continue;
    }
    const claim = claimOf(line, hint, name);
    if (typeof claim === 'string') throw new NoClaim(`${name}, line ${index + 1}: ${claim}: ${shown(line)}`);
    yield { ...claim, line: index + 1 };
  }
}

/** What a line says, or what is wrong with it. */
function claimOf(line: string, hint: Algorithm | null, list: string): Omit<Claim, 'line'> | string {
  if (line.length > MAX_LINE) return `a line of ${line.length} characters is too long`;
  const tagged = TAGGED.exec(line);
  if (tagged) {
    const [, escaped, tag = '', path = '', digest = ''] = tagged;
    const algorithm = BY_NAME[tag.toLowerCase().replace(/^sha2?-/, 'sha')];
    return algorithm ? checked(path, algorithm, digest, Boolean(escaped)) : `${tag} is no checksum that is known here`;
  }
  const plain = PLAIN.exec(line);
  if (plain && hint !== 'crc32') {
    const [, escaped, digest = '', path = ''] = plain;
    return checked(path, hint ?? BY_DIGITS.get(digest.length) ?? null, digest, Boolean(escaped));
  }
  if (LAST.test(line) && (hint === 'crc32' || hint === null)) {
    return checked(line.slice(0, -8).trimEnd().replaceAll('\\', '/'), 'crc32', line.slice(-8), false);
  }
  // The whole of `disk.iso.sha256` may be a digest: it is that of `disk.iso`.
  if (ALONE.test(line)) {
    const path = (list.split('/').at(-1) ?? '').replace(/\.[^.]+$/, '');
    return checked(path, hint ?? BY_DIGITS.get(line.length) ?? null, line, false);
  }
  return 'this is no line of a list of checksums';
}

function checked(path: string, algorithm: Algorithm | null, digest: string, escaped: boolean) {
  if (!algorithm || digest.length !== HEX_DIGITS[algorithm]) {
    return `a checksum of ${digest.length} digits is no ${algorithm ?? 'checksum that is known here'}`;
  }
  return { path: escaped ? unescaped(path) : path, algorithm, digest: digest.toLowerCase() };
}

const unescaped = (path: string) => path.replace(/\\([\\nr])/g, (_, c) => (c === 'n' ? '\n' : c === 'r' ? '\r' : '\\'));

const shown = (line: string) => JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
