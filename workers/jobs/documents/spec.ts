import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

/** Of text that does not say so itself. */
export const encodings = [
  'auto',
  'utf-8',
  'utf-16le',
  'windows-1252',
  'windows-1251',
  'gb18030',
  'big5',
  'shift_jis',
  'euc-kr',
] as const;

export const spec = defineSpec({
  type: 'documents',
  title: 'Make documents searchable',
  description:
    'Reads PDF, text, Markdown and HTML files into an index that lasts, page by page. A file that is there already is not read again, and one that has changed takes its place.',
  version: 1,
  input: v.strictObject({
    files: v.pipe(FilesSchema, v.description('PDF, text, Markdown or HTML. A folder may hold other files as well.')),
    on_error: v.optional(
      v.pipe(
        v.picklist(['skip', 'fail']),
        v.title('A file that cannot be read'),
        v.description('Is left out and listed, or ends the task.'),
      ),
      'skip',
    ),
    page_seconds: v.optional(
      v.pipe(
        v.number(),
        v.minValue(0.1),
        v.maxValue(600),
        v.title('Seconds a page'),
        v.description('A file that keeps its reader busy for longer without a page is given up.'),
      ),
      20,
    ),
    encoding: v.optional(
      v.pipe(
        v.picklist(encodings),
        v.title('Encoding'),
        v.description('Of text that does not say so itself. Unless told, its beginning is looked at.'),
      ),
      'auto',
    ),
  }),
  limits: {
    // The index has one owner at a time.
    running: 1,
    // Documents of a task that is canceled are taken out again.
    grace_ms: 10_000,
  },
  redo: 'a few pages',
});
