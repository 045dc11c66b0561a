/** What each rival of the race has to do, and how. */

/** In `tasks`, each time. */
export const TASKS = 2_000;
export const STREAMS = 1_000;
export const MIB = 1024 * 1024;
/** Less often than any of them thins its events out. */
export const TICKS = { count: 36, low_ms: 60, high_ms: 80 };
/** A worker that is terminated while it computes keeps its thread for another two seconds in Chromium (measured). */
export const THREAD_MS = 2_500;

/** Resolves with samples; or, in words, why it cannot. */
export type Entry = (() => Promise<number[]>) | string;

export interface Rival {
  /** From asking for work to its first event in the page, ms. */
  first: Entry;
  /** From the moment that the work says something to the page's handler, ms each. */
  latency: Entry;
  /** Events of one job that are on disk and in the page, in a second. */
  events: Entry;
  /** From asking work that listens to end, to knowing that it has, ms. */
  cancel: Entry;
  /** The same of work that never listens, ms. */
  force: Entry;
  /** From the order to kill the process that works, to the first event of whoever goes on with the work, ms. */
  recover: Entry;
  /** From one event to the last of `STREAMS` readers that has it, ms. */
  streams: Entry;
  /** Tasks that do nothing, handed over at once and brought to their end, in a second. */
  tasks: Entry;
  /** SHA-256 of the file that the page has, MiB a second. */
  checksum: Entry;
}

export interface Course {
  file: File;
  /** Another tab of this site, which runs tasks; resolves with how to crash it. */
  openTab(): Promise<() => Promise<void>>;
  /** Where the server is; null when there is none. */
  server: string | null;
}

/** A file of `rivals/` exports it as `enter`; null when it is not there, as a server may. */
export type Enter = (course: Course) => Promise<Rival | null> | Rival;

export const NOTHING_KEPT = 'nothing is kept';
