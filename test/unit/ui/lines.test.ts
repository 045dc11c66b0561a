import { expect, test } from 'vitest';
import { fromLevel, noLines, said, textOf } from '../../../src/ui/task/lines.ts';
import { momentsOf } from '../../../src/ui/task/moments.ts';
import { gap, line, progress } from './moments.ts';

test('of many lines the newest are kept, and the others counted', () => {
  let lines = noLines;
  for (let n = 1; n <= 25; n += 1) lines = said(lines, [line(n), progress(n, n)], 10);
  expect(lines.dropped).toBe(15);
  expect(lines.kept.map((each) => each.n)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24, 25]);
});

test('nothing new leaves the very same lines', () => {
  const { kept } = said(noLines, [line(1)]);
  expect(said({ kept, dropped: 0 }, [progress(1, 1)]).kept).toBe(kept);
});

test('a level shows what is as grave and graver, and every gap', () => {
  const { kept } = said(noLines, [line(1, 'a', 'debug'), line(2, 'b', 'warn'), gap(3, 7, null), line(8, 'c', 'error')]);
  expect(fromLevel(kept, 'warn').map(({ n }) => n)).toEqual([2, 7, 8]);
  expect(fromLevel(kept, 'debug')).toBe(kept);
});

test('a saved line cannot look like two', () => {
  const [made] = said(noLines, [line(1, 'one\n2026-01-01T00:00:00.000Z error two', 'info', 0)]).kept;
  expect(made && textOf(made)).toBe('1970-01-01T00:00:00.000Z info  one\n    2026-01-01T00:00:00.000Z error two');
});

test('the log’s JSON becomes moments: an end is one, a gap has the state after it', () => {
  const data = { task_id: 't', status: 'completed', done: 1 };
  const at = '1970-01-01T00:00:01.000Z';
  const moments = momentsOf([
    { id: '4', event: 'gap', data: { from: 1, to: 4 } },
    { id: '4', event: 'message', data: { ...data, status: 'running' } },
    { id: '5', event: 'log', data: { level: 'warn', message: 'careful', at }, at, change: { kind: 'log' } },
    { id: '6', event: 'message', data, at, change: { kind: 'completed' } },
    { id: '6', event: 'complete', data: {}, at, change: { kind: 'completed' } },
  ]);
  expect(moments).toEqual([
    { kind: 'gap', n: 4, from: 1, to: 4, state: { ...data, status: 'running' } },
    { kind: 'line', n: 5, time: 1_000, level: 'warn', text: 'careful' },
    { kind: 'change', n: 6, time: 1_000, change: { kind: 'completed' }, state: data },
  ]);
});
