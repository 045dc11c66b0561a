import { defineJob, type InputFile, type JobContext } from '../../../src/core/job.ts';
import { addCell, type Column, type ColumnReport, newColumn, reportOf } from './column.ts';
import { csvTokenizer } from './csv.ts';
import { type Dialect, dialectOf } from './dialect.ts';
import { decoderOf } from './encoding.ts';
import { jsonlTokenizer } from './jsonl.ts';
import { distinctNames, tableName } from './names.ts';
import { type Batch, batchesOf, type Place } from './reader.ts';
import { excerpt, type Fault, type Row, type Tokenizer } from './rows.ts';
import { type Field, openSink, type Sink } from './sink.ts';
import { spec, type TableInput } from './spec.ts';
import { Misfit, type Value, valueIn } from './types.ts';

interface Malformed {
  count: number;
  /** The first of them. */
  listed: Fault[];
}

/** A file that is done, as the result describes it. */
interface TableReport {
  file: string;
  table: string;
  /** Null when the file has nothing in it. */
  dialect: { format: string; encoding: string; delimiter?: string; quote?: string; header?: boolean } | null;
  rows: number;
  malformed: Malformed;
  columns: ColumnReport[];
  output: string | null;
}

/** The file at hand is read for the types of its columns first, then to write them. */
type Stage =
  | { kind: 'survey'; place: Place; rows: number; malformed: Malformed; keys: string[]; columns: Column[] }
  | {
      kind: 'write';
      place: Place;
      rows: number;
      malformed: Malformed;
      keys: string[];
      columns: ColumnReport[];
      sink: unknown;
    };

interface Checkpoint {
  tables: TableReport[];
  /** Bytes of the files that are done, as progress counts them. */
  done: number;
  stage: Stage | null;
}

/** So many are done at a time, in some 20 ms. */
const CELLS = 20_000;
const LISTED = 50;

export const job = defineJob({
  ...spec,
  async *run(input, context: JobContext<Checkpoint>) {
    const tables = [...(context.resumeFrom?.tables ?? [])];
    let stage = context.resumeFrom?.stage ?? null;
    let done = context.resumeFrom?.done ?? 0;
    const passes = input.to === 'profile' ? 1 : 2;
    const files: { name: string; size: number }[] = [];
    for (const ref of input.files) files.push(await context.file(ref));
    const total = files.reduce((bytes, { size }) => bytes + size, 0) * passes;
    const names = distinctNames(
      files.map(({ name }) => tableName(name)),
      'table',
    );

    for (const [at, ref] of [...input.files.entries()].slice(tables.length)) {
      const file = await context.file(ref);
      const table = names[at] ?? '';
      const report = convert(file, table, input, stage, context);
      stage = null;
      for (let step = await report.next(); ; step = await report.next()) {
        if (step.done) {
          tables.push(step.value);
          done += file.size * passes;
          break;
        }
        const { read, rows, stage: now } = step.value;
        const message = `${file.name}: ${rows.toLocaleString('en')} rows`;
        const progress = { done: done + read, total, unit: 'bytes', message };
        yield now ? { ...progress, checkpoint: () => ({ tables: [...tables], done, stage: now() }) } : progress;
      }
      yield {
        done,
        total,
        unit: 'bytes',
        message: file.name,
        checkpoint: () => ({ tables: [...tables], done, stage: null }),
      };
    }
    return { to: input.to, tables };
  },
});

interface Step {
  /** Bytes of the file, in both passes together. */
  read: number;
  rows: number;
  stage: (() => Stage) | null;
}

async function* convert(
  file: InputFile,
  table: string,
  input: TableInput,
  from: Stage | null,
  context: JobContext<Checkpoint>,
): AsyncGenerator<Step, TableReport, void> {
  const dialect = await dialectOf(file, input);
  const shown = dialect && shownOf(dialect);
  const report = { file: file.name, table, dialect: shown };
  if (!dialect) return { ...report, rows: 0, malformed: { count: 0, listed: [] }, columns: [], output: null };

  let columns: ColumnReport[];
  let writing = from?.kind === 'write' ? from : null;
  if (writing) columns = writing.columns;
  else {
    const found = yield* survey(file, dialect, input, from?.kind === 'survey' ? from : null);
    columns = found.columns;
    if (input.to === 'profile')
      return { ...report, rows: found.rows, malformed: found.malformed, columns, output: null };
    const { keys } = found;
    writing = {
      kind: 'write',
      place: dialect.start,
      rows: 0,
      malformed: { count: 0, listed: [] },
      keys,
      columns,
      sink: undefined,
    };
  }
  if (columns.length === 0) return { ...report, rows: 0, malformed: writing.malformed, columns, output: null };
  const written = yield* write(file, dialect, table, input, writing, context);
  return { ...report, columns, ...written };
}

interface Surveyed {
  rows: number;
  /** The names of the columns as the file has them. */
  keys: string[];
  malformed: Malformed;
  columns: ColumnReport[];
}

