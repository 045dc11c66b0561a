/** How long another thread may take that computes: by the clock where it has the processor to itself, longer where others want it too. */
import { messageHop } from './hop.ts';

/** A piece is shorter than a system's time slice, so that some of them are not interrupted. */
const PIECES = 30;
const ROUNDS = 1_000_000;
/** What hangs is given up in the end, however busy the machine. */
const MOST = 10;

/**
 * No timer runs while a tab is frozen, or a machine asleep, and the thread that is waited for does nothing either: of the time between
 * two timers no more counts than was asked for.
 */
const STEP_MS = 1_000;

export interface Patience {
  /** Calls `late` once so many milliseconds' worth of the processor could be had. */
  start(ms: number, late: () => void): void;
  stop(): void;
}

/** `measure` as `slowdown`. */
export function patience(measure = slowdown): Patience {
  let current: Allowance | null = null;

  function stop() {
    current?.rest();
    current = null;
  }

  return {
    stop,
    start(ms, late) {
      stop();
      const mine = allowance(ms, () => current === mine && late(), measure);
      current = mine;
      mine.run();
    },
  };
}

export interface Allowance {
  run(): void;
  /** What was used up stays so. */
  rest(): void;
}

/** Calls `late` once so many milliseconds' worth of the processor could be had while it ran. */
export function allowance(ms: number, late: () => void, measure = slowdown): Allowance {
  let [used, fair] = [0, ms];
  let step: { began: number; length: number; timer: ReturnType<typeof setTimeout> } | null = null;
  let running = false;
  let measuring = false;

  function wait() {
    const length = Math.min(STEP_MS, Math.max(0, fair - used));
    step = { began: performance.now(), length, timer: setTimeout(look, length) };
  }

  async function look() {
    used += step?.length ?? 0;
    step = null;
    if (used >= fair) {
      // Measured at the end alone: it takes time itself.
      measuring = true;
      fair = ms * Math.min(MOST, await measure());
      measuring = false;
      if (used >= fair) return late();
    }
    if (running) wait();
  }

  return {
    run() {
      if (running) return;
      running = true;
      if (!measuring) wait();
    },
    rest() {
      running = false;
      if (!step) return;
      clearTimeout(step.timer);
      used += Math.min(step.length, performance.now() - step.began);
      step = null;
    },
  };
}

/** By how much a thread that computes takes longer here and now than one that is never interrupted. */
export async function slowdown(): Promise<number> {
  const hop = messageHop();
  const times: number[] = [];
  try {
    for (let piece = 0; piece < PIECES; piece += 1) {
      times.push(timeOf(ROUNDS));
      // What came meanwhile has its turn, and this thread does not rest, for which it would be favored.
      await hop();
    }
  } finally {
    hop.close();
  }
  const best = Math.min(...times);
  // A clock of few steps tells nothing.
  return best > 0 ? times.reduce((sum, time) => sum + time, 0) / PIECES / best : 1;
}

let sink = 1;

function timeOf(rounds: number): number {
  const began = performance.now();
  let x = sink;
  for (let i = 0; i < rounds; i += 1) x = (Math.imul(x, 1664525) + 1013904223) | 0;
  // Kept, so that it has to be computed.
  sink = x;
  return performance.now() - began;
}
