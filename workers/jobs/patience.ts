/** How long another thread may take that computes: by the clock where it has the processor to itself, longer where others want it too. */
import { messageHop } from './hop.ts';

/** A piece is shorter than a system's time slice, so that some of them are not interrupted. */
const PIECES = 30;
const ROUNDS = 1_000_000;
/** What hangs is given up in the end, however busy the machine. */
const MOST = 10;

export interface Patience {
  /** Calls `late` once so many milliseconds' worth of the processor could be had. */
  start(ms: number, late: () => void): void;
  stop(): void;
}

/** `measure` as `slowdown`. */
export function patience(measure = slowdown): Patience {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waits = 0;

  function stop() {
    clearTimeout(timer);
    waits += 1;
  }

  return {
    stop,
    start(ms, late) {
      stop();
      const mine = waits;
      const began = performance.now();
      const look = async () => {
        // Measured at the end alone: it takes time itself.
        const fair = ms * Math.min(MOST, await measure());
        if (mine !== waits) return;
        const left = fair - (performance.now() - began);
        if (left > 0) timer = setTimeout(look, left);
        else late();
      };
      timer = setTimeout(look, ms);
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
