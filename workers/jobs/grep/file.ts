/** Searches one file. */
import type * as v from 'valibot';
import type { InputFile, JobContext, Output } from '../../../src/core/job.ts';
import { contentFrom, isGzip } from '../content.ts';
import { Damaged } from '../damaged.ts';
import type { Member } from '../gunzip.ts';
import { type Block, blocksOf, joined, MAX_LINE_BYTES } from './blocks.ts';
import { excerptOf } from './excerpt.ts';
import { isBinary, withoutMark } from './head.ts';
import { type Around, listed, nothingAround } from './listing.ts';
import type { Matcher, Searched } from './matcher.ts';
import { HIT, NoAnswer, type Range, rangesByLine } from './search.ts';
import type { spec } from './spec.ts';

export interface Count {
  name: string;
  /** Lines that match. */
  lines: number;
  /** It holds what is no text: its lines are counted, not listed. */
  binary: boolean;
  /** Lines that were searched in pieces. */
  too_long: number;
  /** Why the rest of it could not be read, or null. */
  error: string | null;
}

export interface Match {
  file: string;
  line: number;
  /** Of the line's first byte, in what is unpacked. */
  offset: number;
  text: string;
  ranges: Range[];
}

/** Where a file stands that is being searched. */
export interface Place {
  /** Of the content's bytes that are done. */
  offset: number;
  /** Where the bytes at `offset` can be unpacked from; null in a file that is not packed. */
  member: Member | null;
  /** The number of the line that is next, or goes on. */
  line: number;
  /** A line goes on at `offset`, and has matched or not; null: none does. */
  open: { matched: boolean } | null;
  /** That match. */
  lines: number;
  binary: boolean;
  too_long: number;
  around: Around;
}

interface Step {
  /** Bytes of the file. */
  read: number;
  /** That match, so far. */
  lines: number;
  /** Null in the middle of a block. */
  place: Place | null;
}

interface Shared {
  matcher: Matcher;
  list: Output;
  /** The first matches of all files, for the result. */
  first: Match[];
  log: JobContext<unknown>['log'];
}

interface Ahead {
  block: Block;
  finding: Promise<Searched>;
}

/**
 * Enough for the thread that matches to be busy while this one waits for a disk. What is found in short lines takes up to
 * sixteen times as much.
 */
const BYTES_AHEAD = 4 * 1024 * 1024;
/** So many matches are in the result, and so many in the log. */
const SHOWN = 100;
const LOGGED = 20;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Yields after each block, and while it is listed; the next ones are read and searched meanwhile. */
export async function* searched(
  file: InputFile,
  begun: Place | null,
  {
    max_matches = Number.POSITIVE_INFINITY,
    format,
    before,
    after,
    on_error,
  }: Omit<v.InferOutput<typeof spec.input>, 'files'>,
  { matcher, list, first, log }: Shared,
): AsyncGenerator<Step, Count, void> {
  const { name } = file;
  let place = begun ?? (await startOf(file));
  /** What is read ahead may turn out not to be wanted. */
  const over = new AbortController();
  const content = await contentFrom(file, place.offset, place.member);

  /** So many more lines. */
  const wanted = () => max_matches - place.lines;
  /** Neither a line that matches is wanted any more, nor one after it. */
  const isEnough = () => wanted() === 0 && place.around.after === 0;

  function search(block: Block): Promise<Searched> {
    const shown = format === 'jsonl' ? Number.POSITIVE_INFINITY : SHOWN - first.length;
    const question = {
      parts: block.parts,
      skip: block.continues && place.open?.matched === true,
      limit: wanted(),
      ranges: place.binary ? 0 : Math.max(0, shown),
    };
    return matcher.search(question, over.signal);
  }

  async function* toList(block: Block, found: Searched): AsyncGenerator<Step, Around, void> {
    const { bytes, hits } = found;
    const { begun } = place.around;
    const ranges = rangesByLine(found);
    for (let index = 0; index < hits.length / HIT && first.length < SHOWN; index += 1) {
      const [nth = 0, start = 0, end = 0] = hits.subarray(index * HIT, index * HIT + HIT);
      const text = decoder.decode(bytes.subarray(start, end)).replace(/\r$/, '');
      const line = place.line + nth;
      const excerpt = excerptOf(text, ranges());
      first.push({ file: name, line, offset: (nth === 0 ? begun : null) ?? block.offset + start, ...excerpt });
      if (first.length <= LOGGED) log('info', `${name}:${line}: ${excerpt.text}`);
    }
    const pieces = listed(block, place.line, found, place.around, {
      name,
      format,
      before,
      after,
      empty: list.size === 0,
    });
    for (;;) {
      const { done, value } = pieces.next();
      if (done) return value;
      await list.write(value);
      yield { read: block.read, lines: place.lines, place: null };
    }
  }

  async function* settle({ block, finding }: Ahead): AsyncGenerator<Step, void, void> {
    const found = await finding.catch((error: unknown) => {
      if (!(error instanceof NoAnswer)) throw error;
      const { at, pattern, message } = error;
      throw new Error(`pattern too ${pattern} at byte ${block.offset + at} of ${name}: ${message}`);
    });
    const hits = found.hits.subarray(0, wanted() * HIT);
    const offset = block.offset + block.size;
    const isTooLong = block.open && !block.continues;
    if (isTooLong && place.too_long === 0)
      log(
        'warn',
        `${name}:${place.line}: a line of more than ${MAX_LINE_BYTES / 1024 / 1024} MiB is searched in pieces`,
      );
    place = {
      offset,
      member: content.memberBefore(offset),
      line: place.line + found.lines,
      open: block.open ? { matched: hits.length > 0 || (block.continues && place.open?.matched === true) } : null,
      lines: place.lines + hits.length / HIT,
      binary: place.binary,
      too_long: place.too_long + (isTooLong ? 1 : 0),
      around: place.binary ? nothingAround : yield* toList(block, { ...found, hits }),
    };
    yield { read: block.read, lines: place.lines, place };
  }

  let damage: Damaged | null = null;
  try {
    const ahead: Ahead[] = [];
    const bytesAhead = () => ahead.reduce((bytes, { block }) => bytes + block.size, 0);
    try {
      for await (const whole of blocksOf(content, place.offset, place.open !== null)) {
        const block = whole.offset === 0 ? withoutMark(whole) : whole;
        if (whole.offset === 0) place = { ...place, binary: isBinary(joined(whole.parts), name, log) };
        // Whether the rest of a line is searched depends on what came of its beginning.
        const most = block.continues ? 0 : BYTES_AHEAD - block.size;
        for (let first = ahead[0]; first && bytesAhead() > most; first = ahead[0]) {
          ahead.shift();
          yield* settle(first);
        }
        if (isEnough()) break;
        ahead.push({ block, finding: search(block) });
      }
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      damage = error;
    }
    for (const each of ahead) if (!isEnough()) yield* settle(each);
    // What is behind the last line that is wanted is as if it had not been read.
    if (isEnough()) damage = null;
    if (damage && on_error === 'fail') throw damage;
    if (damage) log('warn', `${damage.message}: only what is before was searched`);
  } finally {
    over.abort();
    await content.close();
  }
  return { name, lines: place.lines, binary: place.binary, too_long: place.too_long, error: damage?.why ?? null };
}

async function startOf(file: InputFile): Promise<Place> {
  const member = (await isGzip(file)) ? { at: 0, start: 0 } : null;
  return { offset: 0, member, line: 1, open: null, lines: 0, binary: false, too_long: 0, around: nothingAround };
}
