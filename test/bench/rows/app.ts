/** The app as people open it, beside a bare one: how soon it is there, and whether it stays smooth. */
import type { Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 5;
const beside = 'a bare app';

export const row: Row = async ({ app }) => {
  const both = (what: Parameters<typeof app>[0]) =>
    interleave(ROUNDS, { ours: () => app(what, 'holdfast'), other: () => app(what, 'bare') });
  const first = await both('first load');
  const again = await both('offline reload');
  const tasks = await both('long tasks');
  const frames = await both('frames');
  return [
    figure({
      what: 'first load to interactive',
      unit: 'ms',
      ...first,
      beside,
      aims: [{ of: 'ours', is: 'at most', value: 1_000 }],
    }),
    figure({
      what: 'offline reload to interactive',
      unit: 'ms',
      ...again,
      beside,
      aims: [{ of: 'ours', is: 'at most', value: 300 }],
    }),
    figure({
      what: 'main-thread time over 50 ms at a stretch, 8 tasks of 20 events/s, the longest',
      unit: 'ms',
      ...tasks,
      quantile: 1,
      beside,
      aims: [{ of: 'ours', is: 'at most', value: 50 }],
    }),
    figure({
      what: 'frames while 10,000 rows are scrolled, p95',
      unit: 'ms',
      ...frames,
      quantile: 0.95,
      beside,
      aims: [{ of: 'ours', is: 'at most', value: 20 }],
    }),
  ];
};
