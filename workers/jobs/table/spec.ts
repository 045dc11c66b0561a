import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

export const outputKinds = ['sqlite', 'parquet', 'json', 'profile'] as const;
const ToSchema = v.picklist(outputKinds);
export type OutputKind = v.InferOutput<typeof ToSchema>;

export const columnTypes = ['integer', 'real', 'boolean', 'date', 'timestamp', 'text', 'json'] as const;
export type ColumnType = (typeof columnTypes)[number];

const FormatSchema = v.picklist(['auto', 'csv', 'jsonl']);
const EncodingSchema = v.picklist(['auto', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252']);
export type Encoding = Exclude<v.InferOutput<typeof EncodingSchema>, 'auto'>;

const Delimiter = v.pipe(v.string(), v.regex(/^[^\r\n"\ufeff]$/));
const Quote = v.pipe(v.string(), v.regex(/^[^\r\n\ufeff]$/));

export const spec = defineSpec({
  type: 'table',
  title: 'Convert tables',
  description:
    'Turns CSV, TSV and JSON lines, plain or gzipped, into a SQLite database, Parquet or JSON, or describes their columns. Each file is read twice: once for the types of its columns, once to write them.',
  version: 3,
  input: v.strictObject({
    files: v.pipe(FilesSchema, v.maxLength(1_000)),
    to: v.optional(
      v.pipe(
        ToSchema,
        v.title('Into'),
        v.description(
          'SQLite: one database with a table for each file. Profile: no file, only what is in each column.',
        ),
      ),
      'sqlite',
    ),
    format: v.optional(
      v.pipe(FormatSchema, v.title('Format'), v.description('CSV stands for whatever separates cells by a character.')),
      'auto',
    ),
    delimiter: v.optional(
      v.pipe(Delimiter, v.title('Delimiter'), v.description('Between two cells; found out unless given.')),
    ),
    quote: v.optional(v.pipe(Quote, v.title('Quote'), v.description('Around a cell; found out unless given.'))),
    header: v.optional(
      v.pipe(
        v.picklist(['auto', 'yes', 'no']),
        v.title('Header'),
        v.description('Whether the first row has the names of the columns.'),
      ),
      'auto',
    ),
    encoding: v.optional(
      v.pipe(
        EncodingSchema,
        v.title('Encoding'),
        v.description('Auto: UTF-8, UTF-16 with its byte order mark, or Windows-1252 when it is no UTF-8.'),
      ),
      'auto',
    ),
    types: v.optional(
      v.pipe(
        v.record(v.string(), v.picklist(columnTypes)),
        v.title('Types'),
        v.description('The type of a column, by its name; found out unless given.'),
      ),
      {},
    ),
    strict: v.optional(
      v.pipe(
        v.boolean(),
        v.title('Strict'),
        v.description('Fail at the first malformed row. Otherwise such rows are left out, counted and listed.'),
      ),
      false,
    ),
  }),
  limits: {},
  redo: '1 s; a gzipped file is unpacked again from its start, or from its last member, and nothing is written twice',
});

export type TableInput = v.InferOutput<typeof spec.input>;
