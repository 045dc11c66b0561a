/** Looks for lines that match in a block of text. */
import { numbers } from './numbers.ts';

export interface Order {
  bytes: Uint8Array<ArrayBuffer>;
  /** The first line is the rest of one that has matched already. */
  skip: boolean;
  /** Look no further after so many lines. */
  limit: number;
  /** Of so many of them, the places of the matches are wanted. */
  ranges: number;
  /** Tell of every line before it is searched. */
  careful: boolean;
}

/** Where a match begins and ends in its line, in UTF-16 units. */
export type Range = [start: number, end: number];

/** In typed arrays: what several blocks of short lines hold would not fit into the memory as objects. */
export interface Found {
  /**
   * Of each line that matches: its number in the block, from 0 on, where it begins, and where its end is, in bytes, and
   * how many of the ranges are its own.
   */
  hits: Uint32Array<ArrayBuffer>;
  /** Of one line after the other, where each match begins and ends. */
  ranges: Uint32Array<ArrayBuffer>;
  /** How many line breaks there are in the block. */
  lines: number;
}

/** Whether a line matches cannot be told. The message says why. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
  /** `at`: the byte of the block where the line begins. `pattern`: what it is too much of for that line. */
  constructor(
    readonly at: number,
    readonly pattern: 'slow' | 'deep',
    message: string,
  ) {
    super(message);
  }
}

export const HIT = 4;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Of one line. */
const MAX_RANGES = 100;
/** A pattern that may match nothing at all does so at every place of a line. Some 20 ms. */
const MAX_MATCHES = 100_000;
const TELL_MS = 200;
const LINES_A_LOOK = 64;

/** A mark at the start is a character of its own here: offsets count on it. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * `tell` is called at least about every 200 ms, as long as no line takes longer, with the byte at which a line begins.
 * Throws `NoAnswer` when the engine has no room for what it has to remember of a line.
 */
export function search(order: Order, regex: RegExp, tell: (at: number) => void): Found {
  const { bytes, skip, limit, careful } = order;
  const text = decoder.decode(bytes);
  const startOf = lineStarts(bytes, text.length);
  const every = new RegExp(regex, `${regex.flags}g`);
  const hits = numbers();
  const ranges = numbers();
  let told = performance.now();
  let lines = 0;
  for (let at = 0; at < text.length; lines += 1) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    if (careful) tell(startOf(lines, at));
    else if (lines % LINES_A_LOOK === 0 && performance.now() - told > TELL_MS) {
      tell(startOf(lines, at));
      told = performance.now();
    }
    const line = text.slice(at, end > at && text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end);
    // Beyond the limit lines are counted all the same: the numbers of later ones go on from them.
    try {
      if (hits.length() < limit * HIT && regex.test(line) && !(skip && lines === 0)) {
        const start = startOf(lines, at);
        const last = bytes.indexOf(LINE_FEED, start);
        const count = hits.length() < order.ranges * HIT ? addRanges(ranges, line, every) : 0;
        for (const number of [lines, start, last < 0 ? bytes.length : last, count]) hits.add(number);
      }
    } catch (error) {
      // An engine reads a pattern when it first needs it; one that is too large for it is no matter of the line.
      if (error instanceof SyntaxError || !(error instanceof Error)) throw error;
      throw new NoAnswer(startOf(lines, at), 'deep', error.message);
    }
    if (next < 0) break;
    at = end + 1;
  }
  return { hits: hits.all(), ranges: ranges.all(), lines };
}

/** Tells the byte at which a line begins, from its number and its place in a text of `length` units. Lines are asked for in order. */
function lineStarts(bytes: Uint8Array, length: number): (line: number, at: number) => number {
  // Every character is one byte long, and every other one takes more bytes than units: only then is this so.
  if (length === bytes.length) return (_, at) => at;
  let [counted, start] = [0, 0];
  return (line) => {
    for (; counted < line; counted += 1) start = bytes.indexOf(LINE_FEED, start) + 1;
    return start;
  };
}

/** Returns how many. */
function addRanges(ranges: ReturnType<typeof numbers>, line: string, every: RegExp): number {
  let [count, matches] = [0, 0];
  for (const match of line.matchAll(every)) {
    if (match[0].length > 0) {
      ranges.add(match.index);
      ranges.add(match.index + match[0].length);
      count += 1;
    }
    matches += 1;
    if (count === MAX_RANGES || matches === MAX_MATCHES) break;
  }
  return count;
}

/** Gives the ranges of one line that matches after the other; none, where they were not wanted. */
export function rangesByLine({ hits, ranges }: Found): () => Range[] {
  let [hit, at] = [0, 0];
  return () => {
    const found: Range[] = [];
    for (const end = at + 2 * (hits[hit + 3] ?? 0); at < end; at += 2)
      found.push([ranges[at] ?? 0, ranges[at + 1] ?? 0]);
    hit += HIT;
    return found;
  };
}
