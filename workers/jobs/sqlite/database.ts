/** A SQLite database in a file that a job writes in place. Its bytes depend on what is done to it, and on where transactions end. */
import init, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import type { RandomOutput } from '../../../src/core/job.ts';
import { installVfs } from './vfs.ts';

export type Bound = string | number | null;

export interface Database {
  exec(sql: string, bound?: readonly Bound[]): void;
  /** All rows, as objects. They are what the statement says, so `T` is its author's word. */
  rows<T>(sql: string, bound?: readonly Bound[]): T[];
  /** A statement that takes a row of values each time it runs. */
  insert(sql: string): Insert;
  /** Undoes the transaction, where a failure of the file has not already done so. */
  rollback(): void;
  close(): void;
}

export interface Insert {
  run(row: readonly (string | number | bigint | boolean | null | undefined)[]): void;
  finalize(): void;
}

/** Of SQLite's own functions, those that take a row, and one that the types do not know. */
interface Raw {
  sqlite3_get_autocommit(database: number): number;
  sqlite3_bind_text(statement: number, place: number, text: number, length: number, destructor: number): number;
  sqlite3_bind_int(statement: number, place: number, value: number): number;
  sqlite3_bind_int64(statement: number, place: number, value: bigint): number;
  sqlite3_bind_double(statement: number, place: number, value: number): number;
  sqlite3_bind_null(statement: number, place: number): number;
  sqlite3_step(statement: number): number;
  sqlite3_reset(statement: number): number;
}

let loading: Promise<Sqlite3Static> | undefined;
/** A worker that runs several tasks, one after the other, loads it once. */
const load = () => (loading ??= init());

const PATH = 'database';
const TEXT_BYTES = 256 * 1024;
/** A character has at most three bytes for each of its units. */
const UNIT_BYTES = 3;

export async function openDatabase(file: RandomOutput): Promise<Database> {
  const sqlite = await load();
  const { capi, wasm, oo1 } = sqlite;
  const vfs = installVfs(sqlite, file, PATH);

  /** Throws what the file threw, or else what SQLite says. */
  function checked<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw vfs.failure() ?? error;
    }
  }

  const db = checked(() => new oo1.DB({ filename: PATH, flags: 'c', vfs: vfs.name }));
  checked(() => {
    // What a failed transaction leaves is cut off by the file itself.
    db.exec(
      'pragma journal_mode = memory; pragma synchronous = off; pragma temp_store = memory; pragma cache_size = -16384',
    );
  });

  return {
    exec: (sql, bound) => checked(() => void db.exec({ sql, ...(bound ? { bind: [...bound] } : {}) })),

    rows: <T>(sql: string, bound?: readonly Bound[]) =>
      checked(
        () =>
          db.exec({ sql, rowMode: 'object', returnValue: 'resultRows', ...(bound ? { bind: [...bound] } : {}) }) as T[],
      ),

    insert(sql) {
      const statement = checked(() => db.prepare(sql));
      const { pointer } = statement;
      if (!pointer) throw new Error('The statement was not prepared.');
      // The typed calls convert their arguments, which takes longer than the insert itself.
      const raw: Raw = wasm.exports;
      const encoder = new TextEncoder();
      let room = TEXT_BYTES;
      let texts = wasm.alloc(room);

      return {
        run(row) {
          let wanted = 0;
          for (const value of row) if (typeof value === 'string') wanted += value.length * UNIT_BYTES;
          if (wanted > room) {
            wasm.dealloc(texts);
            room = wanted;
            texts = wasm.alloc(room);
          }
          const memory = wasm.heap8u();
          let at = Number(texts);
          for (const [index, value] of row.entries()) {
            const place = index + 1;
            if (typeof value === 'string') {
              const { written } = encoder.encodeInto(value, memory.subarray(at));
              // Static: it stays where it is until the statement has run.
              raw.sqlite3_bind_text(pointer, place, at, written, 0);
              at += written;
            } else if (typeof value === 'number') {
              if ((value | 0) === value) raw.sqlite3_bind_int(pointer, place, value);
              else if (Number.isSafeInteger(value)) raw.sqlite3_bind_int64(pointer, place, BigInt(value));
              else raw.sqlite3_bind_double(pointer, place, value);
            } else if (typeof value === 'bigint') raw.sqlite3_bind_int64(pointer, place, value);
            else if (typeof value === 'boolean') raw.sqlite3_bind_int(pointer, place, value ? 1 : 0);
            else raw.sqlite3_bind_null(pointer, place);
          }
          raw.sqlite3_step(pointer);
          const code = raw.sqlite3_reset(pointer);
          if (code !== 0) checked(() => fail(code, capi.sqlite3_errmsg(db)));
        },
        finalize() {
          wasm.dealloc(texts);
          statement.finalize();
        },
      };
    },

    rollback() {
      const { pointer } = db;
      const raw: Raw = wasm.exports;
      if (pointer && raw.sqlite3_get_autocommit(Number(pointer)) === 0) checked(() => void db.exec('rollback'));
    },

    close() {
      db.close();
      vfs.uninstall();
    },
  };
}

function fail(code: number, message: string): never {
  throw new Error(`SQLite: ${message} (${code})`);
}
