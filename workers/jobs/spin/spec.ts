import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';

export const spec = defineSpec({
  type: 'spin',
  title: 'Spin',
  description:
    'Keeps its worker busy and never listens: it shows what happens to a job that does not stop when it is told to.',
  version: 1,
  input: v.strictObject({
    ms: v.optional(
      v.pipe(
        v.number(),
        v.minValue(0),
        v.maxValue(3_600_000),
        v.title('Milliseconds'),
        v.description('How long to stay busy.'),
      ),
      3000,
    ),
  }),
  limits: {},
  redo: 'all of it',
});
