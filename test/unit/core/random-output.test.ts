import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from '../../../src/core/connection.ts';
import type { Database } from '../../../src/core/idb-schema.ts';
import { outputFilesOf, type RandomHandle } from '../../../src/core/output-file.ts';
import { type SyncFile, undoable } from '../../../src/core/undo-log.ts';
import { atMark } from '../../../src/core/undo-reader.ts';
import { ticks } from '../sw/reader.ts';
import { freshStore } from './database.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A file on a disk that lasts longer than the worker: after `fuel` more changes it is gone, in the middle of whatever it did. */
function disk() {
  const contents = new Map<string, Bytes>();
  let fuel = Number.POSITIVE_INFINITY;
  const spend = () => {
    fuel -= 1;
    if (fuel < 0) throw new Error('the worker is gone');
  };
  const bytesOf = (name: string): Bytes => contents.get(name) ?? new Uint8Array();
  const file = (name: string): SyncFile => ({
    read(into, { at }) {
      const found = bytesOf(name).subarray(at, at + into.length);
      into.set(found);
      return found.length;
    },
    write(bytes, { at }) {
      spend();
      const old = bytesOf(name);
      const next = new Uint8Array(Math.max(old.length, at + bytes.length));
      next.set(old);
      next.set(bytes, at);
      contents.set(name, next);
      return bytes.length;
    },
    truncate(size) {
      spend();
      const next = new Uint8Array(size);
      next.set(bytesOf(name).subarray(0, size));
      contents.set(name, next);
    },
    getSize: () => bytesOf(name).length,
    flush: () => {},
    close: () => {},
  });
  return {
    contents,
    file,
    /** `most`: so many blocks wait to be written; with one, every write but the last is on the disk. */
    open: (mark: number | null, most = 1) => undoable(file('main'), [file('log 0'), file('log 1')], mark, most),
    dieAfter(changes: number) {
      fuel = changes;
    },
  };
}

type Opened = Pick<RandomHandle, 'size' | 'read' | 'write' | 'truncate' | 'close'> & {
  flush(): number | Promise<number>;
};

function bytesIn(file: Pick<Opened, 'size' | 'read'>): Bytes {
  const bytes = new Uint8Array(file.size);
  expect(file.read(bytes, 0)).toBe(bytes.length);
  return bytes;
}

type Step = { kind: 'write'; at: number; length: number; byte: number } | { kind: 'truncate'; size: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('write' as const),
      at: fc.nat(20_000),
      length: fc.integer({ min: 1, max: 9_000 }),
      byte: fc.integer({ min: 1, max: 255 }),
    }),
    fc.record({ kind: fc.constant('truncate' as const), size: fc.nat(20_000) }),
  ),
  { minLength: 1, maxLength: 8 },
);

function apply(file: Opened, step: Step) {
  if (step.kind === 'truncate') {
    if (step.size < file.size) file.truncate(step.size);
  } else {
    // SQLite, too, never leaves a hole.
    file.write(new Uint8Array(step.length).fill(step.byte), Math.min(step.at, file.size));
  }
}

/** The same, of bytes in memory. */
function applied(bytes: Bytes, step: Step): Bytes {
  if (step.kind === 'truncate') return bytes.slice(0, step.size);
  const at = Math.min(step.at, bytes.length);
  const next = new Uint8Array(Math.max(bytes.length, at + step.length));
  next.set(bytes);
  next.fill(step.byte, at, at + step.length);
  return next;
}

