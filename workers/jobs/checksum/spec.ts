import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

const AlgorithmSchema = v.picklist(['sha256', 'sha1', 'sha512', 'md5', 'crc32', 'blake3', 'xxh3']);
export type Algorithm = v.InferOutput<typeof AlgorithmSchema>;

export const spec = defineSpec({
  type: 'checksum',
  title: 'Checksum',
  description:
    'Computes the checksum of every file and lists them in a file that sha256sum and its siblings can check.',
  version: 1,
  input: v.strictObject({
    files: FilesSchema,
    algorithm: v.optional(
      v.pipe(
        AlgorithmSchema,
        v.title('Algorithm'),
        v.description('MD5, SHA-1, CRC-32 and XXH3 find damage, not forgery; BLAKE3 is the fastest of the safe ones.'),
      ),
      'sha256',
    ),
  }),
  limits: {},
  redo: '1 s',
});
