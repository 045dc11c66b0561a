import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { Field, Sink, Target } from './sink.ts';
import type { Value } from './types.ts';

type RowGroup = ParquetWriter['row_groups'][number];
type Element = ParquetWriter['schema'][number];

interface State {
  groups: RowGroup[];
}

/** A row group is written a column at a time; it ends with the batch that brings it to so many cells, or bytes of text. */
const GROUP_CELLS = 500_000;
const GROUP_BYTES = 8 * 1024 * 1024;

/** Whole row groups only: a checkpoint is offered behind each. */
export async function parquetSink({ context, name, fields, state }: Target): Promise<Sink<State>> {
  const file = `${name}.parquet`;
  const output = await context.output(file, 'application/vnd.apache.parquet');
  const writer = new ByteWriter();
  const schema = schemaOf(fields);
  const parquet = new ParquetWriter({ writer, schema, createdBy: 'Holdfast' });
  if (isState(state)) {
    parquet.row_groups = [...state.groups];
    parquet.num_rows = state.groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
    writer.offset = output.size;
    writer.index = 0;
  }
  let columns = fields.map((): unknown[] => []);
  let bytes = 0;

  async function drain() {
    await output.write(writer.getBytes().slice());
    writer.index = 0;
  }

  async function* writeGroup(): AsyncGenerator<void, void, void> {
    const rows = columns[0]?.length ?? 0;
    if (rows === 0) return;
    const before = parquet.row_groups.length;
    const counted = parquet.num_rows;
    for (const [at, field] of fields.entries()) {
      const { name } = field;
      // For each column the library goes through the schema it has: of thousands that takes minutes.
      parquet.schema = schemaOf([field]);
      await parquet.write({ columnData: [{ name, data: columns[at] ?? [], offsetIndex: false }], rowGroupSize: rows });
      await drain();
      yield;
    }
    parquet.schema = schema;
    // The library made a group of each column: they are one.
    const parts = parquet.row_groups.splice(before);
    parquet.row_groups.push({
      columns: parts.flatMap((part) => part.columns),
      num_rows: BigInt(rows),
      total_byte_size: sum(parts.map((part) => part.total_byte_size)),
      total_compressed_size: sum(parts.map((part) => part.total_compressed_size ?? 0n)),
    });
    parquet.num_rows = counted + BigInt(rows);
    parquet.pendingIndexes = [];
    columns = fields.map(() => []);
    bytes = 0;
  }

  return {
    output: file,
    async write(rows) {
      for (const row of rows) {
        for (const [at, { type }] of fields.entries()) {
          const value = row[at] ?? null;
          if (typeof value === 'string') bytes += value.length;
          columns[at]?.push(storedIn(type, value));
        }
      }
    },
    async *settle(last) {
      const cells = (columns[0]?.length ?? 0) * fields.length;
      const full = cells >= GROUP_CELLS || bytes >= GROUP_BYTES;
      if (full || last) yield* writeGroup();
      if (last) {
        parquet.finish();
        await drain();
        await output.close();
      }
      return full || last;
    },
    state: () => ({ groups: [...parquet.row_groups] }),
    close: () => {},
  };
}

const isState = (state: unknown): state is State => typeof state === 'object' && state !== null && 'groups' in state;
const sum = (counts: bigint[]) => counts.reduce((all, count) => all + count, 0n);

function schemaOf(fields: readonly Field[]): Element[] {
  return [{ name: 'root', num_children: fields.length }, ...fields.map(elementOf)];
}

function elementOf({ name, type }: Field): Element {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type) {
    case 'integer':
      return { ...optional, type: 'INT64' };
    case 'real':
      return { ...optional, type: 'DOUBLE' };
    case 'boolean':
      return { ...optional, type: 'BOOLEAN' };
    case 'date':
      return { ...optional, type: 'INT32', converted_type: 'DATE' };
    case 'timestamp':
      return { ...optional, type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' };
    case 'json':
      return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
    case 'text':
      return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  }
}

function storedIn(type: Field['type'], value: Value): unknown {
  if (value === null) return null;
  if (type === 'integer') return BigInt(value);
  if (type === 'date') return new Date(`${value}T00:00:00Z`);
  // A time without an offset is taken as UTC: the format wants a moment.
  if (type === 'timestamp') return momentOf(String(value));
  return value;
}

function momentOf(text: string): Date {
  const time = text.replace(' ', 'T');
  return new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}Z`);
}
