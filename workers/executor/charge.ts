/** A timeout that does not charge the time in which the machine slept. */

const TICK_MS = 1_000;

/** Calls `over` after `ms` of waking time. Returns the stop. */
export function charge(ms: number, over: () => void): () => void {
  let left = ms;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tick = () => {
    const step = Math.min(left, TICK_MS);
    const began = Date.now();
    timer = setTimeout(() => {
      // A tick that took much longer than it was asked to slept through the rest; one that took less had its clock set back.
      left -= Math.max(step, Math.min(Date.now() - began, step * 2));
      if (left <= 0) over();
      else tick();
    }, step);
  };
  tick();
  return () => clearTimeout(timer);
}
