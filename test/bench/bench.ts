/** What a row is given, and what it gives. */
import type { Client } from '../../src/client/index.ts';
import type { HonoStreams } from './bare/hono/page.ts';
import type { Bare } from './bare/page.ts';
import type { Figure } from './figure.ts';

export interface Bench {
  /** The product: its service worker answers, its executor runs in this page. */
  client(): Promise<Client>;
  /** The bare pipeline, in a frame of this page under a service worker of its own. */
  bare(): Promise<Bare>;
  /** Hono's `streamSSE`, likewise. */
  hono(): Promise<HonoStreams>;
  /** A file of that many bytes, on disk. */
  file(bytes: number, what?: 'noise' | 'lines'): Promise<File>;
  /** The most memory that this page's process had since the last call, in MiB; null where the system does not tell. */
  peakMemory(): Promise<number | null>;
  /** What is alive on this page's heap, in KiB. */
  liveHeap(): Promise<number>;
  /** The app of a build or a bare one, opened in a browser of their own: milliseconds. */
  app(what: 'first load' | 'offline reload' | 'long tasks' | 'frames', side: 'holdfast' | 'bare'): Promise<number[]>;
  /** From each `POST tasks` to its answer, in ms, in a tab that runs nothing itself. */
  postsInAnotherTab(count: number): Promise<number[]>;
  /** Stops all service workers, as a browser does when it wants their memory back. */
  stopServiceWorkers(): Promise<void>;
}

/** One row of the table: a file in `rows/` exports it as `row`. */
export type Row = (bench: Bench) => Promise<Figure[]>;

/** Milliseconds since the epoch, comparable between the threads of a process, in fractions. */
export const clock = (): number => performance.timeOrigin + performance.now();

/** How long the work takes, in ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const between = (low: number, high: number): number => low + Math.random() * (high - low);
