/** Reads text and Markdown, a part at a time: of any size. */
import { encodingOf, type Label } from './encoding.ts';
import { paginate } from './paginate.ts';
import { clean, type Pages, type Source, titleOf } from './plan.ts';

const PART_BYTES = 256 * 1024;
const SAMPLE_BYTES = 64 * 1024;
const LINE_FEED = 10;
const SPACE = 32;
/** Bytes of a character, in any of the encodings. */
const LONGEST = 4;
/** Of one, so much is looked at: what it ends with takes longer to find than it is long. */
const HEADING = /^#{1,6}[ \t]+(\S.{0,999})/m;
/** Signs that close a heading are no part of it. */
const CLOSING = /(?<=^|\s)#+\s*$/;

export async function* readText(source: Source, markdown = false): AsyncGenerator<Pages, string | null, void> {
  const { size, encoding, from, bytes, at } = source;
  const sample = await bytes(0, Math.min(size, SAMPLE_BYTES));
  const { label, mark } = encodingOf(sample, encoding);
  const decoder = new TextDecoder(label);
  const title = markdown ? (HEADING.exec(decoder.decode(sample))?.[1] ?? '').replace(CLOSING, '') : '';
  let offset = from && 'offset' in from ? from.offset : mark;
  while (offset < size) {
    at(0, offset / size);
    const part = await bytes(offset, Math.min(size, offset + PART_BYTES));
    const zero = label.startsWith('utf-16') ? -1 : part.indexOf(0);
    if (zero >= 0) throw new Error(`is no text: its byte ${offset + zero} is 0`);
    const length = offset + part.length < size ? cutOf(part, label) : part.length;
    offset += length;
    const texts = [...paginate(clean(decoder.decode(part.subarray(0, length))))];
    yield { texts, position: { offset }, share: offset / size };
  }
  return titleOf(title);
}

/** Behind the last line that is whole. In none of these encodings but UTF-16 has that byte another meaning. */
function cutOf(part: Uint8Array, label: Label): number {
  if (label.startsWith('utf-16')) return wideCutOf(part, label === 'utf-16le' ? 1 : 0);
  const line = part.lastIndexOf(LINE_FEED) + 1;
  if (line > 0) return line;
  const space = part.lastIndexOf(SPACE) + 1;
  if (space > 0) return space;
  // One endless word: at least no character is cut.
  for (let end = part.length; end > part.length - LONGEST; end -= 1)
    if (endsWhole(part.subarray(0, end), label)) return end;
  return part.length;
}

/** Nothing of a character is left that a decoder would wait for the rest of. */
function endsWhole(part: Uint8Array, label: Label): boolean {
  const decoder = new TextDecoder(label);
  decoder.decode(part, { stream: true });
  return decoder.decode() === '';
}

/** The same of units of two bytes; `high`: which of them is the high one. */
function wideCutOf(part: Uint8Array, high: 0 | 1): number {
  const even = part.length - (part.length % 2);
  for (const wanted of [LINE_FEED, SPACE])
    for (let at = even - 2; at >= 0; at -= 2)
      if (part[at + 1 - high] === wanted && part[at + high] === 0) return at + 2;
  const last = part[even - 2 + high] ?? 0;
  // Half of a pair waits for its other half.
  return last >= 0xd8 && last < 0xdc ? even - 2 : even;
}
