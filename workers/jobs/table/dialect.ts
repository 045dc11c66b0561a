/** How a file is written: found out from its beginning, unless the input says. */
import type { InputFile } from '../../../src/core/job.ts';
import { contentFrom, isGzip } from '../content.ts';
import { decoderOf, mostlyUtf8 } from './encoding.ts';
import { type Place, startOf } from './reader.ts';
import { countOf } from './rows.ts';
import type { Encoding, OutputKind, TableInput } from './spec.ts';
import { firstRows, styleOf } from './style.ts';
import { kindOf, kinds } from './types.ts';

interface Written {
  encoding: Encoding;
  /** Of the first row that is not the header. */
  start: Place;
}

export type Dialect =
  | (Written & { format: 'jsonl' })
  | (Written & {
      format: 'csv';
      delimiter: string;
      quote: string;
      newline: string;
      header: boolean;
      /** Of the columns, as the header has them. */
      names: string[];
    });

type Wanted = Pick<TableInput, 'to' | 'format' | 'delimiter' | 'quote' | 'header' | 'encoding'>;

const SAMPLE_BYTES = 64 * 1024;
/** A header may be longer than the sample. */
const HEADER_BYTES = 4 * 1024 * 1024;
/** SQLite takes no more; of each column a profile keeps 40 KiB, and Parquet an entry for each row group. */
const MAX_COLUMNS: Record<OutputKind, number> = { sqlite: 2_000, profile: 2_000, parquet: 5_000, json: 5_000 };
/** Excel writes the delimiter into a line of its own before the table, and reads it there. */
const TOLD = /^sep=([^\w\r\n"])(?:\r\n?|\n)/i;

/** Null for a file with nothing in it. Throws, naming the file, when it is no table. */
export async function dialectOf(file: InputFile, wanted: Wanted): Promise<Dialect | null> {
  const packed = await isGzip(file);
  const begin = startOf(packed);
  for (let size = SAMPLE_BYTES; ; size *= 8) {
    const content = await contentFrom(file, 0, begin.member);
    const bytes = await content.take(size);
    await content.close();
    const whole = bytes.length < size;
    const { encoding, mark } = encodingOf(file.name, bytes, wanted.encoding, whole);
    const decoder = decoderOf(encoding);
    const { text } = decoder.decode(bytes.subarray(mark), whole);
    const [told = '', delimiter] = TOLD.exec(text) ?? [];
    const table = text.slice(told.length);
    if (table.trim() === '' && whole) return null;
    if (formatOf(file.name, text, wanted.format) === 'jsonl')
      return { format: 'jsonl', encoding, start: { ...begin, offset: mark, seen: mark } };

    const offset = mark + decoder.lengthOf(told);
    const start = { ...begin, offset, seen: offset, line: told ? 2 : 1 };
    const style = styleOf(file.name, table, delimiter ? { delimiter, ...wanted } : wanted);
    const [first, ...others] = firstRows(table, style, whole);
    // A row that does not end in the sample may have too many cells already.
    const { cells, start: at } = first ?? firstRows(table, style, true)[0] ?? { cells: [], start: 0 };
    const place = `${file.name}, line ${start.line + countOf(table, style.newline, at)}`;
    const most = MAX_COLUMNS[wanted.to];
    if (cells.length > most)
      throw new Error(`${place}: ${first ? '' : 'at least '}${cells.length} columns; at most ${most}.`);
    if (!first && size < HEADER_BYTES) continue;
    if (!first) throw new Error(`${place}: its first row does not end within ${HEADER_BYTES / 1024 / 1024} MiB.`);
    const header =
      wanted.header === 'auto'
        ? isHeader(
            first.cells,
            others.map(({ cells }) => cells),
          )
        : wanted.header === 'yes';
    const names = header ? first.cells.map((cell) => cell.trim().toWellFormed()) : first.cells.map(() => '');
    if (!header) return { format: 'csv', encoding, start, ...style, header, names };
    const past = start.offset + decoder.lengthOf(table.slice(0, first.end));
    const line = start.line + countOf(table, style.newline, first.end);
    return { format: 'csv', encoding, start: { ...start, offset: past, seen: past, line }, ...style, header, names };
  }
}

/** `mark`: how long the byte order mark is. */
function encodingOf(
  name: string,
  bytes: Uint8Array,
  wanted: Wanted['encoding'],
  whole: boolean,
): { encoding: Encoding; mark: number } {
  const [first, second, third] = bytes;
  const found: [Encoding, number] | null =
    first === 0xff && second === 0xfe
      ? ['utf-16le', 2]
      : first === 0xfe && second === 0xff
        ? ['utf-16be', 2]
        : first === 0xef && second === 0xbb && third === 0xbf
          ? ['utf-8', 3]
          : null;
  if (found && (wanted === 'auto' || wanted === found[0])) return { encoding: found[0], mark: found[1] };
  if (wanted !== 'auto') return { encoding: wanted, mark: 0 };
  const zero = bytes.subarray(0, 4096).indexOf(0);
  if (zero >= 0) {
    throw new Error(
      `${name}, byte ${zero}: a zero byte, so this is no text, or UTF-16 without a byte order mark (the encoding can be given).`,
    );
  }
  return { encoding: mostlyUtf8(bytes, whole) ? 'utf-8' : 'windows-1252', mark: 0 };
}

function formatOf(name: string, text: string, wanted: Wanted['format']): 'csv' | 'jsonl' {
  if (wanted !== 'auto') return wanted;
  const begin = text.trimStart();
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(name) || begin.startsWith('{')) return 'jsonl';
  if (/\.json(\.gz)?$/i.test(name)) {
    throw new Error(
      `${name}, byte 0: this is no JSON lines, which have an object on each line; a JSON document is not read.`,
    );
  }
  return 'csv';
}

/** A comma that is no delimiter may stand for the point. */
const DECIMAL = /^[+-]?\d+,\d+$/;

/** None of a header's cells is a number, a date or a truth value. Where two are alike, or empty, some column has to show that it is one. */
function isHeader(cells: string[], rows: string[][]): boolean {
  const names = cells.map((cell) => cell.trim());
  if (names.some((name) => name !== '' && (kindOf(name) !== kinds.text || DECIMAL.test(name)))) return false;
  const distinct = new Set(names).size === names.length;
  // The first column of a table that was written with an index often has no name.
  if (distinct && names.every((name, at) => name !== '' || (at === 0 && names.length > 1))) return true;
  return names.some((name, at) => {
    const below = rows.map((row) => kindOf(row[at] ?? '')).filter((kind) => kind !== kinds.empty);
    return name !== '' && below.length > 0 && !below.includes(kinds.text);
  });
}
