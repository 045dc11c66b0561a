import { expect, test } from 'vitest';
import { type Engine, scheduleOf } from '../../chaos/schedule.mjs';

const engines: Engine[] = ['chromium', 'firefox', 'webkit'];
const rounds = (seed: string, engine: Engine) => Array.from({ length: 200 }, (_, i) => scheduleOf(seed, i, engine));

test('a schedule is a pure function of seed, round and engine', () => {
  for (const engine of engines) {
    expect(rounds('7', engine)).toEqual(rounds('7', engine));
    expect(rounds('8', engine)).not.toEqual(rounds('7', engine));
  }
  expect(scheduleOf('7', 1, 'firefox').moves).not.toEqual(scheduleOf('7', 1, 'webkit').moves);
});

test('the first round is undisturbed, and every other one is not', () => {
  const [first, ...rest] = rounds('7', 'chromium');
  expect(first?.moves).toEqual([]);
  for (const { moves } of rest) expect(moves.length).toBeGreaterThan(0);
});

test('moves come in order, and every kind of fault comes', () => {
  const all = rounds('7', 'chromium').map(({ moves }) => moves);
  for (const moves of all)
    expect(moves.map(({ at }) => at)).toEqual(moves.map(({ at }) => at).toSorted((a, b) => a - b));
  const kinds = new Set(all.flat().map((move) => move.do));
  expect(kinds.size).toBe(21);
});

test('an engine is asked only for what its driver can do', () => {
  const beyond = ['stop-service-worker', 'crash', 'freeze', 'hard-reload', 'kill-browser', 'fill-storage'];
  for (const engine of ['firefox', 'webkit'] as const) {
    for (const { moves } of rounds('7', engine)) for (const { do: name } of moves) expect(beyond).not.toContain(name);
  }
});
