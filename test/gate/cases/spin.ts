import type { Gate } from '../gate.ts';

export const gate: Gate = {
  works: { 'half a second': { files: [], input: () => ({ ms: 500 }) } },
  bad: {},
  big: null,
  busy: true,
};
