/** Reads a table's rows in batches that end at the same places however often the reading was interrupted. */
import type { InputFile } from '../../../src/core/job.ts';
import { type Content, contentFrom } from '../content.ts';
import type { Member } from '../gunzip.ts';
import type { Decoder } from './encoding.ts';
import type { Fault, Found, Tokenizer } from './rows.ts';

/** A place between two rows. */
export interface Place {
  /** Of the next row, in bytes of the content. */
  offset: number;
  /** The end of what was read to find that place: the next batch begins to read there. */
  seen: number;
  line: number;
  member: Member | null;
}

export interface Batch extends Pick<Found, 'rows' | 'lineOf'> {
  faults: Fault[];
  /** After these rows. */
  place: Place;
  /** Bytes of the file that were read. */
  read: number;
  /** Whether no other follows. */
  last: boolean;
}

/** Few enough that a batch is tokenized in some 3 ms, and that few of its cells outlive a collection: with four times as many a tab takes 20 MiB more. */
const STEP_BYTES = 64 * 1024;

export const startOf = (packed: boolean): Place => ({
  offset: 0,
  seen: 0,
  line: 1,
  member: packed ? { at: 0, start: 0 } : null,
});

export async function* batchesOf(
  file: InputFile,
  from: Place,
  decoder: Decoder,
  tokenizer: Tokenizer,
): AsyncGenerator<Batch, void, void> {
  const content = await contentFrom(file, from.offset, from.member);
  try {
    yield* batches(file.name, content, from, decoder, tokenizer);
  } finally {
    await content.close();
  }
}

async function* batches(
  name: string,
  content: Content,
  from: Place,
  decoder: Decoder,
  tokenizer: Tokenizer,
): AsyncGenerator<Batch, void, void> {
  let { offset, seen, line } = from;
  // One buffer for all steps: new ones would wait by the hundred for a collection.
  let buffer: Uint8Array = (await content.take(seen - offset)).slice();
  let kept = buffer.length;
  for (let last = false; !last; ) {
    // An unfinished row is looked at again when there is twice as much of it: never more than twice in all.
    const step = Math.max(STEP_BYTES, kept);
    const more = await content.take(step);
    last = more.length < step;
    seen += more.length;
    if (buffer.length < kept + more.length) buffer = grown(buffer.subarray(0, kept), kept + step);
    buffer.set(more, kept);
    const bytes = buffer.subarray(0, kept + more.length);

    const { text, held } = decoder.decode(bytes, last);
    const { end, lines, ...found } = tokenizer.tokenize(text, line, last);
    const used = last ? bytes.length : bytes.length - held - decoder.lengthOf(text.slice(end));
    buffer.copyWithin(0, used, bytes.length);
    kept = bytes.length - used;
    offset += used;
    line += lines;
    if (kept >= tokenizer.longest) {
      throw new Error(
        `${name}, line ${line} (byte ${offset}): this row does not end within ${tokenizer.longest / 1024 / 1024} MiB. Perhaps a quote is never closed.`,
      );
    }
    yield { ...found, place: { offset, seen, line, member: content.memberBefore(offset) }, read: content.read(), last };
  }
}

function grown(bytes: Uint8Array, size: number): Uint8Array {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}
