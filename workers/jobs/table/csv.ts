import Papa from 'papaparse';
import type { Dialect } from './dialect.ts';
import { badByteIn } from './encoding.ts';
import { countOf, excerpt, type Fault, type Row, type Tokenizer } from './rows.ts';

type Csv = Extract<Dialect, { format: 'csv' }>;

/** Papa Parse looks at an endless row again each time that there is more of it, and keeps an error for each stray quote. */
const LONGEST = 4 * 1024 * 1024;

/** Stands for a carriage return before a quote while a text is parsed: half a character, which is in no valid text. */
const KEPT = '\udffe';
/** Stands for two quotes alone on a line, as long as they are: they may be an empty cell, of which the parser makes the same as of a blank line. */
const PAIR = '\udffd\udffd';

export function csvTokenizer({ delimiter, quote, newline, names, encoding }: Csv): Tokenizer {
  const parser = new Papa.Parser({ delimiter, newline, quoteChar: quote });
  const width = names.length;
  const isBlank = (cells: string[]) => cells.length === 1 && cells[0] === '';
  // Some programs end each row in a delimiter, but not the header.
  const fits = (cells: string[]) => cells.length === width || (cells.length === width + 1 && cells[width] === '');
  const linesIn = (cells: string[]) => 1 + cells.reduce((count, cell) => count + countOf(cell, newline), 0);

  const pair = quote + quote;
  const markPairs = (text: string) =>
    text
      .split(newline)
      .map((line) => (line === pair || line === `${pair}\r` ? line.replace(pair, PAIR) : line))
      .join(newline);

  return {
    longest: LONGEST,
    tokenize(text, line, last) {
      const returns = newline === '\n' && text.includes('\r');
      const marked = returns && text.includes(`\r${quote}`) ? text.replaceAll(`\r${quote}`, `${KEPT}${quote}`) : null;
      const paired = width === 1 && text.includes(pair);
      const { data, errors, meta } = parser.parse(paired ? markPairs(marked ?? text) : (marked ?? text), 0, !last);
      if (returns) for (const cells of data) trimReturns(cells);
      if (marked) for (const cells of data) unmark(cells);
      const broken = new Map(errors.filter(({ row }) => row < data.length).map(({ row, message }) => [row, message]));
      const bad = text.isWellFormed() ? () => null : (cells: string[]) => illFormed(cells);
      const illFormed = (cells: string[]) => {
        const row = cells.join(delimiter);
        return row.isWellFormed() ? null : badByteIn(row, encoding);
      };
      const why = (cells: string[], at: number): string | null =>
        broken.get(at) ?? (fits(cells) ? bad(cells) : `${cells.length} cells where there should be ${width}`);

      const rows: Row[] = [];
      const faults: Fault[] = [];
      // Counted on from the row before: rows are asked for in their order.
      let counted = { at: 0, line };
      const lineAt = (at: number) => {
        if (at < counted.at) counted = { at: 0, line };
        for (; counted.at < at; counted.at += 1) counted.line += linesIn(data[counted.at] ?? []);
        return counted.line;
      };
      const places: number[] = [];
      for (const [at, cells] of data.entries()) {
        if (isBlank(cells)) continue;
        // Inside a longer cell they are the one quote that is in it.
        if (paired)
          for (const [n, cell] of cells.entries()) cells[n] = cell === PAIR ? '' : cell.replaceAll(PAIR, quote);
        const fault = why(cells, at);
        if (fault === null) {
          rows.push(cells);
          places.push(at);
        } else faults.push({ line: lineAt(at), why: fault, row: excerpt(cells.join(delimiter)) });
      }
      const end = last ? text.length : meta.cursor;
      return { rows, faults, end, lines: countOf(text, newline, end), lineOf: (row) => lineAt(places[row] ?? 0) };
    },
  };
}

function unmark(cells: string[]) {
  for (const [at, cell] of cells.entries()) cells[at] = cell.replaceAll(KEPT, '\r');
}

/** Lines of one file may end in different ways: a carriage return before a line feed is no part of the last cell. */
export function trimReturns(cells: string[]): string[] {
  const cell = cells.at(-1);
  if (cell?.endsWith('\r')) cells[cells.length - 1] = cell.replace(/\r+$/, '');
  return cells;
}
