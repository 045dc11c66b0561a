/** A file that is written in place, on a disk that loses power: of what was not flushed, any part may be there, and any may be missing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastMark, type SyncFile, undoable } from '../../../src/core/undo-log.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Change = { kind: 'write'; at: number; bytes: Bytes } | { kind: 'size'; size: number };

/** What a disk writes at a time: it is there whole or not at all. */
const SECTOR = 512;
const GONE = 'the power is gone';

function changed(bytes: Bytes, change: Change): Bytes {
  if (change.kind === 'size') {
    const next = new Uint8Array(change.size);
    next.set(bytes.subarray(0, change.size));
    return next;
  }
  const { at, bytes: written } = change;
  const next = new Uint8Array(Math.max(bytes.length, at + written.length));
  next.set(bytes);
  next.set(written, at);
  return next;
}

function* sectorsOf(at: number, bytes: Bytes): Generator<Change> {
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + SECTOR - ((at + from) % SECTOR));
    yield { kind: 'write', at: at + from, bytes: bytes.slice(from, to) };
    from = to;
  }
}

/** `most`: so many blocks wait in memory before they are written. */
function disk(most: number) {
  /** What is on the disk for good, what is waiting to be, and what whoever reads sees. */
  const files = new Map<string, { stored: Bytes; waiting: Change[]; seen: Bytes }>();
  let changes = Number.POSITIVE_INFINITY;

  const stateOf = (name: string) => {
    const known = files.get(name) ?? { stored: new Uint8Array(), waiting: [], seen: new Uint8Array() };
    files.set(name, known);
    return known;
  };
  const change = (name: string, each: Change) => {
    changes -= 1;
    if (changes < 0) throw new Error(GONE);
    const state = stateOf(name);
    state.waiting.push(...(each.kind === 'write' ? sectorsOf(each.at, each.bytes) : [each]));
    state.seen = changed(state.seen, each);
  };

  const file = (name: string): SyncFile => ({
    read(into, { at }) {
      const found = stateOf(name).seen.subarray(at, at + into.length);
      into.set(found);
      return found.length;
    },
    write(bytes, { at }) {
      change(name, { kind: 'write', at, bytes });
      return bytes.length;
    },
    truncate: (size) => change(name, { kind: 'size', size }),
    getSize: () => stateOf(name).seen.length,
    flush() {
      changes -= 1;
      if (changes < 0) throw new Error(GONE);
      const state = stateOf(name);
      Object.assign(state, { stored: state.seen, waiting: [] });
    },
    close: () => {},
  });
  const logs = [file('log 0'), file('log 1')] as const;

  return {
    last: () => lastMark(logs),
    open: (mark: number | null) => undoable(file('main'), logs, mark, most),
    /** So many changes and flushes are still to come. */
    cutAfter(count: number) {
      changes = count;
    },
    /** The disk comes back with what `survives` of each change that waited. */
    cut(survives: () => boolean) {
      for (const state of files.values()) {
        for (const each of state.waiting) {
          const isThere = survives();
          if (isThere) state.stored = changed(state.stored, each);
          // The file may be as long as it would be, without the bytes.
          if (isThere || each.kind === 'size' || !survives()) continue;
          const size = Math.max(state.stored.length, each.at + each.bytes.length);
          state.stored = changed(state.stored, { kind: 'size', size });
        }
        Object.assign(state, { seen: state.stored, waiting: [] });
      }
      changes = Number.POSITIVE_INFINITY;
    },
  };
}

type Disk = ReturnType<typeof disk>;
type Opened = ReturnType<Disk['open']>;
type Step = { at: number; length: number; byte: number } | { size: number };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        at: fc.nat(30_000),
        length: fc.integer({ min: 1, max: 9_000 }),
        byte: fc.integer({ min: 1, max: 255 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ size: fc.nat(30_000) }) },
  ),
  { minLength: 1, maxLength: 6 },
);

