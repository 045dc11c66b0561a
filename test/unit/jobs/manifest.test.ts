import { expect, test } from 'vitest';
import { claimsIn, isManifest, textOf } from '../../../workers/jobs/verify/manifest.ts';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const claims = (name: string, text: string) =>
  [...claimsIn(name, text)]
    .filter((claim) => claim !== null)
    .map(({ path, algorithm, digest }) => [path, algorithm, digest]);

test.each([
  'SHA256SUMS',
  'a/b/MD5SUMS',
  'B3SUMS',
  'sha512sums.txt',
  'SHA256SUMS.asc',
  'photos.sfv',
  'disk.iso.sha256',
  'disk.iso.md5',
  'disk.iso.sha1sum',
  'openssl-SHA256SUM',
  'x.blake3',
])('%s is a list', (name) => expect(isManifest(name)).toBe(true));

test.each(['md5.c', 'a.txt', 'SHA256SUMS.bak', 'sums', 'amd5', 'README.md'])('%s is no list', (name) =>
  expect(isManifest(name)).toBe(false),
);

test.each<[what: string, name: string, text: string, path: string, algorithm: string, digest: string]>([
  ['GNU', 'SHA256SUMS', `${SHA256}  a b.txt\n`, 'a b.txt', 'sha256', SHA256],
  ['GNU, binary', 'SHA256SUMS', `${SHA256} *a.txt\n`, 'a.txt', 'sha256', SHA256],
  ['two spaces that are a part of the name', 'SHA256SUMS', `${SHA256}    a\n`, '  a', 'sha256', SHA256],
  ['one space, as md5 -r writes it', 'x.md5', `${MD5} a b\n`, 'a b', 'md5', MD5],
  ['a tab', 'x.md5', `${MD5}\ta b\n`, 'a b', 'md5', MD5],
  ['space before the line', 'x.md5', ` \t${MD5}  a b\n`, 'a b', 'md5', MD5],
  ['escaped', 'MD5SUMS', `\\${MD5}  a\\\\b\\nc\\rd\n`, 'a\\b\nc\rd', 'md5', MD5],
  ['not escaped', 'MD5SUMS', `${MD5}  a\\nb\n`, 'a\\nb', 'md5', MD5],
  ['BSD', 'CHECKSUMS.md5', `MD5 (a) b) = ${MD5}\n`, 'a) b', 'md5', MD5],
  ['BSD, escaped', 'x.md5', `\\MD5 (a\\nb) = ${MD5}\n`, 'a\nb', 'md5', MD5],
  ['OpenSSL', 'x.sha256', `SHA2-256(a)= ${SHA256}\n`, 'a', 'sha256', SHA256],
  ['BLAKE3 by the list’s name', 'B3SUMS', `${SHA256}  a\n`, 'a', 'blake3', SHA256],
  ['capitals', 'MD5SUMS', `${MD5.toUpperCase()}  a\n`, 'a', 'md5', MD5],
  ['line ends of Windows', 'MD5SUMS', `${MD5}  a\r\n`, 'a', 'md5', MD5],
  ['no line end', 'MD5SUMS', `${MD5}  a`, 'a', 'md5', MD5],
  ['SFV', 'x.sfv', '; made by\r\n a b.txt   CBF43926\r\n', ' a b.txt', 'crc32', 'cbf43926'],
  ['SFV with folders of Windows', 'x.sfv', 'a\\b.txt CBF43926\r\n', 'a/b.txt', 'crc32', 'cbf43926'],
  ['SFV of a name that looks like a digest', 'x.sfv', '00000000  a CBF43926', '00000000  a', 'crc32', 'cbf43926'],
  ['a digest alone', 'dir/disk.iso.sha256', `${SHA256}\n`, 'disk.iso', 'sha256', SHA256],
  [
    'a signed list',
    'SHA256SUMS.asc',
    `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# a: 0 bytes\n${SHA256}  a\n-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n`,
    'a',
    'sha256',
    SHA256,
  ],
])('%s', (_, name, text, path, algorithm, digest) => {
  expect(claims(name, text)).toEqual([[path, algorithm, digest]]);
});

test.each<[what: string, bytes: number[]]>([
  ['UTF-8', [0xef, 0xbb, 0xbf, 0xc3, 0xa9]],
  ['UTF-16, little end first', [0xff, 0xfe, 0xe9, 0]],
  ['UTF-16, big end first', [0xfe, 0xff, 0, 0xe9]],
])('a mark at the beginning is none of the text: %s', (_, bytes) => {
  expect(textOf(Uint8Array.from(bytes))).toBe('é');
});

test.each([
  ['a word', 'hello', 'no line of a list'],
  ['a digest of another length', `${MD5.slice(1)}  a`, '31 digits'],
  ['a digest of another algorithm', `MD5 (a) = ${SHA256}`, '64 digits is no md5'],
  ['an algorithm that is not known', `SHA3-256 (a) = ${SHA256}`, 'SHA3-256'],
  ['a line without an end', 'x'.repeat(1e6), '1000000 characters'],
])('%s is refused with its line', (_, line, why) => {
  expect(() => claims('dir/MD5SUMS', `${MD5}  a\n\n${line}\n`)).toThrow(/^dir\/MD5SUMS, line 3: /);
  expect(() => claims('dir/MD5SUMS', line)).toThrow(why);
});
