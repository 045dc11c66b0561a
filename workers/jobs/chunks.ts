import type { InputFile } from '../../src/core/job.ts';

/** The file's bytes from `start` on, `size` at a time; the next chunk is read while the caller works on this one. */
export async function* chunksOf(file: InputFile, start: number, size: number): AsyncGenerator<Uint8Array, void, void> {
  const read = (at: number) => {
    const chunk = file.read(at, Math.min(at + size, file.size));
    // A failure is thrown where the chunk is awaited. A caller that stops before has no use for it, so it must not count as unhandled.
    chunk.catch(() => {});
    return chunk;
  };
  let ahead = read(start);
  for (let at = start; at < file.size; at += size) {
    const chunk = await ahead;
    if (at + size < file.size) ahead = read(at + size);
    yield chunk;
  }
}
