/** Reads a file that is written in place as it was at a mark, also while its job goes on writing: nothing is changed by it. */
import { BLOCK_BYTES } from './block-buffer.ts';
import { blockIn, ENTRY_BYTES, HEADER_BYTES, headerIn, logOfMark } from './undo-format.ts';

/** A file at a mark: its size, and its bytes by position. */
export interface SavedBytes {
  size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Opened anew for every look: a `File` is of one moment. Null when it is not there. */
type Open = (which: 'file' | 0 | 1) => Promise<Blob | null>;

const ENTRIES_AT_ONCE = 1024;
const RETRIES = 20;

/** Null when the file cannot be had as it was at the mark. Its `read` throws once the file has gone on past the next one. */
export async function atMark(open: Open, mark: number): Promise<SavedBytes | null> {
  const own = logReader(open, mark);
  const next = logReader(open, mark + 1);
  const header = await own.refresh();
  if (!header) return null;
  const { size } = header;
  return {
    size,
    async read(start, end) {
      const from = start - (start % BLOCK_BYTES);
      const to = Math.min(size, Math.ceil(end / BLOCK_BYTES) * BLOCK_BYTES);
      const bytes = new Uint8Array(to - from);
      bytes.set((await slice(open, 'file', from, to)).subarray(0, bytes.length));
      // In this order: whatever the read above has seen changed was in a log before it was changed.
      await next.refresh();
      if (!(await own.refresh())) throw new Error(`The file has gone on past its mark ${mark}.`);
      await next.overlay(bytes, from);
      await own.overlay(bytes, from);
      return bytes.subarray(start - from, Math.min(end, size) - from);
    },
  };
}

/** The log of one mark, which grows while it is read. */
function logReader(open: Open, mark: number) {
  const which = logOfMark(mark);
  /** Where in the log each block is. */
  const places = new Map<number, number>();
  let end = HEADER_BYTES;

  function begin() {
    places.clear();
    end = HEADER_BYTES;
  }

  return {
    /** Null when the log is another mark's. */
    async refresh() {
      const header = headerIn((await slice(open, which, 0, HEADER_BYTES)).buffer);
      if (header?.mark !== mark) {
        begin();
        return null;
      }
      for (;;) {
        const bytes = await slice(open, which, end, end + ENTRIES_AT_ONCE * ENTRY_BYTES);
        let at = 0;
        for (; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
          const block = blockIn(bytes.slice(at, at + ENTRY_BYTES), mark);
          // Torn: it is being written, and its block is not overwritten yet.
          if (block === null) break;
          if (!places.has(block)) places.set(block, end + at + ENTRY_BYTES - BLOCK_BYTES);
        }
        end += at;
        if (at < ENTRIES_AT_ONCE * ENTRY_BYTES) return header;
      }
    },

    /** Puts what the log keeps over bytes of the file, which begin at `from`. */
    async overlay(bytes: Uint8Array, from: number) {
      for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
        const place = places.get((from + at) / BLOCK_BYTES);
        if (place === undefined) continue;
        const kept = await slice(open, which, place, place + BLOCK_BYTES);
        bytes.set(kept.subarray(0, bytes.length - at), at);
      }
    },
  };
}

async function slice(open: Open, which: 'file' | 0 | 1, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  for (let left = RETRIES; ; left -= 1) {
    try {
      const blob = await open(which);
      return blob ? new Uint8Array(await blob.slice(start, end).arrayBuffer()) : new Uint8Array();
    } catch (error) {
      // Written to between the two: its `File` was of an earlier moment.
      const changed = error instanceof DOMException && error.name === 'NotReadableError';
      if (!changed || left === 0) throw error;
    }
  }
}
