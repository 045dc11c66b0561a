/** What a check says of a value. `what` tells in the message which value it was. */

class Unmet extends Error {
  override name = 'Unmet';
}

export function expect(value: unknown, what = 'the value') {
  const met = (holds: boolean, wanted: string) => {
    if (!holds) throw new Unmet(`${what} should ${wanted}, but is ${show(value)}.`);
  };
  return {
    toBe: (other: unknown) => met(Object.is(value, other), `be ${show(other)}`),
    toEqual: (other: unknown) => met(same(value, other), `equal ${show(other)}`),
    toMatch: (pattern: RegExp) => met(typeof value === 'string' && pattern.test(value), `match ${pattern}`),
    toContain: (part: unknown) =>
      met(
        typeof value === 'string'
          ? value.includes(String(part))
          : Array.isArray(value) && value.some((v) => same(v, part)),
        `contain ${show(part)}`,
      ),
    toBeAtLeast: (least: number) => met(Number(value) >= least, `be at least ${least}`),
    toBeBelow: (limit: number) => met(Number(value) < limit, `be below ${limit}`),
    /** Has at least these keys, with these values. */
    toHave(part: Record<string, unknown>) {
      const found = Object.fromEntries(
        Object.keys(part).map((key) => [key, (value as Record<string, unknown>)?.[key]]),
      );
      if (!same(found, part)) throw new Unmet(`${what} should have ${show(part)}, but has ${show(found)}.`);
    },
  };
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

const MAX_SHOWN = 800;

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)} …` : text;
}
