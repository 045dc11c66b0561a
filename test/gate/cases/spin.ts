import type { Gate } from '../gate.ts';

export const gate: Gate = {
  works: { '300 ms': { files: [], input: () => ({ ms: 300 }) } },
  bad: {},
  big: null,
  busy: true,
};
