/** What people type, as FTS5 wants it: words that all have to occur, "phrases", beginnings*, and -what must not occur. */
import { wordsOf } from './words.ts';

export interface Term {
  /** One word, or several that follow each other. */
  words: string[];
  /** The last word is only a beginning. */
  open: boolean;
}

export interface Query {
  terms: Term[];
  /** An expression of FTS5. */
  match: string;
}

/** A query that asks for nothing that could be looked up. */
export class BadQuery extends Error {
  override name = 'BadQuery';
}

const PART = /(-?)(?:"([^"]*)"?|(\S+))(\*?)/gu;
const MAX_TERMS = 32;
/** Each is looked up as all the words that begin so. */
const MAX_OPEN = 4;
/** Of all the terms. What is written without spaces has a word a character. */
const MAX_WORDS = 128;

export function parsed(q: string): Query {
  const terms = new Map<string, Term & { wanted: boolean }>();
  for (const [, minus, phrase, plain = ''] of q.matchAll(PART)) {
    const open = phrase === undefined && plain.endsWith('*');
    const words = wordsOf(phrase ?? plain);
    // A hyphen, a dash or a star alone is no word.
    if (words.length > 0) terms.set(`${minus}${words.join(' ')}${open}`, { words, open, wanted: !minus });
  }
  const all = [...terms.values()];
  const wanted = all.filter(({ wanted }) => wanted);
  const unwanted = all.filter(({ wanted }) => !wanted);
  if (wanted.length === 0) {
    throw new BadQuery(
      unwanted.length > 0 ? 'it only says what is not wanted.' : 'there is no word in it to look for.',
    );
  }
  if (all.length > MAX_TERMS) throw new BadQuery(`it has more than ${MAX_TERMS} words.`);
  if (all.filter(({ open }) => open).length > MAX_OPEN) throw new BadQuery(`it has more than ${MAX_OPEN} beginnings.`);
  if (all.reduce((sum, { words }) => sum + words.length, 0) > MAX_WORDS)
    throw new BadQuery(`it has more than ${MAX_WORDS} words.`);
  const every = wanted.map(expressionOf).join(' AND ');
  const none = unwanted.map(expressionOf).join(' OR ');
  return { terms: wanted, match: none ? `(${every}) NOT (${none})` : every };
}

/** Words have neither quotes nor operators in them, but in quotes they cannot be taken for operators either. */
const expressionOf = ({ words, open }: Term) => `"${words.join(' ')}"${open ? ' *' : ''}`;
