/** Cuts a file's content into blocks of whole lines. A line that is too long for the memory is cut as well. */
import type { Content } from '../content.ts';

export interface Block {
  bytes: Uint8Array;
  /** In the content, of its first byte. */
  offset: number;
  /** Its first line is the rest of the block's before. */
  continues: boolean;
  /** Its last line goes on in the next block. */
  open: boolean;
  /** Bytes of the file that were read so far. */
  read: number;
}

/** Some 5 ms of searching. */
const STEP_BYTES = 1024 * 1024;
/** A longer line is searched in pieces of so many bytes. No less than a step. */
export const MAX_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 10;

/** `continues`: the content goes on in the middle of a line. */
export async function* blocksOf(
  content: Content,
  offset: number,
  continues: boolean,
): AsyncGenerator<Block, void, void> {
  let rest = new Uint8Array();
  for (let last = false; !last; ) {
    const more = await content.take(STEP_BYTES);
    last = more.length < STEP_BYTES;
    const bytes = joined(rest, more);
    const block = (start: number, end: number, open: boolean): Block => {
      const made = { bytes: bytes.subarray(start, end), offset, continues, open, read: content.read() };
      offset += end - start;
      continues = open;
      return made;
    };
    // What is left of the step before has no line break in it: only the first line can be too long.
    let start = 0;
    const first = bytes.indexOf(LINE_FEED, rest.length);
    while ((first < 0 ? bytes.length : first) - start > MAX_LINE_BYTES) {
      const end = cutAt(bytes, start + MAX_LINE_BYTES);
      yield block(start, end, true);
      start = end;
    }
    const end = last ? bytes.length : bytes.lastIndexOf(LINE_FEED) + 1;
    if (end > start) {
      yield block(start, end, false);
      start = end;
    }
    rest = bytes.slice(start);
  }
}

function joined(one: Uint8Array, two: Uint8Array): Uint8Array {
  if (one.length === 0) return two;
  const bytes = new Uint8Array(one.length + two.length);
  bytes.set(one);
  bytes.set(two, one.length);
  return bytes;
}

/** Not in the middle of a character, if it is one. */
function cutAt(bytes: Uint8Array, end: number): number {
  for (let at = end; at > end - 4; at -= 1) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  return end;
}
