/** What has passed on a connection: the last of it to be looked at, the rest counted. */
import { batch, signal } from '@preact/signals';
import type { Frame } from './frames.ts';

const KEPT = 2_000;
/** Changes are shown together; of a flood, which nobody can read, only now and then, so that the reading gets the time. */
const SHOWN_EVERY_MS = 50;
const FLOOD = { entries: 100, shown_every_ms: 500 };

type Passed =
  | { kind: 'sent' | 'answered'; lines: readonly string[] }
  | { kind: 'frame'; frame: Frame }
  /** `rest`: of a frame that was cut off, or the body of a refusal. */
  | { kind: 'over'; why: 'dropped' | 'ended' | 'broke' | 'refused'; detail: string; rest: string };

/** Something that has passed; `at` in ms since the first. */
export type Entry = Passed & { key: number; at: number };

export function createEntryLog() {
  const entries = signal<readonly Entry[]>([]);
  const forgotten = signal(0);
  let log: Entry[] = [];
  /** How many have come since they were last forgotten. */
  let passed = 0;
  let newest = 0;
  let newestShown = 0;
  let isFlood = false;
  let started: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show() {
    clearTimeout(timer);
    timer = undefined;
    isFlood = newest - newestShown > FLOOD.entries;
    newestShown = newest;
    batch(() => {
      entries.value = log.slice(-KEPT);
      forgotten.value = passed - entries.value.length;
    });
  }

  return {
    entries,
    /** How many came before the first that is shown. */
    forgotten,

    add(entry: Passed) {
      const now = performance.now();
      started ??= now;
      newest += 1;
      passed += 1;
      log.push({ ...entry, key: newest, at: now - started });
      // In steps, since moving all of them for each that comes would cost more than the rest.
      if (log.length > 2 * KEPT) log = log.slice(-KEPT);
      timer ??= setTimeout(show, isFlood ? FLOOD.shown_every_ms : SHOWN_EVERY_MS);
    },

    /** Shows now what has come, and stops the clock. */
    show,

    forget() {
      log = [];
      passed = 0;
      show();
    },
  };
}
