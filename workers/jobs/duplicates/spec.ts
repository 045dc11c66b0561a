import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

export const spec = defineSpec({
  type: 'duplicates',
  title: 'Find duplicates',
  description:
    'Finds the files that have the same bytes, whatever their names, the largest first, and tells how much could be freed. Only what could be a duplicate is read in full.',
  version: 1,
  input: v.strictObject({
    files: FilesSchema,
    min_bytes: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.title('Smallest file'),
        v.description('In bytes; smaller ones are passed over, and empty ones always.'),
      ),
      1,
    ),
  }),
  limits: {},
  redo: '1 s',
});
