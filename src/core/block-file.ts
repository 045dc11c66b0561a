/** A file that is written in place where there is no OPFS: held in memory, and stored in IndexedDB block by block. */
import type { Connection } from './connection.ts';
import { type FileRow, LAST } from './idb-schema.ts';
import type { OutputWriter } from './output-file.ts';

const BLOCK_BYTES = 64 * 1024;
const MAX_BYTES = 128 * 1024 * 1024;

export type BlockFile = Awaited<ReturnType<typeof blockFile>>;

/** No output can have this name over HTTP. */
const undoOf = (name: string) => `${name}\u0000undo`;
const rowsOf = (owner: string, name: string, offset = -1) =>
  IDBKeyRange.bound([owner, name, offset], [owner, name, LAST]);
const blockRow = (row: FileRow, offset: number, body: Uint8Array, name = row.name): FileRow => ({
  ...row,
  name,
  offset,
  size: body.length,
  body,
});
/** Kept beside the blocks as they were at the mark before. */
const headerRow = (row: FileRow, mark: number, before: number) =>
  blockRow(row, -1, new Uint8Array(new Float64Array([mark, before]).buffer), undoOf(row.name));
const headerIn = (row: FileRow | undefined) =>
  row?.body instanceof Uint8Array ? new Float64Array(row.body.slice().buffer) : [];

/** The number of the last mark of a file; null when there is none. */
export async function lastBlockMark(connection: Connection, { owner, name }: FileRow): Promise<number | null> {
  const [mark] = headerIn(await connection((db) => db.get('files', [owner, undoOf(name), -1])));
  return mark ?? null;
}

/** The file as it was at its mark, changing nothing; null when it cannot be had so. */
export async function blocksAtMark(
  connection: Connection,
  { owner, name }: Pick<FileRow, 'owner' | 'name'>,
  mark: number,
): Promise<Blob | null> {
  const [rows, [header, ...before]] = await connection(async (db) => {
    const { store } = db.transaction('files');
    return Promise.all([store.getAll(rowsOf(owner, name, 0)), store.getAll(rowsOf(owner, undoOf(name)))]);
  });
  const [at, back = 0] = headerIn(header);
  if (at !== mark && at !== mark + 1) return null;
  const blocks = new Map(rows.map((row) => [row.offset, row]));
  if (at === mark + 1) {
    for (const offset of blocks.keys()) if (offset >= back) blocks.delete(offset);
    for (const row of before) blocks.set(row.offset, row);
  }
  const inOrder = [...blocks.values()].sort((a, b) => a.offset - b.offset);
  return new Blob(inOrder.map(({ body }) => body as BlobPart));
}

/** Writes a file as it was at a mark that it had elsewhere. */
export function blocksWriter(connection: Connection, row: FileRow, mark: number): OutputWriter {
  let rest = new Uint8Array();
  let at = 0;
  const put = (rows: FileRow[]) =>
    connection(async (db) => {
      const tx = db.transaction('files', 'readwrite');
      await Promise.all([...rows.map((each) => tx.store.put(each)), tx.done]);
    });
  return {
    async write(bytes) {
      if (at + rest.length + bytes.length > MAX_BYTES) throw new DOMException(tooLarge(row.name), 'QuotaExceededError');
      const all = new Uint8Array(rest.length + bytes.length);
      all.set(rest);
      all.set(bytes, rest.length);
      const whole = all.length - (all.length % BLOCK_BYTES);
      const rows: FileRow[] = [];
      for (let from = 0; from < whole; from += BLOCK_BYTES) {
        rows.push(blockRow(row, at + from, all.slice(from, from + BLOCK_BYTES)));
      }
      await put(rows);
      at += whole;
      rest = all.slice(whole);
    },
    async close() {
      const last = rest.length > 0 || at === 0 ? [blockRow(row, at, rest)] : [];
      await put([...last, headerRow(row, mark, at + rest.length)]);
    },
    abort: async () => {},
  };
}

/**
 * `row`: what its blocks have in common. `saved`: the number of the mark to go back to; null begins an empty file.
 * Throws when the file cannot be brought back to that mark.
 */
