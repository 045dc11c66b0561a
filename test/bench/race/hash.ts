/** SHA-256 of a file, as every rival in a worker reads it. */
import { byteReader } from '../../../src/core/byte-reader.ts';
import { hasherOf } from '../../../workers/jobs/hashing/hashers.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Yields how many bytes are done; returns the digest. */
export async function* hash(file: Blob) {
  const hasher = await hasherOf('sha256');
  hasher.init();
  const bytes = byteReader(file);
  const read = (at: number) => bytes(at, at + CHUNK_BYTES);
  let ahead = read(0);
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    const chunk = await ahead;
    if (at + CHUNK_BYTES < file.size) ahead = read(at + CHUNK_BYTES);
    hasher.update(chunk);
    yield Math.min(file.size, at + CHUNK_BYTES);
  }
  return hasher.digest();
}
