/** What stands between the cells and the rows of CSV, and around cells; and the first rows that this makes of a text. */
import Papa from 'papaparse';
import { trimReturns } from './csv.ts';
import type { TableInput } from './spec.ts';

const SAMPLE_ROWS = 100;
const DELIMITERS = [',', '\t', ';', '|'];

interface Style {
  delimiter: string;
  quote: string;
  newline: string;
}

/** `name`: the file's, which may say something, and for errors. */
export function styleOf(name: string, text: string, wanted: Pick<TableInput, 'delimiter' | 'quote'>): Style {
  const quote = wanted.quote ?? quoteOf(text);
  if (quote === wanted.delimiter) throw new Error(`${name}: the delimiter and the quote are the same character.`);
  const newline = newlineOf(text, quote);
  const delimiters = /\.(tsv|tab)(\.gz)?$/i.test(name) ? ['\t', ...DELIMITERS] : DELIMITERS;
  return { delimiter: wanted.delimiter ?? delimiterOf(text, delimiters, quote, newline), quote, newline };
}

/**
 * The one that gives the most rows the same number of cells, the first row among them if can be; then the one with the most cells, but
 * no comma where each stands between two digits: another divides the rows as well, and these are decimal commas.
 */
function delimiterOf(text: string, delimiters: string[], quoteChar: string, newline: string): string {
  const decimal = !/(?:^|\D),|,(?!\d|$)/.test(text);
  const scores = delimiters.map((delimiter) => {
    const { data } = new Papa.Parser({ delimiter, newline, quoteChar }).parse(text, 0, false);
    const widths = data
      .filter((cells) => !isBlank(trimReturns(cells)))
      .slice(0, SAMPLE_ROWS)
      .map((cells) => cells.length);
    const counts = new Map<number, number>();
    for (const width of widths) counts.set(width, (counts.get(width) ?? 0) + 1);
    const [width, count] = [...counts].reduce((best, each) => (each[1] > best[1] ? each : best), [1, 0]);
    const share = width < 2 ? 0 : count / widths.length + (widths[0] === width ? 1 : 0);
    return { delimiter, share, width: decimal && delimiter === ',' && share > 0 ? 0 : width };
  });
  return scores.reduce((best, each) =>
    each.share > best.share || (each.share === best.share && each.width > best.width) ? each : best,
  ).delimiter;
}

/** A single quote when cells begin and end with it, and none does with a double one. */
function quoteOf(text: string): string {
  const begun = (quote: string) => text.match(new RegExp(`(?:^|[,;|\\t\\r\\n])${quote}`, 'g'))?.length ?? 0;
  const ended = (quote: string) => text.match(new RegExp(`${quote}(?:$|[,;|\\t\\r\\n])`, 'g'))?.length ?? 0;
  return begun('"') === 0 && begun("'") > 0 && begun("'") === ended("'") ? "'" : '"';
}

/** By the first line break that is not inside quotes; what is before a line feed is trimmed, for lines of one file may end in different ways. */
function newlineOf(text: string, quote: string): string {
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i];
    if (character === quote) quoted = !quoted;
    else if (!quoted && character === '\n') return '\n';
    else if (!quoted && character === '\r' && text[i + 1] !== '\r') return text[i + 1] === '\n' ? '\n' : '\r';
  }
  return '\n';
}

interface FirstRow {
  cells: string[];
  start: number;
  end: number;
}

/** The first rows with something in them, and where each begins and ends. `whole`: the text's end is that of its last row. */
export function firstRows(text: string, { delimiter, quote, newline }: Style, whole: boolean): FirstRow[] {
  const rows: FirstRow[] = [];
  let start = 0;
  const step = ({ data, meta }: { data: string[][]; meta: { cursor: number } }) => {
    for (const cells of data) if (!isBlank(trimReturns(cells))) rows.push({ cells, start, end: meta.cursor });
    start = meta.cursor;
  };
  const parser = new Papa.Parser({ delimiter, newline, quoteChar: quote, step });
  parser.parse(text, 0, !whole);
  return rows.slice(0, SAMPLE_ROWS);
}

const isBlank = (cells: string[]) => cells.length === 1 && cells[0] === '';
