/**
 * A file that is written in place, and can go back to where it was at its last two marks: the bytes that a mark saw are kept in a log
 * before they are overwritten. A mark that nobody came to know of (the worker died before its checkpoint was committed) is undone like
 * the writes after it. Writes wait in memory, many at a time: the log has to be on disk before the first of them is.
 */
import { BLOCK_BYTES, blockBuffer } from './block-buffer.ts';
import { blockIn, ENTRY_BYTES, HEADER_BYTES, headerBytes, headerIn, logOfMark, sealEntry } from './undo-format.ts';

/** What is used of a `FileSystemSyncAccessHandle`. */
export interface SyncFile {
  read(into: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** 4 MiB: about as much as a busy job changes between two marks. */
const WAITING_BLOCKS = 1024;

export type UndoableFile = ReturnType<typeof undoable>;

/** The number of the last mark of a file with these logs; null when it has none. */
export function lastMark(logs: readonly [SyncFile, SyncFile]): number | null {
  const marks = logs.flatMap((log) => headerOf(log)?.mark ?? []);
  return marks.length > 0 ? Math.max(...marks) : null;
}

/**
 * `logs`: two files of its own. `saved`: the number of the mark to go back to; null begins an empty file. `most`: so many blocks wait.
 * Throws when the file cannot be brought back to that mark.
 */
export function undoable(
  file: SyncFile,
  logs: readonly [SyncFile, SyncFile],
  saved: number | null,
  most = WAITING_BLOCKS,
) {
  const logOf = (mark: number) => logs[logOfMark(mark)];
  let mark = saved ?? 0;
  let changed = false;
  /** Of a change that came to nothing, or to half of it: no mark may be set on that. */
  let failed: { error: unknown } | null = null;
  /** The size at the mark, the blocks that are in its log, and where the log ends. */
  let [size, kept, end] = saved === null ? beginEmpty() : goBack(saved);
  /** With what waits. */
  let length = size;
  const waiting = blockBuffer(most, (into, at) => file.read(into, { at }), drain);

  function beginEmpty() {
    const last = lastMark(logs) ?? 0;
    // The newest mark goes last but for the bytes: neither an older one may be the last, nor one be left whose bytes are gone.
    for (const each of [logOf(last + 1), logOf(last), file]) {
      each.truncate(0);
      each.flush();
    }
    return begin(0);
  }

  function begin(at: number): [number, Set<number>, number] {
    const log = logOf(at);
    const now = file.getSize();
    log.truncate(0);
    writeAll(log, headerBytes(at, now), 0);
    log.flush();
    return [now, new Set(), HEADER_BYTES];
  }

  function goBack(to: number): [number, Set<number>, number] {
    const later = logOf(to + 1);
    const own = headerOf(logOf(to));
    if (own?.mark !== to) throw new Error(`The file cannot go back to its mark ${to}.`);
    const after = headerOf(later);
    if (after?.mark === to + 1) replay(to + 1, after.size);
    const found = replay(to, own.size);
    file.flush();
    later.truncate(0);
    return [own.size, ...found];
  }

  function replay(at: number, before: number): [Set<number>, number] {
    const log = logOf(at);
    const blocks = new Set<number>();
    const entry = new Uint8Array(ENTRY_BYTES);
    let next = HEADER_BYTES;
    // An entry is stored before its block is overwritten: one that is torn was not needed yet.
    for (; log.read(entry, { at: next }) === ENTRY_BYTES; next += ENTRY_BYTES) {
      const block = blockIn(entry, at);
      if (block === null) break;
      writeAll(file, entry.subarray(8), block * BLOCK_BYTES);
      blocks.add(block);
    }
    file.truncate(before);
    return [blocks, next];
  }

  /** Keeps what the mark saw of some blocks. */
  function keep(blocks: Iterable<number>) {
    const changing = [...blocks].filter((block) => block * BLOCK_BYTES < size && !kept.has(block));
    if (changing.length === 0) return;
    const entries = new Uint8Array(changing.length * ENTRY_BYTES);
    for (const [n, block] of changing.entries()) {
      const entry = entries.subarray(n * ENTRY_BYTES, (n + 1) * ENTRY_BYTES);
      file.read(entry.subarray(8), { at: block * BLOCK_BYTES });
      sealEntry(entry, block, mark);
    }
    const log = logOf(mark);
    writeAll(log, entries, end);
    log.flush();
    end += entries.length;
    for (const block of changing) kept.add(block);
  }

  function change(work: () => void) {
    changed = true;
    try {
      work();
    } catch (error) {
      failed ??= { error };
      throw error;
    }
  }

  function drain() {
    keep(waiting.blocks());
    for (const { at, bytes } of waiting.runs()) writeAll(file, bytes.subarray(0, length - at), at);
    waiting.clear();
  }

  return {
    get size() {
      return length;
    },
    /** Fills `into` from `at` on; gives how many bytes there were. */
    read(into: Uint8Array<ArrayBuffer>, at: number): number {
      const found = Math.max(0, Math.min(into.length, length - at));
      waiting.read(into.subarray(0, found), at);
      return found;
    },
    write(bytes: Uint8Array<ArrayBuffer>, at: number) {
      change(() => {
        length = Math.max(length, at + bytes.length);
        waiting.write(bytes, at);
      });
    },
    truncate(to: number) {
      change(() => {
        drain();
        const first = Math.floor(to / BLOCK_BYTES);
        keep(Array.from({ length: Math.max(0, Math.ceil(size / BLOCK_BYTES) - first) }, (_, n) => first + n));
        file.truncate(to);
        length = to;
      });
    },
    /** Stores all of it; gives the number of the mark that it can go back to from now on. */
    flush(): number {
      if (failed) throw failed.error;
      if (!changed) return mark;
      drain();
      file.flush();
      [size, kept, end] = begin(mark + 1);
      mark += 1;
      changed = false;
      return mark;
    },
    /** What was not flushed is lost. */
    close() {
      for (const each of [file, ...logs]) each.close();
    },
  };
}

function headerOf(log: SyncFile): { mark: number; size: number } | null {
  const bytes = new Uint8Array(HEADER_BYTES);
  return log.read(bytes, { at: 0 }) < HEADER_BYTES ? null : headerIn(bytes.buffer);
}

function writeAll(file: SyncFile, bytes: Uint8Array<ArrayBuffer>, at: number) {
  for (let done = 0; done < bytes.length; ) done += file.write(bytes.subarray(done), { at: at + done });
}
