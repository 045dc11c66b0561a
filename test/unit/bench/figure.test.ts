import { expect, test } from 'vitest';
import { interleave } from '../../bench/figure.ts';

/** Who was run after whom in the same turn, by side, in counted rounds and the one before them. */
async function followers(names: string[], rounds: number) {
  const order: string[] = [];
  const side = (name: string) => async () => {
    order.push(name);
    return [0];
  };
  await interleave(rounds, Object.fromEntries(names.map((name) => [name, side(name)])));
  const after = new Map(names.map((name) => [name, new Set<string>()]));
  for (const [at, name] of order.entries()) if (at % names.length > 0) after.get(order[at - 1] ?? '')?.add(name);
  return { order, after };
}

test('with as many turns as sides, each side once follows each other', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const { after } = await followers(names, names.length - 1);
  expect(names.map((name) => after.get(name)?.size)).toEqual(names.map(() => names.length - 1));
});

test('no side of an odd number follows the same one each time', async () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const { after } = await followers(names, 5);
  expect(names.every((name) => (after.get(name)?.size ?? 0) >= 3)).toBe(true);
});

test('each turn runs all sides, and two of them take turns at being first', async () => {
  expect((await followers(['a', 'b'], 3)).order.join('')).toBe('abbaabba');
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { order } = await followers(names, 4);
  for (let at = 0; at < order.length; at += names.length)
    expect(order.slice(at, at + names.length).toSorted()).toEqual(names);
});
