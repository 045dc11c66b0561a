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

export function parsed(q: string): Query {
  const wanted: Term[] = [];
  const unwanted: Term[] = [];
  for (const [, minus, phrase, plain = ''] of q.matchAll(PART)) {
    const open = phrase === undefined && plain.endsWith('*');
    const words = wordsOf(phrase ?? plain);
    // A hyphen, a dash or a star alone is no word.
    if (words.length > 0) (minus ? unwanted : wanted).push({ words, open });
  }
  if (wanted.length === 0) {
    throw new BadQuery(
      unwanted.length > 0 ? 'it only says what is not wanted.' : 'there is no word in it to look for.',
    );
  }
  if (wanted.length + unwanted.length > MAX_TERMS) throw new BadQuery(`it has more than ${MAX_TERMS} words.`);
  const all = wanted.map(expressionOf).join(' AND ');
  const none = unwanted.map(expressionOf).join(' OR ');
  return { terms: wanted, match: none ? `(${all}) NOT (${none})` : all };
}

/** Words have neither quotes nor operators in them, but in quotes they cannot be taken for operators either. */
const expressionOf = ({ words, open }: Term) => `"${words.join(' ')}"${open ? ' *' : ''}`;
