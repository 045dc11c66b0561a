/** How often things happen: many events a second become one change a frame, many wishes one request. */
import { batch } from '@preact/signals';

/** A hidden page has no frames; its title and icon still tell how far it is. */
const HIDDEN_MS = 1_000;

/** Does `work` once in the next frame, however often it is asked to; in a hidden page about once a second. */
export function eachFrame(work: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    const now = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      asked = false;
      batch(work);
    };
    const frame = requestAnimationFrame(now);
    const timer = setTimeout(now, HIDDEN_MS);
  };
}

/** Does `work` for every key that is wanted, a few at a time. A key that is wanted again meanwhile is done once more. */
export function eachKey(atOnce: number, work: (key: string) => Promise<void>): (key: string) => void {
  const wanted = new Set<string>();
  const underWay = new Set<string>();
  function next() {
    for (const key of wanted) {
      if (underWay.size >= atOnce) return;
      if (underWay.has(key)) continue;
      wanted.delete(key);
      underWay.add(key);
      work(key).finally(() => {
        underWay.delete(key);
        next();
      });
    }
  }
  return (key) => {
    wanted.add(key);
    next();
  };
}

/** Like `Promise.all` over `items.map(work)`, but `atOnce` at a time. After a failure nothing more is begun, and what was begun is awaited. */
export async function allOf<T, R>(atOnce: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  const queue = items.entries();
  const lane = async () => {
    for (const [i, item] of queue) {
      if (failures.length > 0) return;
      await work(item).then(
        (result) => {
          results[i] = result;
        },
        (error) => failures.push(error),
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Does `work` once, `ms` after the first of the calls that came meanwhile. */
export function settled(ms: number, work: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    setTimeout(() => {
      asked = false;
      work();
    }, ms);
  };
}

/**
 * Does `work` at once, and while it is asked for more often than every `ms`, once for all that asked meanwhile. No timer is set by
 * another: those are held back for up to a minute in a page that was hidden for long.
 */
export function paced(ms: number, work: () => void): () => void {
  let done = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    timer = undefined;
    done = performance.now();
    work();
  };
  return () => {
    if (timer !== undefined) return;
    const rest = done + ms - performance.now();
    if (rest <= 0) now();
    else timer = setTimeout(now, rest);
  };
}
