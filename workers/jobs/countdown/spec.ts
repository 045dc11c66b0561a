import * as v from 'valibot';
import { defineSpec } from '../../../src/core/job.ts';

export const spec = defineSpec({
  type: 'countdown',
  title: 'Countdown',
  description: 'Counts steps and waits between them. Does nothing else: it shows how a task runs, stops and goes on.',
  version: 1,
  input: v.strictObject({
    steps: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(100_000),
        v.title('Steps'),
        v.description('How far to count.'),
      ),
      10,
    ),
    step_ms: v.optional(
      v.pipe(
        v.number(),
        v.minValue(0),
        v.maxValue(86_400_000),
        v.title('Milliseconds a step'),
        v.description('How long to wait before each step; 0 waits for nothing.'),
      ),
      1000,
    ),
    fail_at: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(100_000),
        v.title('Fail at step'),
        v.description('Ends with an error instead of this step.'),
      ),
    ),
  }),
  limits: {},
  redo: 'one step, or 1 s of them',
});
