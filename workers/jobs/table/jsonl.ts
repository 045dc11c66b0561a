import { badByteIn } from './encoding.ts';
import { excerpt, type Fault, type Row, type Tokenizer } from './rows.ts';
import type { Encoding } from './spec.ts';

const LONGEST = 16 * 1024 * 1024;
/** As many as SQLite takes. */
const MAX_COLUMNS = 2_000;

/** Where a string begins and ends, what is escaped in it, and numbers. No match is as long as a string, of which an engine's stack may be too small. */
const MARK_OR_NUMBER = /"|\\.|-?\d[\d.eE+-]*/g;
/** An integer of so many digits that a number may not hold them. */
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;
/** As text, no string of the file begins with it: it is half a character. Rows that have it as an escape, and such integers, are left out. */
const LONG = '\udfff';
const LONG_ESCAPE = /\\udfff/i;
/** What nests deeper cannot be written as JSON again. */
const MAX_DEPTH = 500;
const TOO_DEEP = `it is nested more than ${MAX_DEPTH} deep`;

/** `name`: the file's, for errors. `columns`: the keys that were met so far, with their places; those that are new are added, unless `closed`. */
export function jsonlTokenizer(
  name: string,
  columns: Map<string, number>,
  encoding: Encoding,
  closed: boolean,
): Tokenizer {
  /** `long`: there may be long integers. */
  function cellsOf(object: object, long: boolean): Row {
    // First, for a row that is left out brings no columns.
    const why = unfit(object, MAX_DEPTH + 1);
    if (why) throw new SyntaxError(why);
    const row: Row = new Array(columns.size);
    for (const [key, value] of Object.entries(object)) {
      let at = columns.get(key);
      if (at === undefined) {
        if (closed) continue;
        if (columns.size === MAX_COLUMNS)
          throw new TooManyColumns(`the key ${JSON.stringify(excerpt(key))} would be column ${MAX_COLUMNS + 1}`);
        at = columns.size;
        columns.set(key, at);
      }
      row[at] = long && typeof value === 'string' && value.startsWith(LONG) ? BigInt(value.slice(1)) : value;
    }
    return row;
  }

  return {
    longest: LONGEST,
    tokenize(text, line, last) {
      const end = last ? text.length : text.lastIndexOf('\n') + 1;
      const lines = text.slice(0, end).split('\n');
      const wellFormed = text.isWellFormed();
      const rows: Row[] = [];
      const places: number[] = [];
      const faults: Fault[] = [];
      for (const [at, found] of lines.entries()) {
        const row = found.trim();
        if (row === '') continue;
        const fault = (why: string) => faults.push({ line: line + at, why, row: excerpt(row) });
        if (!wellFormed && !row.isWellFormed()) {
          fault(badByteIn(row, encoding));
          continue;
        }
        try {
          const { value, long } = parse(row);
          if (typeof value !== 'object' || value === null || Array.isArray(value)) fault('it is no JSON object');
          else {
            rows.push(cellsOf(value, long));
            places.push(line + at);
          }
        } catch (error) {
          // Some engines cannot even parse what is nested very deep.
          if (error instanceof RangeError) fault(TOO_DEEP);
          else if (!(error instanceof SyntaxError))
            throw error instanceof TooManyColumns ? new Error(`${name}, line ${line + at}: ${error.message}`) : error;
          else fault(`it is no JSON: ${excerpt(error.message)}`);
        }
      }
      return { rows, faults, end, lines: lines.length - 1, lineOf: (row) => places[row] ?? line };
    },
  };
}

class TooManyColumns extends Error {}

function parse(row: string): { value: unknown; long: boolean } {
  if (!/\d{16}/.test(row)) return { value: JSON.parse(row), long: false };
  if (LONG_ESCAPE.test(row)) throw new SyntaxError('half a character beside an integer of 16 digits or more');
  let inside = false;
  const marked = row.replace(MARK_OR_NUMBER, (found) => {
    if (found === '"') inside = !inside;
    return !inside && LONG_INTEGER.test(found) ? `"${LONG}${found}"` : found;
  });
  return { value: JSON.parse(marked), long: true };
}

/** The JSON of what a row has in it, with its long integers as they were. */
export const nestedJson = (value: object): string =>
  JSON.stringify(value).replace(/"\\udfff(-?\d{16,})"/g, (_, digits: string) => digits);

/** Why a value cannot be written as JSON again, if so. */
function unfit(value: unknown, depth: number): string | null {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return 'a number in it is too large';
  if (typeof value !== 'object' || value === null) return null;
  if (depth === 0) return TOO_DEEP;
  for (const inside of Object.values(value)) {
    const why = unfit(inside, depth - 1);
    if (why) return why;
  }
  return null;
}
