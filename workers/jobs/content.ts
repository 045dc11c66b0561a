/** The content of an input file in order, unpacked where it is gzipped. */
import type { InputFile } from '../../src/core/job.ts';
import { chunksOf } from './chunks.ts';
import type { Member } from './gunzip.ts';

export interface Content {
  /**
   * The next `count` bytes, or those of them that there are; not for writing, others may be in the same buffer.
   * Throws `Damaged` when the damage is among them; then those before it are the next ones, and the last.
   */
  take(count: number): Promise<Uint8Array>;
  /** Bytes of the file that were read for it. */
  read(): number;
  /** Where reading can begin again to have the content from `offset` on; null in a file that is not packed. Offsets only grow. */
  memberBefore(offset: number): Member | null;
  close(): Promise<void>;
}

const CHUNK_BYTES = 1024 * 1024;

export async function isGzip(file: InputFile): Promise<boolean> {
  const [first, second, method] = await file.read(0, Math.min(3, file.size));
  return first === 0x1f && second === 0x8b && method === 8;
}

/** The content from `offset` on. `member`: a place to begin at that is not after it, of a gzipped file. */
export async function contentFrom(file: InputFile, offset: number, member: Member | null): Promise<Content> {
  const source = member ? await unpacked(file, offset, member) : plain(file, offset);
  const members = member ? [member] : [];
  let read = member ? member.at : offset;
  let waiting: Uint8Array[] = [];
  let bytes = 0;

  return {
    async take(count) {
      while (bytes < count) {
        const next = await source.next();
        if (next.done) break;
        read = next.value.read;
        const { member } = next.value;
        if (member && member.at !== members.at(-1)?.at) members.push(member);
        waiting.push(next.value.bytes);
        bytes += next.value.bytes.length;
      }
      const [first] = waiting;
      if (first && first.length >= count) {
        if (first.length === count) waiting = waiting.slice(1);
        else waiting[0] = first.subarray(count);
        bytes -= count;
        return first.subarray(0, count);
      }
      const taken = new Uint8Array(Math.min(count, bytes));
      let at = 0;
      while (at < taken.length) {
        const first = waiting[0] ?? new Uint8Array();
        const part = first.subarray(0, taken.length - at);
        taken.set(part, at);
        at += part.length;
        if (part.length === first.length) waiting = waiting.slice(1);
        else waiting[0] = first.subarray(part.length);
      }
      bytes -= taken.length;
      return taken;
    },
    read: () => read,
    memberBefore(offset) {
      while (members[1] && members[1].start <= offset) members.shift();
      return members[0] ?? null;
    },
    close: async () => void (await source.return(undefined)),
  };
}

interface Piece {
  bytes: Uint8Array;
  read: number;
  member: Member | null;
}

async function* plain(file: InputFile, offset: number): AsyncGenerator<Piece, void, void> {
  let read = offset;
  for await (const bytes of chunksOf(file, offset, CHUNK_BYTES)) {
    read += bytes.length;
    yield { bytes, read, member: null };
  }
}

async function unpacked(file: InputFile, offset: number, from: Member): Promise<AsyncGenerator<Piece, void, void>> {
  const { gunzip } = await import('./gunzip.ts');
  return (async function* () {
    let start = from.start;
    for await (const { bytes, ...place } of gunzip(file, from)) {
      const skipped = Math.min(bytes.length, Math.max(0, offset - start));
      start += bytes.length;
      if (skipped < bytes.length) yield { bytes: bytes.subarray(skipped), ...place };
    }
  })();
}
