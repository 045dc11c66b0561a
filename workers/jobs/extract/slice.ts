/** Other ways to read a file. */
import type { InputFile } from '../../../src/core/job.ts';

/** A part of a file, as a file: what reads it cannot read beyond. Positions are those of the part. */
export const sliceOf = (file: InputFile, start: number, end: number): InputFile => ({
  ...file,
  size: end - start,
  read: (from, to) => file.read(start + from, start + Math.min(to, end - start)),
});

const BLOCK_BYTES = 1024 * 1024;
const BLOCKS = 3;

/** The same file, read in large blocks of which the last few are kept: for what reads little at a time, or steps back a little. */
export function inBlocks(file: InputFile): InputFile {
  const blocks = new Map<number, Promise<Uint8Array>>();

  function block(at: number): Promise<Uint8Array> {
    const known = blocks.get(at);
    if (known) return known;
    const read = file.read(at, Math.min(at + BLOCK_BYTES, file.size));
    // Whoever waits for it is told; a block that nobody waits for any more may fail.
    read.catch(() => {});
    blocks.set(at, read);
    const [oldest] = blocks.keys();
    if (blocks.size > BLOCKS && oldest !== undefined) blocks.delete(oldest);
    return read;
  }

  return {
    ...file,
    async read(start, end) {
      const stop = Math.min(end, file.size);
      const parts: Uint8Array[] = [];
      for (let at = start; at < stop; ) {
        const first = at - (at % BLOCK_BYTES);
        const part = (await block(first)).subarray(at - first, stop - first);
        parts.push(part);
        at += part.length;
      }
      const [only] = parts;
      if (only && parts.length === 1) return only;
      const bytes = new Uint8Array(Math.max(0, stop - start));
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
      return bytes;
    },
  };
}
