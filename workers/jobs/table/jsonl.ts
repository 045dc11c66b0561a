import { badByteIn } from './encoding.ts';
import { excerpt, type Fault, type Row, type Tokenizer } from './rows.ts';
import type { Encoding } from './spec.ts';

const LONGEST = 16 * 1024 * 1024;
/** As many as SQLite takes. */
const MAX_COLUMNS = 2_000;

/** A string, or an integer of so many digits that a number may not hold them. */
const STRING_OR_LONG = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
/** No valid text has a lone surrogate, so no string of the file begins with one. */
const LONG = '\udfff';

/** `name`: the file's, for errors. `columns`: the keys that were met so far, with their places; those that are new are added, unless `closed`. */
export function jsonlTokenizer(
  name: string,
  columns: Map<string, number>,
  encoding: Encoding,
  closed: boolean,
): Tokenizer {
  function cellsOf(object: object): Row {
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
      row[at] = typeof value === 'string' && value.startsWith(LONG) ? BigInt(value.slice(1)) : value;
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
          const value = parse(row);
          if (typeof value !== 'object' || value === null || Array.isArray(value)) fault('it is no JSON object');
          else {
            rows.push(cellsOf(value));
            places.push(line + at);
          }
        } catch (error) {
          if (!(error instanceof SyntaxError))
            throw error instanceof TooManyColumns ? new Error(`${name}, line ${line + at}: ${error.message}`) : error;
          fault(`it is no JSON: ${excerpt(error.message)}`);
        }
      }
      return { rows, faults, end, lines: lines.length - 1, lineOf: (row) => places[row] ?? line };
    },
  };
}

class TooManyColumns extends Error {}

function parse(row: string): unknown {
  if (!/\d{16}/.test(row)) return JSON.parse(row);
  return JSON.parse(row.replace(STRING_OR_LONG, (found) => (found.startsWith('"') ? found : `"${LONG}${found}"`)));
}
