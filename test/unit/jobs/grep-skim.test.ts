import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canSkimFor, regexOf } from '../../../workers/jobs/grep/pattern.ts';
import { type Order, search } from '../../../workers/jobs/grep/search.ts';
import { skimmerOf, staysInLine } from '../../../workers/jobs/grep/skim.ts';

const orderOf = (text: string): Order => ({
  bytes: new TextEncoder().encode(text),
  skip: false,
  limit: Number.POSITIVE_INFINITY,
  ranges: 3,
  careful: false,
});

const TOKENS = 'a b B é 🦀 . ^ $ \\w \\d \\b \\B \\S [a-c] [.b] \\. x* a+? (?:a|b) (b) | b{2} (?:^|a)'.split(' ');
const LETTERS = 'a b B c é 🦀 1 . \n \n \r\n \r \u2028'.split(' ').concat(' ');

const pattern = fc.array(fc.constantFrom(...TOKENS), { minLength: 1, maxLength: 5 }).map((tokens) => tokens.join(''));
const text = fc
  .array(fc.constantFrom(...LETTERS), { maxLength: 60 })
  // Longer than what is looked through at once.
  .chain((letters) => fc.constantFrom(1, 3_000).map((times) => letters.join('').repeat(times)));

test('many lines at once match where each by itself does', () => {
  fc.assert(
    fc.property(pattern, fc.boolean(), fc.boolean(), text, (pattern, ignore_case, whole_word, text) => {
      const wanted = { pattern, fixed: false, ignore_case, whole_word };
      const regex = regexOf(wanted);
      expect(canSkimFor(wanted)).toBe(true);
      const one = search(orderOf(text), { regex, skimmer: null }, () => {});
      expect(search(orderOf(text), { regex, skimmer: skimmerOf(regex) }, () => {})).toEqual(one);
    }),
    { numRuns: 300 },
  );
});

describe('a pattern is looked for in each line by itself that', () => {
  test.each([
    ['could match a line break', ['a[^x]b', 'a\\sb', '\\W', '\\n', '\\x0a', '\\u000a', '\\p{Cc}', '[\\s]', '[^]']],
    ['looks around', ['a(?=b)', 'a(?!\\s)', '(?<!a)b', '(?<=a)b']],
    ['could tell what a line is by itself', ['(?-m:^a)', '(a)\\1', '(?<name>a)']],
  ])('%s', (_, patterns) => {
    expect(patterns.filter(staysInLine)).toEqual([]);
  });
});

test('most that people look for is looked for in many lines at once', () => {
  const patterns = [
    'error',
    'retry25\\d ',
    '^\\d{4}-\\d{2}',
    '(?:WARN|ERROR).*timeout$',
    '[A-Za-z0-9._-]+@\\w+',
    '\\bfoo\\b',
  ];
  expect(patterns.filter((each) => !staysInLine(each))).toEqual([]);
});

test('whoever waits is told while lines are passed over', () => {
  const told: number[] = [];
  const clock = performance.now;
  let now = 0;
  performance.now = () => (now += 201);
  try {
    search(orderOf('aé\n'.repeat(100_000)), { regex: /x/su, skimmer: /x/mu }, (at) => told.push(at));
  } finally {
    performance.now = clock;
  }
  expect(told.length).toBeGreaterThan(2);
  expect(told.filter((at) => at % 4 !== 0)).toEqual([]);
});
