/** Reads a file and hashes it, and does nothing else: the loop of the jobs that hash, without Holdfast around it. */
import { byteReader } from '../../../src/core/byte-reader.ts';
import type { Algorithm } from '../../../workers/jobs/checksum/spec.ts';
import { hasherOf } from '../../../workers/jobs/hashing/hashers.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

export async function hashOf(file: File, algorithm: Algorithm): Promise<string> {
  const hasher = await hasherOf(algorithm);
  hasher.init();
  const bytes = byteReader(file);
  const read = (at: number) => bytes(at, at + CHUNK_BYTES);
  let ahead = read(0);
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    const chunk = await ahead;
    if (at + CHUNK_BYTES < file.size) ahead = read(at + CHUNK_BYTES);
    hasher.update(chunk);
  }
  return hasher.digest();
}
