import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { brokenAt } from '../../../sw/json-position.ts';

const breaks = (text: string): boolean => {
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
};
const indent = fc.constantFrom(undefined, 1, '\t');
const json = fc.tuple(fc.jsonValue(), indent).map(([value, space]) => JSON.stringify(value, null, space));

test('a text that only breaks off breaks at its end', () => {
  fc.assert(
    fc.property(json, fc.nat(), (text, cut) => {
      const part = text.slice(0, cut % text.length);
      // In the middle of a word or an escape the text breaks where that began.
      if (breaks(part)) expect(part.slice(brokenAt(part))).toMatch(/^(?:-|\.|e[+-]?|[tfn][a-z]*|\\(?:u[\da-f]*)?)?$/);
    }),
  );
});

test('nothing breaks before a character that is put in its way', () => {
  fc.assert(
    fc.property(json, fc.nat(), fc.constantFrom('?', '}', ']', ',', ':', 'x', '\u0001'), (text, cut, wrong) => {
      const at = cut % (text.length + 1);
      const broken = text.slice(0, at) + wrong + text.slice(at);
      if (!breaks(broken)) return;
      const position = brokenAt(broken);
      expect(position).toBeLessThanOrEqual(broken.length);
      // What stands before the place can still become JSON: it does not break earlier.
      expect(brokenAt(broken.slice(0, position))).toBe(position);
    }),
    { numRuns: 2_000 },
  );
});

test('a megabyte of brackets or quotes is no trouble', () => {
  const size = 1024 * 1024;
  expect(brokenAt('['.repeat(size))).toBe(size);
  expect(brokenAt(`"${'a'.repeat(size)}`)).toBe(size + 1);
  expect(brokenAt(`[${'"",'.repeat(size / 4)}]`)).toBe(1 + (3 * size) / 4);
});
