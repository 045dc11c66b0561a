/** Where the rows of a table go. */
import type { JobContext } from '../../../src/core/job.ts';
import type { ColumnType, OutputKind } from './spec.ts';
import type { Value } from './types.ts';

export interface Field {
  name: string;
  type: ColumnType;
}

/** `S` goes into the checkpoint: what the sink needs to go on, beside its output files. */
export interface Sink<S = unknown> {
  /** Takes rows, few enough at a time to be no stretch. */
  write(rows: readonly Value[][]): Promise<void>;
  /** Ends a batch; true where a checkpoint may be taken. Yields wherever it has worked for a while. */
  settle(last: boolean): AsyncGenerator<void, boolean, void>;
  state(): S;
  /** The name of the output file. */
  readonly output: string | null;
  /** Gives free what it holds; called on every way out. */
  close(): void;
}

/** What a sink is opened with: a table of its own, and where it stood at the checkpoint (undefined: at its beginning). */
export interface Target {
  context: Pick<JobContext<unknown>, 'output' | 'randomOutput'>;
  /** No two tables of a task have the same. */
  name: string;
  /** Whether the task has one table only. */
  alone: boolean;
  fields: readonly Field[];
  state: unknown;
}

const sinks: Record<Exclude<OutputKind, 'profile'>, (target: Target) => Promise<Sink>> = {
  sqlite: async (target) => (await import('./sqlite-sink.ts')).sqliteSink(target),
  parquet: async (target) => (await import('./parquet-sink.ts')).parquetSink(target),
  json: async (target) => (await import('./json-sink.ts')).jsonSink(target),
};

export const openSink = (to: Exclude<OutputKind, 'profile'>, target: Target): Promise<Sink> => sinks[to](target);
