/** What the jobs' results look like to the page. A result of another shape is shown as what it is: a value. */
import * as v from 'valibot';

const Count = v.number();
const Digest = v.nullable(v.string());

export const VerifySchema = v.object({
  ok: Count,
  differs: Count,
  missing: Count,
  extra: Count,
  files: v.array(
    v.object({
      name: v.string(),
      state: v.picklist(['ok', 'differs', 'missing', 'extra']),
      expected: Digest,
      actual: Digest,
    }),
  ),
});
export type Verified = v.InferOutput<typeof VerifySchema>;

export const DuplicatesSchema = v.object({
  files: Count,
  freeable: Count,
  groups: v.array(v.object({ size: Count, freeable: Count, names: v.array(v.string()) })),
});
export type Duplicates = v.InferOutput<typeof DuplicatesSchema>;

export const ArchiveSchema = v.object({ files: Count, bytes: Count, packed: Count });
export type Archived = v.InferOutput<typeof ArchiveSchema>;

export const ExtractSchema = v.object({ archives: Count, files: Count, bytes: Count });
export type Extracted = v.InferOutput<typeof ExtractSchema>;

export const GrepSchema = v.object({
  lines: Count,
  files: v.array(
    v.object({
      name: v.string(),
      lines: Count,
      binary: v.boolean(),
      too_long: Count,
      error: v.nullish(v.string()),
    }),
  ),
  first: v.array(
    v.object({
      file: v.string(),
      line: Count,
      text: v.string(),
      ranges: v.array(v.tuple([Count, Count])),
    }),
  ),
});
export type Grepped = v.InferOutput<typeof GrepSchema>;

export const DocumentsSchema = v.object({
  documents: Count,
  pages: Count,
  skipped: Count,
  files: v.array(
    v.object({
      file: v.string(),
      title: v.nullable(v.string()),
      pages: Count,
      characters: Count,
      error: v.nullable(v.string()),
    }),
  ),
});
export type Documents = v.InferOutput<typeof DocumentsSchema>;

const Picture = v.object({ width: Count, height: Count, bytes: Count, format: v.string() });
export const ImagesSchema = v.object({
  before: Count,
  after: Count,
  files: v.array(
    v.object({
      name: v.string(),
      from: v.nullable(Picture),
      to: v.nullable(v.object({ ...Picture.entries, name: v.string() })),
      // Of a picture that the job has made itself; nothing else is loaded from a result.
      thumbnail: v.nullable(v.pipe(v.string(), v.startsWith('data:image/jpeg;base64,'))),
      error: v.nullable(v.string()),
    }),
  ),
});
export type Pictures = v.InferOutput<typeof ImagesSchema>;

const Bound = v.optional(v.nullable(v.union([v.string(), v.number()])));
const ColumnSchema = v.object({
  name: v.string(),
  type: v.string(),
  empty: Count,
  distinct: v.optional(v.object({ count: Count, exact: v.boolean() })),
  min: Bound,
  max: Bound,
  mean: v.optional(v.nullable(v.number())),
  histogram: v.optional(v.array(v.object({ from: v.number(), to: v.number(), count: Count }))),
  values: v.optional(v.array(v.object({ value: v.string(), count: Count }))),
});
export type Column = v.InferOutput<typeof ColumnSchema>;

export const TablesSchema = v.object({
  to: v.string(),
  tables: v.array(
    v.object({
      file: v.string(),
      rows: Count,
      malformed: v.object({
        count: Count,
        listed: v.array(v.object({ line: Count, why: v.string(), row: v.string() })),
      }),
      columns: v.array(ColumnSchema),
    }),
  ),
});
export type Malformed = Tables['tables'][number]['malformed'];
export type Tables = v.InferOutput<typeof TablesSchema>;
