import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { isPageMessage } from '../../../src/client/control.ts';
import { PageMessageSchema } from '../../../src/core/protocol.ts';

const kinds = fc.constantFrom(...PageMessageSchema.options.map(({ entries }) => entries.kind.literal), 'erase', '');
const values = fc.oneof(fc.nat(), fc.constantFrom(-1, 0.5, Number.NaN, 2 ** 53, '1', null));
const messages = fc.record({ kind: kinds, read: values, size: values }, { requiredKeys: [] });

test('what the client takes for a message of its service worker is what fits the schema', () => {
  const agree = (data: unknown) => {
    expect(isPageMessage(data)).toBe(v.is(PageMessageSchema, data));
  };
  fc.assert(fc.property(fc.oneof({ weight: 3, arbitrary: messages }, fc.anything()), agree), { numRuns: 2_000 });
  expect(isPageMessage({ kind: 'import-progress', read: 1, size: 2 })).toBe(true);
});