function apply(file: Opened, round: readonly Step[]) {
  for (const step of round) {
    if ('byte' in step) file.write(new Uint8Array(step.length).fill(step.byte), Math.min(step.at, file.size));
    else if (step.size < file.size) file.truncate(step.size);
  }
}

function bytesIn(file: Opened): Buffer {
  const bytes = new Uint8Array(file.size);
  expect(file.read(bytes, 0)).toBe(bytes.length);
  return Buffer.from(bytes);
}

/** Runs until the power is gone. */
function powered(work: () => void) {
  try {
    work();
  } catch (error) {
    expect(error).toEqual(new Error(GONE));
  }
}

interface Marked {
  mark: number | null;
  bytes: Buffer;
}

/** Changes and flushes again and again; gives each mark, and what a flush that did not return would have left. */
function written(file: Opened, rounds: readonly Step[][]): { marks: Marked[]; last: () => Buffer } {
  const marks: Marked[] = [];
  let wanted: Buffer = Buffer.alloc(0);
  powered(() => {
    for (const round of rounds) {
      apply(file, round);
      wanted = bytesIn(file);
      marks.push({ mark: file.flush(), bytes: wanted });
    }
  });
  return { marks, last: () => wanted };
}

const rounds = fc.array(steps, { minLength: 1, maxLength: 5 });
const chance = fc.infiniteStream(fc.boolean());
const asked = (stream: Iterator<boolean>) => () => stream.next().value === true;

test('the power may go at any time: the file is what it was at the last flush that returned, and so again when it goes while that is restored', () => {
  fc.assert(
    fc.property(
      rounds,
      rounds,
      fc.nat(60),
      fc.nat(40),
      fc.integer({ min: 1, max: 6 }),
      chance,
      (before, after, first, second, most, stream) => {
        const survives = asked(stream[Symbol.iterator]());
        const on = disk(most);
        on.cutAfter(first);
        const marks: Marked[] = [{ mark: null, bytes: Buffer.alloc(0) }];
        powered(() => marks.push(...written(on.open(null), before).marks));
        on.cut(survives);
        const last = marks.at(-1);
        if (!last) return;
        for (let again = 0; again < 2; again += 1) {
          on.cutAfter(second);
          // Of this attempt nobody comes to know a mark: it gets as far as its first flush.
          powered(() => {
            const file = on.open(last.mark);
            apply(file, after[0] ?? []);
            file.flush();
            apply(file, after[1] ?? []);
          });
          on.cut(survives);
          expect(bytesIn(on.open(last.mark)).equals(last.bytes)).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('whoever goes on from the last mark that there is finds what was there at a flush, and nothing between two', () => {
  fc.assert(
    fc.property(
      fc.array(rounds, { minLength: 1, maxLength: 3 }),
      fc.array(fc.nat(60), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 1, max: 6 }),
      chance,
      (lives, cuts, most, stream) => {
        const survives = asked(stream[Symbol.iterator]());
        const on = disk(most);
        let known: Buffer = Buffer.alloc(0);
        for (const [n, life] of lives.entries()) {
          on.cutAfter(cuts[n] ?? 0);
          let possible = [known];
          powered(() => {
            const { marks, last } = written(on.open(on.last()), life);
            // One that did not return may have come to its end.
            possible = [marks.at(-1)?.bytes ?? known, last()];
          });
          on.cut(survives);
          known = bytesIn(on.open(on.last()));
          expect(possible.some((bytes) => bytes.equals(known))).toBe(true);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a file that is begun anew is what it was or empty, wherever the power goes', () => {
  fc.assert(
    fc.property(rounds, fc.nat(12), fc.integer({ min: 1, max: 6 }), chance, (life, first, most, stream) => {
      const survives = asked(stream[Symbol.iterator]());
      const on = disk(most);
      const { marks } = written(on.open(null), life);
      const old = marks.at(-1)?.bytes ?? Buffer.alloc(0);
      on.cutAfter(first);
      powered(() => void on.open(null));
      on.cut(survives);
      const found = bytesIn(on.open(on.last()));
      expect(found.length === 0 || found.equals(old)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
