import type { Gate } from '../gate.ts';

export const gate: Gate = {
  works: { 'ten steps': { files: [], input: () => ({ steps: 10, step_ms: 1 }) } },
  bad: {
    'a step that fails': { files: [], input: () => ({ steps: 5, step_ms: 0, fail_at: 3 }), names: ['step 3 of 5'] },
  },
  big: null,
};
