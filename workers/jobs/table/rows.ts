/** What a tokenizer makes of text. */

/** CSV has only strings. `bigint` and `undefined`: JSON has integers that no number holds, and keys that are not there. */
export type Cell = string | number | boolean | bigint | null | undefined | object;
export type Row = Cell[];

/** A row that was left out. `line` counts from 1 in the file; `row` is its text, or the beginning of it. */
export interface Fault {
  line: number;
  why: string;
  row: string;
}

export interface Found {
  rows: Row[];
  /** The line that each row begins on is only counted out when somebody asks. */
  lineOf(row: number): number;
  faults: Fault[];
  /** How much of the text these rows are; the rest is the beginning of another. */
  end: number;
  /** Lines in that. */
  lines: number;
}

export interface Tokenizer {
  /** A row of more bytes than this is an error. */
  readonly longest: number;
  /** `line`: of the text's first row. `last`: no other text follows, so that the last row is whole. */
  tokenize(text: string, line: number, last: boolean): Found;
}

/** As much of a row as is listed. */
export const excerpt = (text: string): string => text.slice(0, 200).toWellFormed();

export function countOf(text: string, what: string, end = text.length): number {
  let count = 0;
  for (let at = text.indexOf(what); at >= 0 && at < end; at = text.indexOf(what, at + what.length)) count += 1;
  return count;
}
