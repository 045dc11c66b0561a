/** The part of a page that shows best what was looked for. */
import type { Hit } from '../../../src/core/search.ts';
import type { Term } from './query.ts';
import { type Place, placesIn } from './words.ts';

/** Characters, about. */
const LENGTH = 240;
/** What stands before the first word that was found. */
const BEFORE = 60;
/** A page may be long, and a snippet has to be quick. */
const MAX_TEXT = 100_000;
const MAX_FOUND = 500;

export function snippetOf(text: string, terms: readonly Term[]): Pick<Hit, 'snippet' | 'marks'> {
  const found = foundIn(text.slice(0, MAX_TEXT), terms);
  const from = startOf(text, best(found));
  const to = endOf(text, from);
  const marks: Hit['marks'] = found
    .filter(({ start, end }) => start >= from && end <= to)
    .map(({ start, end }) => [start - from, end - from]);
  return { snippet: text.slice(from, to), marks: joined(marks) };
}

interface Found extends Pick<Place, 'start' | 'end'> {
  term: number;
}

function foundIn(text: string, terms: readonly Term[]): Found[] {
  const found: Found[] = [];
  const longest = Math.max(...terms.map(({ words }) => words.length));
  const recent: Place[] = [];
  for (const place of placesIn(text)) {
    recent.push(place);
    if (recent.length > longest) recent.shift();
    for (const [term, { words, open }] of terms.entries()) {
      const last = recent.slice(-words.length);
      const first = last[0];
      if (last.length < words.length || !first) continue;
      const isIt = words.every((word, at) => {
        const here = last[at]?.word ?? '';
        return open && at === words.length - 1 ? here.startsWith(word) : here === word;
      });
      if (isIt) found.push({ term, start: first.start, end: place.end });
    }
    if (found.length >= MAX_FOUND) break;
  }
  return found;
}

/** Where to begin: at the place with the most different terms close behind it. */
function best(found: readonly Found[]): number {
  let [most, at] = [0, 0];
  for (const [index, { start }] of found.entries()) {
    const near = new Set<number>();
    for (const { term, end } of found.slice(index)) {
      if (end > start + LENGTH - BEFORE) break;
      near.add(term);
    }
    if (near.size > most) [most, at] = [near.size, start];
  }
  return at;
}

/** At the beginning of a word, not in the middle of a character. */
function startOf(text: string, wanted: number): number {
  if (wanted <= BEFORE) return 0;
  const near = text.slice(wanted - BEFORE, wanted);
  const space = near.search(/\s/);
  const at = wanted - BEFORE + (space < 0 ? 0 : space + 1);
  return isLow(text, at) ? at - 1 : at;
}

function endOf(text: string, from: number): number {
  const end = from + LENGTH;
  if (end >= text.length) return text.length;
  const space = text.slice(end - 20, end).search(/\s\S*$/);
  const at = space < 0 ? end : end - 20 + space;
  return isLow(text, at) ? at - 1 : at;
}

const isLow = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** Marks that touch or overlap become one: characters that are words of their own, most often. */
function joined(marks: Hit['marks']): Hit['marks'] {
  const sorted = marks.toSorted(([a], [b]) => a - b);
  const result: Hit['marks'] = [];
  for (const [start, end] of sorted) {
    const last = result.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