async function* survey(
  file: InputFile,
  dialect: Dialect,
  input: TableInput,
  from: Extract<Stage, { kind: 'survey' }> | null,
): AsyncGenerator<Step, Surveyed, void> {
  const profiled = input.to === 'profile';
  const typed = dialect.format === 'jsonl';
  const keys = new Map((from?.keys ?? (typed ? [] : dialect.names)).map((key, at) => [typed ? key : String(at), at]));
  const columns = from?.columns ?? [...keys].map(() => newColumn(profiled));
  let { rows, malformed } = from ?? { rows: 0, malformed: { count: 0, listed: [] } };
  const tokenizer = tokenizerOf(file, dialect, keys, false);

  for await (const batch of batchesOf(file, from?.place ?? dialect.start, decoderOf(dialect.encoding), tokenizer)) {
    malformed = withFaults(malformed, batch.faults, file, input);
    while (columns.length < keys.size) columns.push(newColumn(profiled));
    for (const slice of slicesOf(batch.rows, columns.length)) {
      for (const row of slice)
        for (let at = 0; at < columns.length; at += 1) addCell(columnAt(columns, at), row[at], typed);
      rows += slice.length;
      yield { read: batch.read, rows, stage: null };
    }
    const [now, place, listed] = [rows, batch.place, malformed];
    const stage = (): Stage => ({
      kind: 'survey',
      place,
      rows: now,
      malformed: listed,
      keys: namesIn(keys, dialect),
      columns,
    });
    // From the end there is nothing to go on with: a task that is killed there every time would never leave it.
    yield { read: batch.read, rows, stage: batch.last ? null : stage };
  }
  const found = namesIn(keys, dialect);
  const names = distinctNames(found.map((name) => name.toWellFormed()));
  const wanted = (name: string) => (Object.hasOwn(input.types, name) ? input.types[name] : undefined);
  return {
    rows,
    keys: found,
    malformed,
    columns: columns.map((column, at) => reportOf(names[at] ?? '', column, rows, wanted(names[at] ?? ''))),
  };
}

const namesIn = (keys: Map<string, number>, dialect: Dialect) =>
  dialect.format === 'csv' ? dialect.names : [...keys.keys()];

async function* write(
  file: InputFile,
  dialect: Dialect,
  table: string,
  input: TableInput,
  from: Extract<Stage, { kind: 'write' }>,
  context: JobContext<Checkpoint>,
): AsyncGenerator<Step, { rows: number; malformed: Malformed; output: string | null }, void> {
  if (input.to === 'profile') throw new TypeError('a profile writes nothing');
  const { columns } = from;
  const typed = dialect.format === 'jsonl';
  const fields: Field[] = columns.map(({ name, type }) => ({ name, type }));
  const converters = columns.map(({ type }) => valueIn(type, typed));
  // The keys of the file itself, in the order in which the survey met them: names may have been changed to be distinct.
  const keys = new Map(from.keys.map((key, at) => [key, at]));
  const tokenizer = tokenizerOf(file, dialect, keys, true);
  let { rows, malformed } = from;
  const alone = input.files.length === 1;
  const sink: Sink = await openSink(input.to, { context, name: table, alone, fields, state: from.sink });

  try {
    let last = false;
    const batches = batchesOf(file, from.place, decoderOf(dialect.encoding), tokenizer);
    for await (const batch of batches) {
      malformed = withFaults(malformed, batch.faults, file, input);
      let first = 0;
      for (const slice of slicesOf(batch.rows, fields.length)) {
        const { values, misfits } = valuesOf(slice, converters, batch, first);
        malformed = withFaults(malformed, misfits, file, input);
        if (values.length > 0) await sink.write(values);
        rows += values.length;
        first += slice.length;
        yield { read: file.size + batch.read, rows, stage: null };
      }
      last = batch.last;
      const settling = sink.settle(last);
      let settled = await settling.next();
      for (; !settled.done; settled = await settling.next()) yield { read: file.size + batch.read, rows, stage: null };
      const [now, listed, place] = [rows, malformed, batch.place];
      const stage = (): Stage => ({ ...from, place, rows: now, malformed: listed, sink: sink.state() });
      // Behind the last batch the file is done: its own checkpoint follows.
      yield { read: file.size + batch.read, rows, stage: settled.value && !last ? stage : null };
    }
    return { rows, malformed, output: sink.output };
  } finally {
    sink.close();
  }
}

function valuesOf(rows: Row[], converters: ((cell: Row[number]) => Value)[], batch: Batch, first: number) {
  const values: Value[][] = [];
  const misfits: Fault[] = [];
  for (const [at, row] of rows.entries()) {
    try {
      values.push(converters.map((convert, column) => convert(row[column])));
    } catch (error) {
      if (!(error instanceof Misfit)) throw error;
      misfits.push({ line: batch.lineOf(first + at), why: error.message, row: excerpt(row.map(String).join(' ')) });
    }
  }
  return { values, misfits };
}

/** The first faults are listed, all are counted. Throws for the first one when the task is strict. */
function withFaults(malformed: Malformed, faults: Fault[], file: InputFile, { strict }: TableInput): Malformed {
  const [first] = faults;
  if (!first) return malformed;
  if (strict) throw new Error(`${file.name}, line ${first.line}: ${first.why}.`);
  const listed = [...malformed.listed, ...faults.slice(0, Math.max(0, LISTED - malformed.listed.length))];
  return { count: malformed.count + faults.length, listed };
}

function* slicesOf(rows: Row[], width: number): Generator<Row[]> {
  const size = Math.max(1, Math.floor(CELLS / Math.max(1, width)));
  for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
}

function columnAt(columns: Column[], at: number): Column {
  const column = columns[at];
  if (!column) throw new RangeError(`there is no column ${at}`);
  return column;
}

const tokenizerOf = (file: InputFile, dialect: Dialect, keys: Map<string, number>, closed: boolean): Tokenizer =>
  dialect.format === 'csv' ? csvTokenizer(dialect) : jsonlTokenizer(file.name, keys, dialect.encoding, closed);

function shownOf(dialect: Dialect): TableReport['dialect'] {
  const { format, encoding } = dialect;
  if (dialect.format === 'jsonl') return { format, encoding };
  const { delimiter, quote, header } = dialect;
  return { format, encoding, delimiter, quote, header };
}
