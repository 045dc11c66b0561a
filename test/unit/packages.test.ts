/** What `npm ci` brings. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Lock {
  packages: Record<string, { engines?: { node?: string } }>;
}

const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const OLDEST = '20.19.0';

const numbers = (version: string) => {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return { major, order: (major * 1_000 + minor) * 1_000 + patch };
};

/** Of semver's ranges, what is found in `engines`: comparators, and alternatives of them. */
function allows(range: string, version: string): boolean {
  const is = numbers(version);
  const fits = (comparator: string) => {
    const [, sign, text = ''] = /^(>=|<=|>|<|\^)?(\d[\d.]*)$/.exec(comparator) ?? [];
    const { major, order } = numbers(text);
    if (sign === '>=') return is.order >= order;
    if (sign === '>') return is.order > order;
    if (sign === '<=') return is.order <= order;
    if (sign === '<') return is.order < order;
    return is.major === major && is.order >= order;
  };
  return range.split('||').some(
    (each) =>
      each.trim() === '*' ||
      each
        .trim()
        .replace(/([<>=^])\s+/g, '$1')
        .split(/\s+/)
        .every(fits),
  );
}

test.each([
  ['>=22', false],
  ['^20.19.0 || >=22.12.0', true],
  ['18 || 20 || >= 22', true],
  ['>=18 <20', false],
])('"%s" lets Node 20.19 in: %s', (range, is) => {
  expect(allows(range, OLDEST)).toBe(is);
});

test('no package asks for a newer Node than the project does', () => {
  expect(read('package.json').engines.node).toBe('>=20.19');
  const { packages }: Lock = read('package-lock.json');
  const newer = Object.entries(packages).filter(([, { engines }]) => !allows(engines?.node ?? '*', OLDEST));
  expect(newer).toEqual([]);
});
