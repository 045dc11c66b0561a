/** What the records of an export say of themselves. */
import * as v from 'valibot';
import { BrokenExport, type ExportRecord } from '../src/core/export-record.ts';
import { TASK_ID } from './body.ts';
import { FORMATS } from './transfer.ts';

const Size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const HeadSchema = v.variant('kind', [
  v.object({
    kind: v.literal('holdfast'),
    format: v.picklist(FORMATS, `Only the formats ${FORMATS.join(' and ')} are known here.`),
  }),
  // Any other a list could not go on after.
  v.object({ kind: v.literal('task'), task_id: v.pipe(v.string(), v.regex(TASK_ID, 'A task’s id is a UUID.')) }),
  v.object({
    kind: v.literal('output'),
    task_id: v.string(),
    name: v.string(),
    type: v.string(),
    size: Size,
    mark: v.optional(Size),
    offset: Size,
  }),
  v.object({
    kind: v.literal('input'),
    file_id: v.pipe(v.string(), v.nonEmpty(), v.maxLength(64)),
    name: v.string(),
    type: v.string(),
    last_modified: v.number(),
    size: Size,
    offset: Size,
  }),
  v.object({ kind: v.literal('end'), records: Size }),
]);

type Head = v.InferOutput<typeof HeadSchema>;
export type HeadOf<Kind extends Head['kind']> = Extract<Head, { kind: Kind }>;

/** Throws `BrokenExport`. */
export function headOf({ head, at }: ExportRecord): Head {
  const parsed = v.safeParse(HeadSchema, head);
  if (parsed.success) return parsed.output;
  throw new BrokenExport(at, `The record "${head.kind}" is not understood: ${v.summarize(parsed.issues)}`);
}
