import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';
import { FilesSchema } from '../inputs.ts';

const FormatSchema = v.picklist(['text', 'jsonl']);
export type Format = v.InferOutput<typeof FormatSchema>;

const flag = (title: string, description: string) =>
  v.optional(v.pipe(v.boolean(), v.title(title), v.description(description)), false);
const contextLines = (title: string) =>
  v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(0),
      v.maxValue(20),
      v.title(title),
      v.description('How many, to be listed with each line that matches.'),
    ),
    0,
  );

export const spec = defineSpec({
  type: 'grep',
  title: 'Search in text',
  description:
    'Finds the lines of text files and logs, also gzipped, that match a regular expression: counts for each file and a list of the lines. A file may be larger than the memory.',
  version: 3,
  input: v.strictObject({
    files: v.pipe(
      FilesSchema,
      v.description('Text in UTF-8, plain or gzipped. In other files lines are only counted.'),
    ),
    pattern: v.pipe(
      v.string(),
      v.nonEmpty(),
      v.maxLength(10_000),
      v.title('Pattern'),
      v.description('A regular expression as in JavaScript, looked for in each line by itself.'),
    ),
    fixed: flag('Plain text', 'The pattern is looked for as it stands.'),
    ignore_case: flag('Ignore case', 'Capitals and small letters are the same.'),
    whole_word: flag('Whole words', 'What stands before and after a match may be no letter, digit or underscore.'),
    before: contextLines('Lines before'),
    after: contextLines('Lines after'),
    max_matches: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.title('At most'),
        v.description('How many lines to find in each file; the rest of it is not read then.'),
      ),
    ),
    format: v.optional(
      v.pipe(
        FormatSchema,
        v.title('List'),
        v.description(
          'Text as grep writes it, or JSON lines with the offset of each line and where in it the matches are.',
        ),
      ),
      'text',
    ),
    on_error: v.optional(
      v.pipe(
        v.picklist(['fail', 'skip']),
        v.title('A damaged file'),
        v.description('Ends the task, or is listed and searched as far as it can be read.'),
      ),
      'fail',
    ),
  }),
  limits: {},
  redo: '1 s; in a gzipped file what its current member holds is unpacked again, not searched',
});
