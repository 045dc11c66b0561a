/** A line that matches, small enough to be shown. */
import type { Range } from './search.ts';

const MAX_TEXT = 300;
const BEFORE = 60;

/** The part of a line around its first match, with the places of the matches in it. What is left out is a `…`. */
export function excerptOf(text: string, ranges: readonly Range[]): { text: string; ranges: Range[] } {
  if (text.length <= MAX_TEXT) return { text, ranges: [...ranges] };
  const from = Math.max(0, Math.min((ranges[0]?.[0] ?? 0) - BEFORE, text.length - MAX_TEXT));
  const to = Math.min(text.length, from + MAX_TEXT);
  const head = from > 0 ? '…' : '';
  const place = (at: number) => Math.min(Math.max(at, from), to) - from + head.length;
  return {
    text: `${head}${text.slice(from, to)}${to < text.length ? '…' : ''}`.toWellFormed(),
    ranges: ranges.filter(([start, end]) => end > from && start < to).map(([start, end]) => [place(start), place(end)]),
  };
}
