/** How fast a task moved, over its whole life, in a bounded number of bars. The fold of its moments. */
import type { Moment } from './moments.ts';

export interface Throughput {
  /** When the first bar begins, in ms since 1970; null before the first run. */
  start: number | null;
  /** Of a bar, in ms. Doubled when there are too many. */
  width: number;
  /** Units done in each, and how many ms of it the task ran. */
  bars: readonly Bar[];
  unit: string | null;
  /** Where the run that goes on was heard of last. */
  last: { time: number; done: number } | null;
}

interface Bar {
  done: number;
  ran: number;
}

export const noThroughput: Throughput = { start: null, width: 250, bars: [], unit: null, last: null };

const MOST = 240;

export function moved(throughput: Throughput, moments: readonly Moment[]): Throughput {
  const next = { ...throughput, bars: throughput.bars.map((bar) => ({ ...bar })) };
  for (const moment of moments) {
    // What is not told was not done at any known time.
    if (moment.kind === 'gap') next.last = null;
    if (moment.kind !== 'change') continue;
    const { change, state, time } = moment;
    next.unit = state.unit ?? next.unit;
    if (change.kind === 'started') {
      next.start ??= time;
      next.last = { time, done: state.done };
    } else if (change.kind === 'lost') {
      // Until when it ran, nobody knows: until it was heard of last.
      next.last = null;
    } else if (state.status === 'running') {
      next.start ??= time;
      if (next.last) spread(next, next.last, { time, done: state.done });
      next.last = { time, done: state.done };
    } else if (next.last) {
      spread(next, next.last, { time, done: Math.max(next.last.done, state.done) });
      next.last = null;
    }
  }
  return next;
}

type Growing = Omit<Throughput, 'bars'> & { bars: Bar[] };

/** What was done between two reports was done evenly, as far as anybody knows. */
function spread(into: Growing, from: { time: number; done: number }, to: { time: number; done: number }) {
  const { start } = into;
  if (start === null || to.time <= from.time) return;
  while ((to.time - start) / into.width > MOST) halve(into);
  const rate = Math.max(0, to.done - from.done) / (to.time - from.time);
  for (let time = Math.max(from.time, start); time < to.time; ) {
    const at = Math.floor((time - start) / into.width);
    const until = Math.min(to.time, start + (at + 1) * into.width);
    while (into.bars.length <= at) into.bars.push({ done: 0, ran: 0 });
    const bar = into.bars[at];
    if (bar) {
      bar.done += rate * (until - time);
      bar.ran += until - time;
    }
    time = until;
  }
}

function halve(into: Growing) {
  const halved: Bar[] = [];
  for (const [at, { done, ran }] of into.bars.entries()) {
    const before = halved[at >> 1];
    if (before) halved[at >> 1] = { done: before.done + done, ran: before.ran + ran };
    else halved.push({ done, ran });
  }
  into.bars = halved;
  into.width *= 2;
}

export interface Series {
  /** The middle of each bar, in seconds since 1970. */
  times: number[];
  /** Units a second; null where the task did not run. */
  rates: (number | null)[];
}

/** A bar in which the task ran for a moment only says little of how fast it was. */
const LEAST = 0.2;

export function seriesOf({ start, width, bars }: Throughput): Series {
  if (start === null) return { times: [], rates: [] };
  return {
    times: bars.map((_, at) => (start + (at + 0.5) * width) / 1000),
    rates: bars.map(({ done, ran }) => (ran < width * LEAST ? null : (done / ran) * 1000)),
  };
}

/** Units a second over all that it ran, and at its best; null when it did nothing that can be measured. */
export function summaryOf(throughput: Throughput): { mean: number; peak: number } | null {
  const { bars } = throughput;
  const done = bars.reduce((sum, bar) => sum + bar.done, 0);
  const ran = bars.reduce((sum, bar) => sum + bar.ran, 0);
  if (done === 0 || ran === 0) return null;
  const rates = seriesOf(throughput).rates.flatMap((rate) => rate ?? []);
  return { mean: (done / ran) * 1000, peak: Math.max((done / ran) * 1000, ...rates) };
}
