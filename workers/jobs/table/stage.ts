/** How far the work on one file has come: it is read for the types of its columns first, then to write them. */
import type { InputFile, Progress } from '../../../src/core/job.ts';
import type { Column, ColumnReport } from './column.ts';
import { csvTokenizer } from './csv.ts';
import type { Dialect } from './dialect.ts';
import { jsonlTokenizer } from './jsonl.ts';
import type { Place } from './reader.ts';
import type { Fault, Row, Tokenizer } from './rows.ts';
import type { TableInput } from './spec.ts';

export interface Malformed {
  count: number;
  /** The first of them. */
  listed: Fault[];
}

export const noneMalformed: Malformed = { count: 0, listed: [] };

/** A file that is done, as the result describes it. */
export interface TableReport {
  file: string;
  table: string;
  /** Null when the file has nothing in it. */
  dialect: { format: string; encoding: string; delimiter?: string; quote?: string; header?: boolean } | null;
  rows: number;
  malformed: Malformed;
  columns: ColumnReport[];
  output: string | null;
}

export interface Surveying {
  kind: 'survey';
  place: Place;
  rows: number;
  malformed: Malformed;
  keys: string[];
  columns: Column[];
}

export interface Writing {
  kind: 'write';
  place: Place;
  rows: number;
  malformed: Malformed;
  /** The names of the columns as the file has them. */
  keys: string[];
  columns: ColumnReport[];
  sink: unknown;
}

export type Stage = Surveying | Writing;

export interface Checkpoint {
  tables: TableReport[];
  /** Bytes of the files that are done, as progress counts them. */
  done: number;
  stage: Stage | null;
}

/** A stretch of work on a file; `stage` where the task can go on from. `read`: bytes of the file, in both passes together. */
export interface Step {
  read: number;
  rows: number;
  stage: (() => Stage) | null;
}

/** A file, and what is to become of it. */
export interface Job {
  file: InputFile;
  /** No two files of a task have the same. */
  table: string;
  dialect: Dialect;
  input: TableInput;
  tell(step: Step): Progress<Checkpoint>;
}

/** So many are done at a time, in some 20 ms. */
const CELLS = 20_000;
const LISTED = 50;

/** The first faults are listed, all are counted. Throws for the first one when the task is strict. */
export function withFaults(malformed: Malformed, faults: Fault[], { file, input: { strict } }: Job): Malformed {
  const [first] = faults;
  if (!first) return malformed;
  if (strict) throw new Error(`${file.name}, line ${first.line}: ${first.why}.`);
  const listed = [...malformed.listed, ...faults.slice(0, Math.max(0, LISTED - malformed.listed.length))];
  return { count: malformed.count + faults.length, listed };
}

/** Throws where every row was left out: such a file is not what it was taken for. */
export function checkRows(rows: number, { listed: [first] }: Malformed, { file }: Job) {
  if (rows === 0 && first) throw new Error(`${file.name}, line ${first.line}: ${first.why}. No row of it can be read.`);
}

export function* slicesOf(rows: Row[], width: number): Generator<Row[]> {
  const size = Math.max(1, Math.floor(CELLS / Math.max(1, width)));
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

export const tokenizerOf = (
  file: InputFile,
  dialect: Dialect,
  keys: Map<string, number>,
  closed: boolean,
): Tokenizer =>
  dialect.format === 'csv' ? csvTokenizer(dialect) : jsonlTokenizer(file.name, keys, dialect.encoding, closed);
