/** The list of the lines that match, with the lines around them, as `grep -nH` writes it or as JSON lines. */
import { type Block, cutAt } from './blocks.ts';
import type { Searched } from './matcher.ts';
import { HIT, type Range, rangesByLine } from './search.ts';
import type { Format } from './spec.ts';

interface Line {
  /** From 1 on. */
  line: number;
  /** Of its first byte in the content. */
  offset: number;
  text: string;
}

/** What the list has to know of the lines before a block. */
export interface Around {
  /** The last lines that have not been listed, none if none are wanted: they may be near one that matches. One that goes on is the last. */
  before: Line[];
  /** How many of the next lines are to be listed, because they come after one that matches. */
  after: number;
  /** The last line that was listed; 0: none. */
  listed: number;
  /** The byte where the line begins whose rest the block begins with; null: it begins with a line. */
  begun: number | null;
}

export const nothingAround: Around = { before: [], after: 0, listed: 0, begun: null };

interface Wanted {
  name: string;
  format: Format;
  before: number;
  after: number;
  /** Nothing has been listed so far, of any file. */
  empty: boolean;
}

/** So much of the list is made at a time, in characters: some 10 ms of short lines. */
const PIECE = 256 * 1024;
/** Of a line that is listed only because it is near one that matches. */
const MAX_CONTEXT_BYTES = 16 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** What a block adds to the list, piece by piece; returns what the next block has to know. `line` is the number of its first line. */
export function* listed(
  block: Block,
  line: number,
  found: Searched,
  around: Around,
  wanted: Wanted,
): Generator<string, Around, void> {
  const { offset } = block;
  const { begun } = around;
  const { bytes } = found;
  const ranges = rangesByLine(found);
  const context = wanted.before + wanted.after > 0;
  const written = writer(wanted, context, around.listed);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let { after } = around;
  /** What is before it has been listed, or will not be; `next` is the number of the line that begins there. */
  let done = 0;
  let next = line;
  // The rest of a line that was cut is no line of its own.
  if (begun !== null) {
    done = endOf(bytes, 0);
    next += 1;
  }

  const offsetOf = (start: number) => (start === 0 ? begun : null) ?? offset + start;
  const textEnd = (start: number) => {
    const end = bytes.indexOf(LINE_FEED, start);
    const stop = end < 0 ? bytes.length : end;
    return stop > start && bytes[stop - 1] === CARRIAGE_RETURN ? stop - 1 : stop;
  };
  const contextAt = (start: number, number: number): Line => {
    const end = textEnd(start);
    const isLong = end - start > MAX_CONTEXT_BYTES;
    const shown = bytes.subarray(start, isLong ? cutAt(bytes, start + MAX_CONTEXT_BYTES) : end);
    return { line: number, offset: offsetOf(start), text: `${decoder.decode(shown)}${isLong ? '…' : ''}` };
  };
  const listAfter = (until: number) => {
    for (; after > 0 && done < until; after -= 1) {
      written.context(contextAt(done, next));
      done = endOf(bytes, done);
      next += 1;
    }
  };
  /** The lines that end at a place, as many as there are since `done`. */
  const linesBefore = (end: number, number: number, most: number): Line[] => {
    const lines: Line[] = [];
    for (let at = end; at > done && lines.length < most; ) {
      at = at < 2 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 2) + 1;
      lines.unshift(contextAt(at, number - lines.length - 1));
    }
    return lines;
  };
  let { before } = around;
  // A line that was cut is listed once it is known not to match.
  const cut = before.at(-1);
  if (cut?.line === line && !block.open && after > 0 && !(found.hits.length > 0 && found.hits[0] === 0)) {
    written.context(cut);
    before = [];
    after -= 1;
  }

  for (let index = 0; index < found.hits.length / HIT; index += 1) {
    const number = line + (found.hits[index * HIT] ?? 0);
    const start = found.hits[index * HIT + 1] ?? 0;
    if (context) {
      listAfter(start);
      // Of a line that was cut, the part before this one may be among them.
      const lines = [...before, ...linesBefore(start, number, wanted.before)].filter((each) => each.line < number);
      for (const each of lastOf(lines, wanted.before)) written.context(each);
      before = [];
      after = wanted.after;
    }
    written.begin('match', number, offsetOf(start));
    const end = textEnd(start);
    let at = start;
    for (; end - at > PIECE; at += PIECE) {
      written.text(decoder.decode(bytes.subarray(at, at + PIECE), { stream: true }));
      yield written.take();
    }
    written.text(decoder.decode(bytes.subarray(at, end)));
    written.end(ranges());
    if (written.size() >= PIECE) yield written.take();
    done = endOf(bytes, start);
    next = number + 1;
  }
  if (context) {
    if (!block.open) listAfter(bytes.length);
    // A line that goes on takes no other's place: it may match yet.
    const most = wanted.before + (block.open ? 1 : 0);
    const lines = linesBefore(bytes.length, line + found.lines + (endsLine(bytes) ? 0 : 1), most);
    before = lastOf([...before, ...lines], most);
  }
  if (written.size() > 0) yield written.take();
  return { before, after, listed: written.listed(), begun: block.open ? offsetOf(0) : null };
}

const lastOf = (lines: Line[], count: number) => lines.slice(Math.max(0, lines.length - count));

const endsLine = (bytes: Uint8Array) => bytes.at(-1) === LINE_FEED;

function endOf(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(LINE_FEED, start);
  return end < 0 ? bytes.length : end + 1;
}

function writer({ name, format, empty }: Wanted, context: boolean, listed: number) {
  const file = JSON.stringify(name);
  const json = format === 'jsonl';
  let parts: string[] = [];
  let size = 0;
  const add = (part: string) => {
    parts.push(part);
    size += part.length;
  };
  /** What is not next to the line before stands by itself; the first line of a file always does. */
  const isApart = (line: number) => (listed > 0 ? line > listed + 1 : !empty);
  function begin(kind: 'match' | 'context', line: number, offset: number) {
    const mark = kind === 'match' ? ':' : '-';
    if (json) add(`{"type":"${kind}","file":${file},"line":${line},"offset":${offset},"text":"`);
    else add(`${context && isApart(line) ? '--\n' : ''}${name}${mark}${line}${mark}`);
    listed = line;
  }
  const text = (part: string) => add(json ? JSON.stringify(part).slice(1, -1) : part);
  return {
    begin,
    /** Of a line that was begun, a part. */
    text,
    /** Of a line that matches. */
    end: (ranges: Range[]) => add(json ? `","ranges":${JSON.stringify(ranges)}}\n` : '\n'),
    context({ line, offset, text: all }: Line) {
      begin('context', line, offset);
      text(all);
      add(json ? '"}\n' : '\n');
    },
    /** In characters, of what was not taken. */
    size: () => size,
    take() {
      const all = parts.join('');
      [parts, size] = [[], 0];
      return all;
    },
    listed: () => listed,
  };
}
