/** Text as the index has it: FTS5's unicode61 cuts it into words, where there are words; what is written without spaces is cut here. */

/** Written without spaces between words: each character is a word, and a word of the language a phrase of them. */
const UNSPACED = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`;
const ALONE = new RegExp(`[${UNSPACED}]`, 'gu');
const ASCII = /^[\0-\x7f]*$/;
/** A word that is hyphenated at the end of a line. A soft hyphen is one wherever it stands. */
const HYPHENATED = /(?<=\p{L})(?:-\r?\n\s*(?=\p{Ll})|\u00ad\s*)/gu;
const ACCENTS = /[\u0300-\u036f]/g;
/** The same as the tokenizer's `categories`. */
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

export const TOKENIZER = `unicode61 remove_diacritics 2 categories ''L* N* M* Co''`;

/** Without what makes no difference: case, accents, width, ligatures. */
export const folded = (text: string): string =>
  ASCII.test(text) ? text.toLowerCase() : text.normalize('NFKD').replace(ACCENTS, '').toLowerCase().normalize('NFC');

export const indexable = (text: string): string => {
  const whole = folded(text.replace(HYPHENATED, ''));
  return ASCII.test(whole) ? whole : whole.replace(ALONE, ' $& ');
};

/** The words of some text, as the index has them. */
export const wordsOf = (text: string): string[] => indexable(text).match(WORD) ?? [];

/** A word of a page, and where it stands in its text. */
export interface Place {
  word: string;
  start: number;
  end: number;
}

const BREAK = /-\r?\n\s*$|\u00ad\s*$/u;
const RUN = /[\p{L}\p{N}\p{M}\p{Co}]+(?:(?:-\r?\n\s*(?=\p{Ll})|\u00ad\s*)[\p{L}\p{N}\p{M}\p{Co}]*)*/gu;
const SINGLE = new RegExp(`[${UNSPACED}]|[^${UNSPACED}]+`, 'gu');

/** The words of a page in order, each with its place. */
export function* placesIn(text: string): Generator<Place, void, void> {
  for (const { 0: run, index } of text.matchAll(RUN)) {
    for (const { 0: part, index: at } of run.matchAll(SINGLE)) {
      const word = wordsOf(part.replace(BREAK, '')).join('');
      if (word) yield { word, start: index + at, end: index + at + part.length };
    }
  }
}
