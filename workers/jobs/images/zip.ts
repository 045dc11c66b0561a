/** A ZIP whose files are small enough to be written in one go, and packed already. */
import type { Output } from '../../../src/core/job.ts';
import { deflated } from '../archive/deflate.ts';
import { dataDescriptor, directoryEnd, directoryHeader, type Entry, localHeader } from '../archive/zip-format.ts';
import { hasherOf } from '../hashing/hashers.ts';

export async function zipInto(output: Output) {
  const crc32 = await hasherOf('crc32');
  return {
    /** Gives what `finish` has to be told of the file. */
    async add(name: string, bytes: Uint8Array, last_modified: number): Promise<Entry> {
      const head = { name, size: bytes.length, last_modified };
      const offset = output.size;
      await output.write(localHeader(head));
      let compressed = 0;
      for (const { bytes: pieces } of deflated(bytes, 'none', true)) {
        for (const piece of pieces) {
          compressed += piece.length;
          await output.write(piece);
        }
      }
      const crc = Number.parseInt(crc32.init().update(bytes).digest(), 16);
      const entry = { ...head, offset, compressed, crc };
      await output.write(dataDescriptor(entry));
      return entry;
    },
    async finish(entries: readonly Entry[]): Promise<void> {
      const start = output.size;
      for (const entry of entries) await output.write(directoryHeader(entry));
      await output.write(directoryEnd(entries.length, start, output.size - start));
    },
  };
}
