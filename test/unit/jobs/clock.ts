/** A clock that goes by leaps: no timer runs while a tab is frozen, or a machine asleep. */
import { onTestFinished, vi } from 'vitest';

/** Takes the place of the timers and of `performance.now()` until the test ends. */
export function clockThatLeaps() {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => timers.push({ at: now + ms, run }));
  vi.stubGlobal('clearTimeout', () => {});
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  /** What promises have left to do. */
  async function turns() {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }

  return {
    turns,
    /** Whatever was due in so many milliseconds runs at their end. */
    async leap(ms: number) {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
      await turns();
    },
  };
}
