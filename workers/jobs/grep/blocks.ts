/** Cuts a file's content into blocks of whole lines. A line that is too long for the memory is cut as well. */
import type { Content } from '../content.ts';
import { Damaged } from '../damaged.ts';

export interface Block {
  /** Its bytes, which are put together when they are searched. */
  parts: readonly Uint8Array[];
  size: number;
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
/** A longer line is searched in pieces of so many bytes: the memory has one several times, as bytes and as text. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 10;

/** `continues`: the content goes on in the middle of a line. Throws `Damaged` behind what can be read. */
export async function* blocksOf(
  content: Content,
  offset: number,
  continues: boolean,
): AsyncGenerator<Block, void, void> {
  let rest: Uint8Array[] = [];
  for (let last = false; !last; ) {
    const { more, damage } = await taken(content);
    last = more.length < STEP_BYTES;
    const block = (parts: Uint8Array[], open: boolean): Block => {
      const size = sizeOf(parts);
      const made = { parts, size, offset, continues, open, read: content.read() };
      offset += size;
      continues = open;
      return made;
    };
    // What is left of the steps before has no line break in it: only the first line can be too long.
    let body = more;
    if (sizeOf(rest) + lengthOf(body) > MAX_LINE_BYTES) {
      const bytes = joined([...rest, body]);
      const end = cutAt(bytes, MAX_LINE_BYTES);
      [rest, body] = [[], bytes.slice(end)];
      yield block([bytes.subarray(0, end)], true);
    }
    const end = last ? body.length : body.lastIndexOf(LINE_FEED) + 1;
    const parts = [...rest, body.subarray(0, end)];
    if (last ? sizeOf(parts) > 0 : end > 0) {
      rest = [body.subarray(end)];
      yield block(parts, false);
    } else rest.push(body);
    if (damage) throw damage;
  }
}

/** Of damaged content, what is left before the damage. */
async function taken(content: Content): Promise<{ more: Uint8Array; damage: Damaged | null }> {
  try {
    return { more: await content.take(STEP_BYTES), damage: null };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { more: await content.take(STEP_BYTES), damage: error };
  }
}

/** Of the first line that there is a part of. */
function lengthOf(bytes: Uint8Array): number {
  const end = bytes.indexOf(LINE_FEED);
  return end < 0 ? bytes.length : end;
}

export const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((size, { length }) => size + length, 0);

/** In one piece, which is a copy. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Not in the middle of a character, if it is one. */
export function cutAt(bytes: Uint8Array, end: number): number {
  for (let at = end; at > end - 4; at -= 1) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  return end;
}
