/**
 * A file that is written in place, and can go back to where it was at its last two marks: the bytes that a mark saw are kept in a log
 * before they are overwritten. A mark that nobody came to know of (the worker died before its checkpoint was committed) is undone like
 * the writes after it.
 */

/** What is used of a `FileSystemSyncAccessHandle`. */
export interface SyncFile {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

export const BLOCK_BYTES = 4096;
export const HEADER_BYTES = 16;
export const ENTRY_BYTES = 8 + BLOCK_BYTES;
const MAGIC = 0x756e646f;

export type UndoableFile = ReturnType<typeof undoable>;

/** The number of the last mark of a file with these logs; null when it has none. */
export function lastMark(logs: readonly [SyncFile, SyncFile]): number | null {
  const marks = logs.flatMap((log) => headerOf(log)?.mark ?? []);
  return marks.length > 0 ? Math.max(...marks) : null;
}

/**
 * `logs`: two files of its own. `saved`: the number of the mark to go back to; null begins an empty file.
 * Throws when the file cannot be brought back to that mark.
 */
export function undoable(file: SyncFile, logs: readonly [SyncFile, SyncFile], saved: number | null) {
  const logOf = (mark: number) => logs[logOfMark(mark)];
  let mark = saved ?? 0;
  let changed = false;
  /** The size at the mark, the blocks that are in its log, and where the log ends. */
  let [size, kept, end] = saved === null ? begin(true) : goBack(saved);

  function begin(empty: boolean): [number, Set<number>, number] {
    if (empty) for (const each of [file, ...logs]) each.truncate(0);
    const log = logOf(mark);
    const now = file.getSize();
    log.truncate(0);
    writeAll(log, headerBytes(mark, now), 0);
    log.flush();
    return [now, new Set(), HEADER_BYTES];
  }

  function goBack(to: number): [number, Set<number>, number] {
    const later = logOf(to + 1);
    const own = headerOf(logOf(to));
    if (own?.mark !== to) throw new Error(`The file cannot go back to its mark ${to}.`);
    const after = headerOf(later);
    if (after?.mark === to + 1) replay(later, after.size);
    const found = replay(logOf(to), own.size);
    file.flush();
    later.truncate(0);
    return [own.size, ...found];
  }

  function replay(log: SyncFile, before: number): [Set<number>, number] {
    const blocks = new Set<number>();
    const entry = new Uint8Array(ENTRY_BYTES);
    let at = HEADER_BYTES;
    // An entry is stored before its block is overwritten: one that is torn was not needed yet.
    for (; log.read(entry, { at }) === ENTRY_BYTES; at += ENTRY_BYTES) {
      const block = blockIn(entry);
      if (block === null) break;
      writeAll(file, entry.subarray(8), block * BLOCK_BYTES);
      blocks.add(block);
    }
    file.truncate(before);
    return [blocks, at];
  }

  /** Keeps what the mark saw between two places. */
  function keep(from: number, to: number) {
    const past = end;
    const last = Math.ceil(Math.min(to, size) / BLOCK_BYTES);
    for (let block = Math.floor(from / BLOCK_BYTES); block < last; block += 1) {
      if (kept.has(block)) continue;
      const entry = new Uint8Array(ENTRY_BYTES);
      file.read(entry.subarray(8), { at: block * BLOCK_BYTES });
      const head = new DataView(entry.buffer);
      head.setUint32(0, block);
      head.setUint32(4, checkOf(entry));
      writeAll(logOf(mark), entry, end);
      end += ENTRY_BYTES;
      kept.add(block);
    }
    if (end > past) logOf(mark).flush();
    changed = true;
  }

  return {
    get size() {
      return file.getSize();
    },
    /** Fills `into` from `at` on; gives how many bytes there were. */
    read: (into: Uint8Array<ArrayBuffer>, at: number): number => file.read(into, { at }),
    write(bytes: Uint8Array<ArrayBuffer>, at: number) {
      keep(at, at + bytes.length);
      writeAll(file, bytes, at);
    },
    truncate(to: number) {
      keep(to, Number.POSITIVE_INFINITY);
      file.truncate(to);
    },
    /** Stores all of it; gives the number of the mark that it can go back to from now on. */
    flush(): number {
      if (!changed) return mark;
      file.flush();
      mark += 1;
      [size, kept, end] = begin(false);
      changed = false;
      return mark;
    },
    close() {
      for (const each of [file, ...logs]) each.close();
    },
  };
}

function headerOf(log: SyncFile): { mark: number; size: number } | null {
  const bytes = new Uint8Array(HEADER_BYTES);
  return log.read(bytes, { at: 0 }) < HEADER_BYTES ? null : headerIn(bytes.buffer);
}

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

/** The number of the block that an entry keeps; null for one that is torn. */
export function blockIn(entry: Uint8Array<ArrayBuffer>): number | null {
  const head = new DataView(entry.buffer);
  return head.getUint32(4) === checkOf(entry) ? head.getUint32(0) : null;
}

function writeAll(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number) {
  for (let done = 0; done < bytes.length; ) done += file.write(bytes.subarray(done), { at: at + done });
}

/** Of an entry's block number and bytes: a disk that lost power may have the length of a file and not its bytes. */
function checkOf(entry: Uint8Array<ArrayBuffer>): number {
  const words = new Int32Array(entry.buffer);
  let check = words[0] ?? 0;
  for (let i = 2; i < words.length; i += 1) check = (Math.imul(check, 0x01000193) ^ (words[i] ?? 0)) | 0;
  return ~check >>> 0;
}
