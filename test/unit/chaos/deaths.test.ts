/** The rounds of test/chaos count what was made and can end an attempt, and nothing else. */
import { expect, test } from 'vitest';
import { deathsIn } from '../../chaos/deaths.mjs';

const fault = (name: string, rest: object = {}) => ({ kind: 'fault', do: name, begun: 5, done: true, ...rest });
const witness = (...records: { kind: string; at: number; move?: number }[]) => ({ client: '1', records });
const losses = (notes: object[], witnesses: Parameters<typeof deathsIn>[1] = []) =>
  deathsIn(notes as Parameters<typeof deathsIn>[0], witnesses, 4).map((death) => death.losses);

test('a fault that was not made, or that ends no attempt, explains no loss', () => {
  expect(losses([fault('close', { done: 'Error: no tab is left' }), fault('open'), fault('cut-streams')])).toEqual([]);
});

test('a fault in one tab explains one loss, one that reaches all of them as many as there may be', () => {
  expect(losses([fault('kill-executor'), fault('drop-handles'), fault('abort-transactions', { count: 2 })])).toEqual([
    1, 4, 8,
  ]);
});

test('a tab that is loaded again counts once, whoever asked for it', () => {
  expect(losses([{ kind: 'loaded again', begun: 4 }, fault('reload')])).toEqual([1]);
});

test('a fault that went wrong halfway may have been made', () => {
  expect(losses([fault('crash', { done: 'Error: timed out' })])).toEqual([1]);
});

test('what a thread was told counts when it said so, or when nobody is left who would have heard', () => {
  const told = fault('kill-job-worker', { told: true, move: 3 });
  const life = { kind: 'life', at: 1 };
  expect(losses([told], [witness(life)])).toEqual([]);
  expect(losses([told], [witness(life, { kind: 'made', at: 6, move: 3 })])).toEqual([4]);
  expect(losses([told], [witness({ kind: 'life', at: 9 })])).toEqual([4]);
});
