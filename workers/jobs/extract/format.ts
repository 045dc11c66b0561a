/** What kind of archive a file is, and what comes out of it is called. */
import { isFrame, isSkippable, numberAt } from './zstd.ts';

export type Format = 'zip' | 'gzip' | 'zstd';

/** How other archives begin. */
const OTHERS: [name: string, bytes: number[]][] = [
  ['a 7z archive', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['a RAR archive', [0x52, 0x61, 0x72, 0x21]],
  ['an xz file', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['a bzip2 file', [0x42, 0x5a, 0x68]],
  ['an LZ4 file', [0x04, 0x22, 0x4d, 0x18]],
];

/** By its first bytes. A ZIP may have anything before it: whether it is one shows at its end. */
export function formatOf(head: Uint8Array): Format {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  const magic = numberAt(head, 0, 4);
  if (isFrame(magic) || isSkippable(magic)) return 'zstd';
  const other = OTHERS.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte));
  if (other) throw new Error(`it is ${other[0]}; ZIP, gzip and Zstandard are known here`);
  return 'zip';
}

const ENDINGS: [RegExp, string][] = [
  [/\.(?:zip|gz|gzip|zst|zstd)$/i, ''],
  [/\.(?:tgz|tzst)$/i, '.tar'],
  [/\.svgz$/i, '.svg'],
];

/** `a/logs.gz` → `a/logs`, `photos.zip` → `photos`. */
export function unpackedName(name: string): string {
  for (const [ending, replacement] of ENDINGS) {
    const plain = name.replace(ending, replacement);
    if (plain !== name && !/(?:^|\/)$/.test(plain)) return plain;
  }
  return `${name}.out`;
}