export async function blockFile(connection: Connection, row: FileRow, saved: number | null) {
  const { owner, name } = row;
  const undo = undoOf(name);
  const from = (of: string, offset = -1) => rowsOf(owner, of, offset);
  const blockAt = (offset: number, body: Uint8Array, of = name) => blockRow(row, offset, body, of);
  const header = (mark: number, before: number) => headerRow(row, mark, before);

  let mark = saved ?? 0;
  let { image, size } = await open();
  let atMark = size;
  /** The blocks that were changed since the mark, as they were. */
  let before = new Map<number, Uint8Array>();

  async function open(): Promise<{ image: Uint8Array; size: number }> {
    const rows = await connection(async (db) => {
      const tx = db.transaction('files', 'readwrite');
      if (saved === null) {
        await tx.store.delete(from(name));
        await tx.store.delete(from(undo));
        await tx.store.put(header(0, 0));
        await tx.store.put(blockAt(0, new Uint8Array()));
      } else {
        const [found, ...blocks] = await tx.store.getAll(from(undo));
        const [at, back = 0] = headerIn(found);
        if (at === saved + 1) {
          await tx.store.delete(from(name, back));
          for (const block of blocks) await tx.store.put({ ...block, name });
          await tx.store.delete(from(undo));
          await tx.store.put(header(saved, back));
        } else if (at !== saved) throw new Error(`${name} cannot go back to its mark ${saved}.`);
      }
      const all = await tx.store.getAll(from(name, 0));
      await tx.done;
      return all;
    });
    const length = rows.reduce((end, { offset, size: bytes }) => Math.max(end, offset + bytes), 0);
    const whole = new Uint8Array(Math.max(BLOCK_BYTES, length));
    for (const { offset, body } of rows) if (body instanceof Uint8Array) whole.set(body, offset);
    return { image: whole, size: length };
  }

  const blockOf = (offset: number) => image.slice(offset, Math.min(offset + BLOCK_BYTES, size));

  function touch(start: number, end: number) {
    for (let offset = start - (start % BLOCK_BYTES); offset < end; offset += BLOCK_BYTES) {
      if (!before.has(offset)) before.set(offset, blockOf(offset));
    }
  }

  function resize(to: number) {
    if (to > MAX_BYTES) {
      throw new Error(tooLarge(name));
    }
    // The last block gets another length, too.
    touch(Math.min(size, to), Math.max(size, to));
    if (to > image.length) {
      const larger = new Uint8Array(Math.min(MAX_BYTES, Math.max(to, image.length * 2)));
      larger.set(image.subarray(0, size));
      image = larger;
    }
    if (to < size) image.fill(0, to, size);
    size = to;
  }

  return {
    get size() {
      return size;
    },
    /** Fills `into` from `at` on; gives how many bytes there were. */
    read(into: Uint8Array, at: number): number {
      const bytes = image.subarray(at, Math.max(at, Math.min(size, at + into.length)));
      into.set(bytes);
      return bytes.length;
    },
    write(bytes: Uint8Array, at: number) {
      if (at + bytes.length > size) resize(at + bytes.length);
      touch(at, at + bytes.length);
      image.set(bytes, at);
    },
    truncate(to: number) {
      if (to !== size) resize(to);
    },
    /** Stores all of it; gives the number of the mark that it can go back to from now on. */
    async flush(): Promise<number> {
      if (before.size === 0) return mark;
      const changed = before;
      before = new Map();
      const [end, was] = [size, atMark];
      const rows = [...changed.keys()]
        .filter((offset) => offset < end)
        .map((offset) => blockAt(offset, blockOf(offset)));
      try {
        await connection(async (db) => {
          const tx = db.transaction('files', 'readwrite');
          const { store } = tx;
          const puts = [store.delete(from(undo)), store.delete(from(name, end)), store.put(header(mark + 1, was))];
          if (end === 0) puts.push(store.put(blockAt(0, new Uint8Array())));
          for (const [offset, body] of changed) if (offset < was) puts.push(store.put(blockAt(offset, body, undo)));
          for (const block of rows) puts.push(store.put(block));
          await Promise.all<unknown>([...puts, tx.done]);
        });
      } catch (error) {
        // Tried again with the next flush. What was written meanwhile may be of the same blocks, which are older here.
        for (const [offset, body] of changed) before.set(offset, body);
        throw error;
      }
      mark += 1;
      atMark = end;
      return mark;
    },
    close() {},
  };
}

const tooLarge = (name: string) =>
  `${name} grows beyond ${MAX_BYTES / 1024 / 1024} MiB, which this browser cannot hold: it has no file system for pages (OPFS).`;
