/** What is in the logs of a file that can go back to a mark: a header, then a block each as the mark saw it. */
import { BLOCK_BYTES } from './block-buffer.ts';

export const HEADER_BYTES = 16;
export const ENTRY_BYTES = 8 + BLOCK_BYTES;
const MAGIC = 0x756e646f;

/** Which of the two logs a mark has. */
export const logOfMark = (mark: number): 0 | 1 => (mark % 2 === 0 ? 0 : 1);

/** What a log begins with: its mark, and the size that the file had at it. */
export function headerBytes(mark: number, size: number): Uint8Array<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint32(0, MAGIC);
  header.setUint32(4, mark);
  header.setFloat64(8, size);
  return new Uint8Array(header.buffer);
}

export function headerIn(bytes: ArrayBuffer): { mark: number; size: number } | null {
  const header = new DataView(bytes);
  if (header.byteLength < HEADER_BYTES || header.getUint32(0) !== MAGIC) return null;
  return { mark: header.getUint32(4), size: header.getFloat64(8) };
}

/** The number of the block that an entry of this mark's log keeps; null for one that is torn. */
export function blockIn(entry: Uint8Array<ArrayBuffer>, mark: number): number | null {
  const head = new DataView(entry.buffer);
  return head.getUint32(4) === checkOf(entry, mark) ? head.getUint32(0) : null;
}

/** Completes an entry whose block is in it. */
export function sealEntry(entry: Uint8Array<ArrayBuffer>, block: number, mark: number) {
  const head = new DataView(entry.buffer, entry.byteOffset);
  head.setUint32(0, block);
  head.setUint32(4, checkOf(entry, mark));
}

/**
 * Of an entry's block number and bytes: a disk that lost power may have the length of a file and not its bytes. And of its mark: it may
 * have a log's new header, and behind it the entries of the mark that had the log before.
 */
function checkOf(entry: Uint8Array<ArrayBuffer>, mark: number): number {
  const words = new Int32Array(entry.buffer, entry.byteOffset, ENTRY_BYTES / 4);
  let check = Math.imul(mark, 0x01000193) ^ (words[0] ?? 0);
  for (let i = 2; i < words.length; i += 1) check = (Math.imul(check, 0x01000193) ^ (words[i] ?? 0)) | 0;
  return ~check >>> 0;
}
