/** The second reading of a file: its rows go to where they are wanted. */
import type { JobContext, Progress } from '../../../src/core/job.ts';
import { decoderOf } from './encoding.ts';
import { type Batch, batchesOf } from './reader.ts';
import { excerpt, type Fault, type Row } from './rows.ts';
import { type Field, openSink, type Sink } from './sink.ts';
import type { OutputKind } from './spec.ts';
import {
  type Checkpoint,
  checkRows,
  type Job,
  type Malformed,
  slicesOf,
  tokenizerOf,
  type Writing,
  withFaults,
} from './stage.ts';
import { Misfit, type Value, valueIn } from './types.ts';

export interface Written {
  rows: number;
  malformed: Malformed;
  /** The name of the output file. */
  output: string | null;
}

export async function* write(
  work: Job,
  to: Exclude<OutputKind, 'profile'>,
  from: Writing,
  context: JobContext<Checkpoint>,
): AsyncGenerator<Progress<Checkpoint>, Written, void> {
  const { file, table, dialect, input, tell } = work;
  const { columns } = from;
  const typed = dialect.format === 'jsonl';
  const fields: Field[] = columns.map(({ name, type }) => ({ name, type }));
  const converters = columns.map(({ type }) => valueIn(type, typed));
  // The keys of the file itself, in the order in which the survey met them: names may have been changed to be distinct.
  const keys = new Map(from.keys.map((key, at) => [key, at]));
  const tokenizer = tokenizerOf(file, dialect, keys, true);
  let { rows, malformed } = from;
  const alone = input.files.length === 1;
  const sink: Sink = await openSink(to, { context, name: table, alone, fields, state: from.sink });

  try {
    let last = false;
    const batches = batchesOf(file, from.place, decoderOf(dialect.encoding), tokenizer);
    for await (const batch of batches) {
      malformed = withFaults(malformed, batch.faults, work);
      let first = 0;
      const failed = (error: unknown): never => {
        throw placed(error, file.name, batch.lineOf(first));
      };
      for (const slice of slicesOf(batch.rows, fields.length)) {
        const { values, misfits } = valuesOf(slice, converters, batch, first);
        malformed = withFaults(malformed, misfits, work);
        if (values.length > 0) await sink.write(values).catch(failed);
        rows += values.length;
        first += slice.length;
        yield tell({ read: file.size + batch.read, rows, stage: null });
      }
      last = batch.last;
      const settling = sink.settle(last);
      const settle = () => settling.next().catch(failed);
      let settled = await settle();
      for (; !settled.done; settled = await settle()) yield tell({ read: file.size + batch.read, rows, stage: null });
      const [now, listed, place] = [rows, malformed, batch.place];
      const stage = (): Writing => ({ ...from, place, rows: now, malformed: listed, sink: sink.state() });
      // Behind the last batch the file is done: its own checkpoint follows.
      yield tell({ read: file.size + batch.read, rows, stage: settled.value && !last ? stage : null });
    }
    checkRows(rows, malformed, work);
    return { rows, malformed, output: sink.output };
  } finally {
    sink.close();
  }
}

/** With the place of the rows that could not be written. What the browser throws is of its storage, not of them. */
function placed(error: unknown, name: string, line: number): unknown {
  if (!(error instanceof Error) || error instanceof DOMException) return error;
  return new Error(`${name}, line ${line}: ${error.message}`, { cause: error });
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
