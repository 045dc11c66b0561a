import { openDatabase } from '../sqlite/database.ts';
import type { Field, Sink, Target } from './sink.ts';
import type { ColumnType } from './spec.ts';

/** What a column is declared as; its affinity changes no value that is in it. */
const declared: Record<ColumnType, string> = {
  integer: 'INTEGER',
  real: 'REAL',
  boolean: 'BOOLEAN',
  date: 'TEXT',
  timestamp: 'TEXT',
  text: 'TEXT',
  json: 'TEXT',
};

/** A table of the task's database. A batch is a transaction, so that the bytes do not depend on when the task was interrupted. */
export async function sqliteSink({ context, name, alone, fields, state }: Target): Promise<Sink<'begun'>> {
  const file = alone ? `${name}.sqlite` : 'tables.sqlite';
  const database = await openDatabase(await context.randomOutput(file, 'application/vnd.sqlite3'));
  const table = quoted(/^sqlite_/i.test(name) ? `_${name}` : name);
  if (state === undefined) database.exec(`create table ${table} (${columnsOf(fields)})`);
  const insert = database.insert(`insert into ${table} values (${fields.map(() => '?').join(',')})`);
  let open = false;

  return {
    output: file,
    async write(rows) {
      if (!open) database.exec('begin');
      open = true;
      for (const row of rows) insert.run(row);
    },
    // biome-ignore lint/correctness/useYield: a commit is one step.
    async *settle() {
      if (open) database.exec('commit');
      open = false;
      return true;
    },
    state: () => 'begun',
    close() {
      insert.finalize();
      database.close();
    },
  };
}

const columnsOf = (fields: readonly Field[]) =>
  fields.map(({ name, type }) => `${quoted(name)} ${declared[type]}`).join(', ');

/** A name ends at a zero character. */
const quoted = (name: string) => `"${name.replaceAll('\0', '').replaceAll('"', '""')}"`;
