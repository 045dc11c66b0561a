import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

const FormatSchema = v.picklist(['zip', 'gzip']);
const CompressionSchema = v.picklist(['normal', 'fast', 'none']);
export type Compression = v.InferOutput<typeof CompressionSchema>;

export const spec = defineSpec({
  type: 'archive',
  title: 'Compress',
  description:
    'Packs files and folders into one ZIP of any size, or each file into a .gz of its own. More files take no more memory.',
  version: 1,
  input: v.strictObject({
    files: FilesSchema,
    format: v.optional(
      v.pipe(
        FormatSchema,
        v.title('Format'),
        v.description('ZIP keeps folders and holds many files; gzip makes a .gz of each file.'),
      ),
      'zip',
    ),
    compression: v.optional(
      v.pipe(
        CompressionSchema,
        v.title('Compression'),
        v.description('None is quickest, and best for photos, films and what is packed already.'),
      ),
      'normal',
    ),
    name: v.optional(
      v.pipe(
        v.string(),
        v.nonEmpty(),
        v.maxLength(200),
        // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what a name must not have; JSON Schema takes no flags.
        v.regex(/^[^/\\\u0000-\u001f\u007f-\u009f]+$/, 'a name without slashes is wanted'),
        v.title('Name of the ZIP'),
        v.description('By default that of the folder or the file.'),
      ),
    ),
  }),
  limits: {},
  redo: '1 s, and 4 MiB of input',
});
