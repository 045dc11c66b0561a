/** Hashes a file so that it can be stopped and gone on with anywhere. */
import type { IHasher } from 'hash-wasm';
import type { InputFile, JobContext } from '../../../src/core/job.ts';
import { chunksOf } from '../chunks.ts';

/** Where a file stands that is being hashed. The hasher's state begins with a mark of the library build that saved it. */
export interface Hashing {
  offset: number;
  state: Uint8Array;
}

export interface Step {
  /** Bytes hashed so far. */
  offset: number;
  save(): Hashing;
}

const CHUNK_BYTES = 4 * 1024 * 1024;

/** Yields after each chunk but the last; returns the digest in lower-case hex. */
export async function* digestOf(
  file: InputFile,
  hasher: IHasher,
  begun: Hashing | null,
  log: JobContext<unknown>['log'],
): AsyncGenerator<Step, string, void> {
  let offset = begun && restore(hasher, begun.state, file, log) ? begun.offset : 0;
  if (offset === 0) hasher.init();
  const save = () => ({ offset, state: hasher.save() });
  for await (const chunk of chunksOf(file, offset, CHUNK_BYTES)) {
    hasher.update(chunk);
    offset += chunk.length;
    if (offset === file.size) break;
    yield { offset, save };
  }
  return hasher.digest();
}

/** Puts a saved state into the hasher. False when it was saved by another build of the library. */
function restore(hasher: IHasher, state: Uint8Array, file: InputFile, log: JobContext<unknown>['log']): boolean {
  try {
    hasher.init().load(state);
    return true;
  } catch (error) {
    log('warn', `${file.name} is read again from its start, its checkpoint cannot be used: ${error}`);
    return false;
  }
}
