/** The list of the lines that match, with the lines around them, as `grep -nH` writes it or as JSON lines. */
import type { Block } from './blocks.ts';
import type { Searched } from './matcher.ts';
import { HIT, type Range } from './search.ts';
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
  /** The last lines that have not been listed: they may come before one that matches. */
  before: Line[];
  /** How many of the next lines are to be listed, because they come after one that matches. */
  after: number;
  /** The last line that was listed; 0: none. */
  listed: number;
  /** The byte where the line begins whose rest the block begins with; null: it begins with a line. */
  begun: number | null;
}

export const nothingAround: Around = { before: [], after: 0, listed: 0, begun: null };

export interface Listed {
  text: string;
  around: Around;
}

interface Wanted {
  name: string;
  format: Format;
  before: number;
  after: number;
}

/** Of a line that is listed only because it is near one that matches. */
const MAX_CONTEXT_BYTES = 16 * 1024;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What a block adds to the list. `line` is the number of its first line. */
export function listed(block: Block, line: number, found: Searched, around: Around, wanted: Wanted): Listed {
  const { offset } = block;
  const { begun } = around;
  const { bytes } = found;
  const context = wanted.before + wanted.after > 0;
  const written = writer(wanted, context, around.listed);
  let { after } = around;
  /** What is before it has been listed, or will not be; `next` is the number of the line that begins there. */
  let done = 0;
  let next = line;
  // The rest of a line that was cut is no line of its own.
  if (begun !== null) {
    done = endOf(bytes, 0);
    next += 1;
  }

  const lineAt = (start: number, number: number, most = Number.POSITIVE_INFINITY): Line => {
    const end = bytes.indexOf(LINE_FEED, start);
    const stop = end < 0 ? bytes.length : end;
    const cut = Math.min(stop - (stop > start && bytes[stop - 1] === CARRIAGE_RETURN ? 1 : 0), start + most);
    const first = (start === 0 ? begun : null) ?? offset + start;
    return { line: number, offset: first, text: decoder.decode(bytes.subarray(start, cut)) };
  };
  const listAfter = (until: number) => {
    for (; after > 0 && done < until; after -= 1) {
      written.context(lineAt(done, next, MAX_CONTEXT_BYTES));
      done = endOf(bytes, done);
      next += 1;
    }
  };
  /** The lines that end at a place, as many as there are since `done`. */
  const linesBefore = (end: number, number: number): Line[] => {
    const lines: Line[] = [];
    for (let at = end; at > done && lines.length < wanted.before; ) {
      at = at < 2 ? 0 : bytes.lastIndexOf(LINE_FEED, at - 2) + 1;
      lines.unshift(lineAt(at, number - lines.length - 1, MAX_CONTEXT_BYTES));
    }
    return lines;
  };
  let { before } = around;
  const latest = (lines: Line[]) => (wanted.before === 0 ? [] : [...before, ...lines].slice(-wanted.before));

  for (let index = 0; index < found.hits.length / HIT; index += 1) {
    const number = line + (found.hits[index * HIT] ?? 0);
    const start = found.hits[index * HIT + 1] ?? 0;
    if (context) {
      listAfter(start);
      // Of a line that was cut, the part before this one may be among them.
      for (const each of latest(linesBefore(start, number))) if (each.line < number) written.context(each);
      before = [];
      after = wanted.after;
    }
    written.match(lineAt(start, number), found.ranges[index] ?? []);
    done = endOf(bytes, start);
    next = number + 1;
  }
  if (context) {
    listAfter(bytes.length);
    // A line that goes on counts as one that was here.
    before = latest(linesBefore(bytes.length, line + found.lines + (endsLine(bytes) ? 0 : 1)));
  }
  const goesOn = block.open ? (begun ?? offset) : null;
  return { text: written.text(), around: { before, after, listed: written.listed(), begun: goesOn } };
}

const endsLine = (bytes: Uint8Array) => bytes.at(-1) === LINE_FEED;

function endOf(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(LINE_FEED, start);
  return end < 0 ? bytes.length : end + 1;
}

function writer({ name, format }: Wanted, context: boolean, listed: number) {
  const parts: string[] = [];
  function write(kind: 'match' | 'context', { line, offset, text }: Line, ranges: Range[] = []) {
    if (format === 'jsonl') {
      const places = kind === 'match' ? { ranges } : {};
      parts.push(`${JSON.stringify({ type: kind, file: name, line, offset, text, ...places })}\n`);
    } else {
      if (context && listed > 0 && line > listed + 1) parts.push('--\n');
      const mark = kind === 'match' ? ':' : '-';
      parts.push(`${name}${mark}${line}${mark}${text}\n`);
    }
    listed = line;
  }
  return {
    match: (line: Line, ranges: Range[]) => write('match', line, ranges),
    context: (line: Line) => write('context', line),
    text: () => parts.join(''),
    listed: () => listed,
  };
}
