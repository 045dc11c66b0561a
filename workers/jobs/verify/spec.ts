import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

export const spec = defineSpec({
  type: 'verify',
  title: 'Verify checksums',
  description:
    'Checks files against the list of checksums that lies among them (SHA256SUMS, .md5, .sfv, B3SUMS and their like), and tells which are intact, differ, are missing or on no list.',
  version: 1,
  input: v.strictObject({
    files: v.pipe(FilesSchema, v.description('The files, and the lists of checksums among them.')),
  }),
  limits: {},
  redo: '1 s',
});
