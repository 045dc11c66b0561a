/** What people call them, in any language. */
export const algorithmNames: Record<string, string> = {
  sha256: 'SHA-256',
  sha1: 'SHA-1',
  sha512: 'SHA-512',
  md5: 'MD5',
  crc32: 'CRC-32',
  blake3: 'BLAKE3',
  xxh3: 'XXH3',
};
