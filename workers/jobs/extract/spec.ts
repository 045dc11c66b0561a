import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

export const spec = defineSpec({
  type: 'extract',
  title: 'Extract',
  description:
    'Unpacks ZIP, gzip and Zstandard files of any size. Refuses links, bombs and what would leave its folder.',
  version: 1,
  input: v.strictObject({
    files: v.pipe(FilesSchema, v.description('ZIP (.zip), gzip (.gz, .tgz) or Zstandard (.zst).')),
    limit_bytes: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.title('At most'),
        v.description('How many bytes may come out in all.'),
      ),
      64 * 1024 ** 3,
    ),
    limit_ratio: v.optional(
      v.pipe(
        v.number(),
        v.minValue(1),
        v.title('At most, times the archive'),
        v.description('How many times its own size an archive may unpack to, beyond the first 64 MiB.'),
      ),
      250,
    ),
  }),
  limits: {},
  redo: 'one compressed stream: it is read again from its start, and nothing is written twice',
});
