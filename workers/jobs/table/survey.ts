/** The first reading of a file: which columns it has, of which types. */
import type { Progress } from '../../../src/core/job.ts';
import { addCell, type Column, type ColumnReport, newColumn, reportOf } from './column.ts';
import type { Dialect } from './dialect.ts';
import { decoderOf } from './encoding.ts';
import { distinctNames } from './names.ts';
import { batchesOf } from './reader.ts';
import {
  type Checkpoint,
  checkRows,
  type Job,
  type Malformed,
  noneMalformed,
  type Surveying,
  slicesOf,
  tokenizerOf,
  withFaults,
} from './stage.ts';

export interface Surveyed {
  rows: number;
  /** The names of the columns as the file has them. */
  keys: string[];
  malformed: Malformed;
  columns: ColumnReport[];
}

/** So many columns of a profile are described at a time, in some 20 ms. */
const REPORTED = 100;

export async function* survey(work: Job, from: Surveying | null): AsyncGenerator<Progress<Checkpoint>, Surveyed, void> {
  const { file, dialect, input, tell } = work;
  const profiled = input.to === 'profile';
  const typed = dialect.format === 'jsonl';
  const keys = new Map((from?.keys ?? (typed ? [] : dialect.names)).map((key, at) => [typed ? key : String(at), at]));
  const columns = from?.columns ?? [...keys].map(() => newColumn(profiled));
  let { rows, malformed } = from ?? { rows: 0, malformed: noneMalformed };
  const tokenizer = tokenizerOf(file, dialect, keys, false);

  for await (const batch of batchesOf(file, from?.place ?? dialect.start, decoderOf(dialect.encoding), tokenizer)) {
    malformed = withFaults(malformed, batch.faults, work);
    while (columns.length < keys.size) columns.push(newColumn(profiled));
    for (const slice of slicesOf(batch.rows, columns.length)) {
      for (const row of slice)
        for (let at = 0; at < columns.length; at += 1) addCell(columnAt(columns, at), row[at], typed);
      rows += slice.length;
      yield tell({ read: batch.read, rows, stage: null });
    }
    const [now, place, listed] = [rows, batch.place, malformed];
    const stage = (): Surveying => ({
      kind: 'survey',
      place,
      rows: now,
      malformed: listed,
      keys: namesIn(keys, dialect),
      columns,
    });
    // From the end there is nothing to go on with: a task that is killed there every time would never leave it.
    yield tell({ read: batch.read, rows, stage: batch.last ? null : stage });
  }
  checkRows(rows, malformed, work);
  const found = namesIn(keys, dialect);
  const names = distinctNames(found.map((name) => name.toWellFormed()));
  const wanted = (name: string) => (Object.hasOwn(input.types, name) ? input.types[name] : undefined);
  const reports: ColumnReport[] = [];
  for (const [at, name] of names.entries()) {
    reports.push(reportOf(name, columnAt(columns, at), rows, wanted(name)));
    if (at % REPORTED === REPORTED - 1) yield tell({ read: file.size, rows, stage: null });
  }
  return { rows, keys: found, malformed, columns: reports };
}

const namesIn = (keys: Map<string, number>, dialect: Dialect) =>
  dialect.format === 'csv' ? dialect.names : [...keys.keys()];

function columnAt(columns: Column[], at: number): Column {
  const column = columns[at];
  if (!column) throw new RangeError(`there is no column ${at}`);
  return column;
}