test('whatever the worker was doing when it died, the file goes back to the mark that was committed last', () => {
  fc.assert(
    fc.property(
      fc.array(steps, { minLength: 2, maxLength: 5 }),
      fc.nat(60),
      fc.nat(30),
      fc.boolean(),
      fc.integer({ min: 1, max: 6 }),
      (rounds, first, second, heard, most) => {
        const { open, dieAfter } = disk();
        let file = open(null, most);
        const marks: { mark: number; bytes: Bytes }[] = [];
        let died = false;
        dieAfter(first);
        try {
          for (const round of rounds) {
            for (const step of round) apply(file, step);
            const bytes = bytesIn(file);
            marks.push({ mark: file.flush(), bytes });
          }
        } catch (error) {
          expect(error).toEqual(new Error('the worker is gone'));
          died = true;
        }
        // A worker goes on only after its mark is committed: of the last thing it did, that may not be so.
        const last = marks.at(heard || died ? -1 : -2);
        if (!last) return;
        for (let again = 0; again < 2; again += 1) {
          dieAfter(second);
          try {
            // The next worker dies while it goes back, or soon after.
            const attempt = open(last.mark, most);
            for (const step of rounds[0] ?? []) apply(attempt, step);
          } catch (error) {
            expect(error).toEqual(new Error('the worker is gone'));
          }
          dieAfter(Number.POSITIVE_INFINITY);
          file = open(last.mark);
          expect(Buffer.compare(bytesIn(file), last.bytes)).toBe(0);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a log whose last entry is torn is read up to there', () => {
  const { contents, open } = disk();
  const file = open(null);
  file.write(new Uint8Array(10_000).fill(1), 0);
  const mark = file.flush();
  file.write(new Uint8Array(3).fill(2), 0);
  file.write(new Uint8Array(3).fill(3), 5_000);
  const log = contents.get(`log ${mark % 2}`);
  if (!log) throw new Error('there is no log');
  const torn = new Uint8Array(log.length + 4104);
  torn.set(log);
  contents.set(`log ${mark % 2}`, torn);
  expect(bytesIn(open(mark))).toEqual(new Uint8Array(10_000).fill(1));
});

test('a file without the log of its mark is not passed off as what it was', () => {
  const { contents, open } = disk();
  const file = open(null);
  file.write(new Uint8Array(10), 0);
  const mark = file.flush();
  contents.delete(`log ${mark % 2}`);
  expect(() => open(mark)).toThrow('cannot go back');
});

describe('read at a mark by another thread', () => {
  const openOf =
    ({ contents }: ReturnType<typeof disk>) =>
    async (which: 'file' | 0 | 1) => {
      const bytes = contents.get(which === 'file' ? 'main' : `log ${which}`);
      return bytes ? new Blob([bytes]) : null;
    };

  test('a file is what the mark saw, whatever its job writes meanwhile and up to the next mark', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        steps,
        fc.array(steps, { maxLength: 4 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 6 }),
        async (a, b, later, moves, most) => {
          const on = disk();
          const file = on.open(null, most);
          for (const step of a) apply(file, step);
          const mark = file.flush();
          const seen = bytesIn(file);
          for (const step of b) apply(file, step);
          const saved = await atMark(openOf(on), mark);
          expect(saved?.size).toBe(seen.length);
          const parts: Bytes[] = [];
          for (let at = 0; at < seen.length; at += 5_000) {
            const [now, ...rest] = later;
            if (at === 10_000 && moves) file.flush();
            for (const step of now ?? []) apply(file, step);
            later = rest;
            parts.push((await saved?.read(at, Math.min(seen.length, at + 5_000))) ?? new Uint8Array());
          }
          expect(Buffer.concat(parts).equals(seen)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('a file that has gone on past the next mark is not passed off as what it was', async () => {
    const on = disk();
    const file = on.open(null);
    const write = (byte: number) => file.write(new Uint8Array(10_000).fill(byte), 0);
    write(1);
    const mark = file.flush();
    const saved = await atMark(openOf(on), mark);
    write(2);
    file.flush();
    expect(await saved?.read(0, 10_000)).toEqual(new Uint8Array(10_000).fill(1));
    write(3);
    file.flush();
    await expect(saved?.read(0, 10_000)).rejects.toThrow('past its mark');
    expect(await atMark(openOf(on), mark)).toBeNull();
  });
});

test('a file is what was written to it, also while that waits to be stored', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 3 }), fc.integer({ min: 1, max: 6 }), (rounds, most) => {
      const on = disk();
      const file = on.open(null, most);
      let expected: Bytes = new Uint8Array();
      for (const step of rounds.flat()) {
        apply(file, step);
        expected = applied(expected, step);
        expect(Buffer.compare(bytesIn(file), expected)).toBe(0);
      }
      file.flush();
      expect(Buffer.compare(on.contents.get('main') ?? new Uint8Array(), expected)).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test('no mark is set on a change that the disk refused; one that it refuses to store is tried again', () => {
  const { open, dieAfter, contents } = disk();
  const file = open(null, 2);
  const bytes = new Uint8Array(8192).fill(1);
  file.write(bytes, 0);
  // At the bytes, at the next log's old entries, at its header.
  for (const changes of [0, 1, 1]) {
    dieAfter(changes);
    expect(() => file.flush()).toThrow('the worker is gone');
  }
  dieAfter(Number.POSITIVE_INFINITY);
  const mark = file.flush();
  expect(mark).toBe(1);
  expect(contents.get('main')).toEqual(bytes);
  file.write(new Uint8Array(8192).fill(2), 0);
  dieAfter(0);
  expect(() => file.write(new Uint8Array(10), 8192)).toThrow('the worker is gone');
  dieAfter(Number.POSITIVE_INFINITY);
  expect(() => file.flush()).toThrow('the worker is gone');
  expect(bytesIn(open(mark))).toEqual(bytes);
});

test('what is written over and over between two marks is stored once, and side by side in one piece', () => {
  let writes = 0;
  const { file: fileOf } = disk();
  const counted = fileOf('main');
  const main: SyncFile = {
    ...counted,
    write: (bytes, options) => {
      writes += 1;
      return counted.write(bytes, options);
    },
  };
  const file = undoable(main, [fileOf('log 0'), fileOf('log 1')], null);
  for (let round = 0; round < 5; round += 1) {
    for (let block = 0; block < 20; block += 1) file.write(new Uint8Array(4096).fill(round), block * 4096);
  }
  file.flush();
  expect(writes).toBe(1);
});

test('flushing what has not changed makes no new mark', () => {
  const file = disk().open(null);
  file.write(new Uint8Array(10), 0);
  const mark = file.flush();
  expect(file.flush()).toBe(mark);
});

describe('where there is no OPFS', () => {
  beforeEach(() => void vi.stubGlobal('navigator', {}));
  const setting = () => {
    const files = outputFilesOf(freshStore().database, 'folder');
    return { ...files, open: (mark: number | null) => files.openRandomOutput('task', 'a.db', 'text/plain', mark) };
  };

  test('the file goes back to its last mark, and to the one before that nobody heard of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 4 }), fc.boolean(), async (rounds, heard) => {
        const { open } = setting();
        const file = await open(null);
        const marks: { mark: number; bytes: Bytes }[] = [];
        for (const round of rounds) {
          for (const step of round) apply(file, { ...step, ...('at' in step ? { at: step.at * 10 } : {}) });
          const bytes = bytesIn(file);
          marks.push({ mark: await file.flush(), bytes });
        }
        file.write(new Uint8Array(70_000).fill(7), 0);
        const last = marks.at(heard ? -1 : -2);
        if (!last) throw new Error('no mark');
        for (let again = 0; again < 2; again += 1) {
          const reopened = await open(last.mark);
          expect(Buffer.compare(bytesIn(reopened), last.bytes)).toBe(0);
          reopened.write(new Uint8Array(5).fill(9), 0);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('what is handed out is what was stored, and nothing of the marks is left when they are removed', async () => {
    const { open, output, removeMarks, removeOutputs, outputOwners } = setting();
    const file = await open(null);
    file.write(new Uint8Array(200_000).fill(1), 0);
    await file.flush();
    file.write(new Uint8Array(100_000).fill(2), 50_000);
    file.truncate(180_000);
    const mark = await file.flush();
    await removeMarks('task');
    const expected = new Uint8Array(180_000).fill(1).fill(2, 50_000, 150_000);
    expect(new Uint8Array((await (await output('task', 'a.db'))?.arrayBuffer()) ?? [])).toEqual(expected);
    await expect(open(mark)).rejects.toThrow('cannot go back');
    await removeOutputs('task');
    expect(await outputOwners()).toEqual([]);
  });

  test('what the database refuses to store is tried again, and the file goes back past it to its mark', async () => {
    const { database } = freshStore();
    let refused = false;
    const refusing: Connection = Object.assign(
      <T>(use: (db: Database) => Promise<T>): Promise<T> =>
        refused ? Promise.reject(new DOMException('The disk is full.', 'QuotaExceededError')) : database(use),
      { drop: database.drop, close: database.close },
    );
    const files = outputFilesOf(refusing, 'folder');
    const open = (mark: number | null) => files.openRandomOutput('task', 'a.db', 'text/plain', mark);
    const file = await open(null);
    file.write(new Uint8Array(200_000).fill(1), 0);
    const mark = await file.flush();

    file.write(new Uint8Array(100_000).fill(2), 0);
    refused = true;
    const flushed = file.flush();
    // While it is being refused, and after that; both where it was written before, and elsewhere.
    file.write(new Uint8Array(10).fill(3), 0);
    await expect(flushed).rejects.toThrow('The disk is full.');
    file.write(new Uint8Array(10).fill(4), 190_000);
    await expect(file.flush()).rejects.toThrow('The disk is full.');
    refused = false;
    const seen = bytesIn(file);
    expect(await file.flush()).toBe(mark + 1);
    expect(Buffer.compare(bytesIn(await open(mark + 1)), seen)).toBe(0);
    expect(Buffer.compare(bytesIn(await open(mark)), new Uint8Array(200_000).fill(1))).toBe(0);
  });

  test('a file that would fill the memory says what is missing', async () => {
    const file = await setting().open(null);
    expect(() => file.write(new Uint8Array(1), 128 * 1024 * 1024)).toThrow('a.db grows beyond 128 MiB');
  });
});

test('no attempt goes back in its files while an export reads them', async () => {
  let last = Promise.resolve();
  const locks = {
    // As exclusive as Web Locks are; one name is all that is asked for here.
    request: (_: string, work: () => unknown) => {
      const ended = last.then(work);
      last = ended.then(() => {});
      return ended;
    },
  };
  const { file, contents } = disk();
  const entries = {
    getDirectoryHandle: async () => entries,
    getFileHandle: async (name: string) => ({ createSyncAccessHandle: async () => file(name) }),
  };
  vi.stubGlobal('navigator', { locks, storage: { getDirectory: async () => entries } });
  const files = outputFilesOf(freshStore().database, 'folder');
  const open = (mark: number | null) => files.openRandomOutput('task', 'a.db', 'text/plain', mark);
  const output = await open(null);
  output.write(new Uint8Array(10).fill(1), 0);
  const mark = await output.flush();
  // More than waits in memory.
  output.write(new Uint8Array(5 * 1024 * 1024).fill(2), 0);

  const release = await files.holdMarks('task');
  const opening = open(mark);
  await ticks();
  expect([...(contents.get('a.db') ?? new Uint8Array()).subarray(0, 10)]).toEqual(Array(10).fill(2));
  release();
  expect([...bytesIn(await opening)]).toEqual(Array(10).fill(1));
});
