// The package comes without types: of each input, in base64, the digests that are used here.
declare module 'hash-test-vectors' {
  const vectors: Record<'input' | 'md5' | 'sha1' | 'sha256' | 'sha512', string>[];
  export default vectors;
}
