// The package's single-algorithm files come without types of their own.
declare module 'hash-wasm/dist/blake3.umd.min.js' {
  export { createBLAKE3 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/crc32.umd.min.js' {
  export { createCRC32 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/md5.umd.min.js' {
  export { createMD5 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/sha1.umd.min.js' {
  export { createSHA1 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/sha256.umd.min.js' {
  export { createSHA256 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/sha512.umd.min.js' {
  export { createSHA512 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/xxhash3.umd.min.js' {
  export { createXXHash3 } from 'hash-wasm';
}
declare module 'hash-wasm/dist/xxhash64.umd.min.js' {
  export { createXXHash64 } from 'hash-wasm';
}
