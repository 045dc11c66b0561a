/** The stream of all tasks, as a client's records have it. */
import { framesIn } from './frames.mjs';

/** @typedef {import('./check.mjs').Recorded} Recorded */
/** @typedef {{ cursor: string | null, last: string | null }} Connection where it was to begin, and the last id that it was delivered whole, or else its cursor */

/** A page that loads itself again counts its requests anew. @param {Recorded[]} records @returns {Recorded[][]} those of each time that it was loaded */
export function lives(records) {
  const starts = records.flatMap(({ kind }, i) => (kind === 'life' && i > 0 ? [i] : []));
  return [0, ...starts].map((start, i) => records.slice(start, starts[i]));
}

/** @param {Recorded[]} life @returns {Connection[]} in order */
export function feedOf(life) {
  /** @type {Map<number, { cursor: string | null, text: string }>} */
  const asked = new Map();
  for (const { kind, id, method, path, headers, text } of life) {
    if (kind === 'request' && method === 'GET' && path === '/tasks/stream')
      asked.set(id, { cursor: headers['last-event-id'] ?? null, text: '' });
    const connection = kind === 'chunk' && asked.get(id);
    if (connection) connection.text += text;
  }
  return [...asked.values()].map(({ cursor, text }) => ({
    cursor,
    last: framesIn(text).findLast(({ id }) => id !== null)?.id ?? cursor,
  }));
}

/** The overall number in an id. @param {string | null | undefined} id */
export const numberIn = (id) => Number(id?.slice(id.lastIndexOf('-') + 1) ?? 0);

/** The newest number that a page has been shown since it was loaded. @param {Recorded[]} records */
export const shownUpTo = (records) => numberIn(feedOf(lives(records).at(-1) ?? []).at(-1)?.last);
