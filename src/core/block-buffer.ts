/** Blocks that wait to be written to a file: what is changed again and again is written once, and what lies side by side in one piece. */

type Bytes = Uint8Array<ArrayBuffer>;

export const BLOCK_BYTES = 4096;

/**
 * `most`: so many blocks wait. `load` fills bytes with what the file has at a position, and gives how many there were. `drain` writes all
 * that waits, and clears.
 */
export function blockBuffer(most: number, load: (into: Bytes, at: number) => number, drain: () => void) {
  const room = new Uint8Array(most * BLOCK_BYTES);
  /** Where each block is in the room, in that order. */
  const slots = new Map<number, number>();
  const inSlot = (slot: number): Bytes => room.subarray(slot * BLOCK_BYTES, (slot + 1) * BLOCK_BYTES);

  /** The block, to be changed; `whole`: all of it will be. */
  function changing(block: number, whole: boolean): Bytes {
    const known = slots.get(block);
    if (known !== undefined) return inSlot(known);
    if (slots.size === most) drain();
    const bytes = inSlot(slots.size);
    if (!whole) bytes.fill(0, load(bytes, block * BLOCK_BYTES));
    slots.set(block, slots.size);
    return bytes;
  }

  return {
    /** The numbers of the blocks that wait. */
    blocks: (): Iterable<number> => slots.keys(),

    write(bytes: Bytes, at: number) {
      for (const { block, from, to, start } of partsOf(at, bytes.length)) {
        changing(block, to - from === BLOCK_BYTES).set(bytes.subarray(start, start + to - from), from);
      }
    },

    /** Fills `into` with what the file has once all is written. */
    read(into: Bytes, at: number) {
      for (const { block, from, to, start } of partsOf(at, into.length)) {
        const slot = slots.get(block);
        const part = into.subarray(start, start + to - from);
        if (slot === undefined) load(part, at + start);
        else part.set(inSlot(slot).subarray(from, to));
      }
    },

    /** What waits, by position. */
    *runs(): Generator<{ at: number; bytes: Bytes }, void, void> {
      const order = [...slots.keys()];
      for (let first = 0, next = 1; first < order.length; next += 1) {
        const block = order[first] ?? 0;
        if (order[next] === block + next - first) continue;
        yield { at: block * BLOCK_BYTES, bytes: room.subarray(first * BLOCK_BYTES, next * BLOCK_BYTES) };
        first = next;
      }
    },

    clear: () => slots.clear(),
  };
}

/** The blocks of some bytes of a file: which part of each (`from`, `to`), and where that begins among the bytes (`start`). */
function* partsOf(at: number, length: number) {
  for (let start = 0; start < length; ) {
    const from = (at + start) % BLOCK_BYTES;
    const to = Math.min(BLOCK_BYTES, from + length - start);
    yield { block: (at + start - from) / BLOCK_BYTES, from, to, start };
    start += to - from;
  }
}
