import type { IHasher } from 'hash-wasm';
import type { Algorithm } from '../checksum/spec.ts';

// The package's main file holds every algorithm in one module, which no bundler can split; these files hold one each.
const hashers: Record<Algorithm, () => Promise<IHasher>> = {
  blake3: async () => (await import('hash-wasm/dist/blake3.umd.min.js')).createBLAKE3(),
  crc32: async () => (await import('hash-wasm/dist/crc32.umd.min.js')).createCRC32(),
  md5: async () => (await import('hash-wasm/dist/md5.umd.min.js')).createMD5(),
  sha1: async () => (await import('hash-wasm/dist/sha1.umd.min.js')).createSHA1(),
  sha256: async () => (await import('hash-wasm/dist/sha256.umd.min.js')).createSHA256(),
  sha512: async () => (await import('hash-wasm/dist/sha512.umd.min.js')).createSHA512(),
  xxh3: async () => (await import('hash-wasm/dist/xxhash3.umd.min.js')).createXXHash3(),
};

/** An incremental hasher, with only its own algorithm's code loaded. */
export const hasherOf = (algorithm: Algorithm): Promise<IHasher> => hashers[algorithm]();

/** What Zstandard checks its frames with. */
export const xxhash64 = async (): Promise<IHasher> =>
  (await import('hash-wasm/dist/xxhash64.umd.min.js')).createXXHash64();
