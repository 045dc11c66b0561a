/** The results of the race as cells of a table. */

/** @typedef {{ value: number, low: number, high: number, samples: number } | { cannot: string }} Result */

/**
 * @typedef {object} Line
 * @property {string} what
 * @property {string} unit
 * @property {boolean} less whether less is better
 * @property {Record<string, Result>} results by rival
 */

/**
 * @typedef {object} Race
 * @property {string} browser
 * @property {Line[]} lines
 * @property {Record<string, number>} shipped bytes, by rival
 * @property {Record<string, string>} skipped why, by rival
 */

/** @type {Record<string, string>} */
export const titles = {
  holdfast: 'Holdfast',
  comlink: 'Comlink',
  polling: 'polling, 1 s',
  rows: 'a row an event',
  hono: 'Hono streamSSE',
  workerpool: 'workerpool',
  server: 'BullMQ, Redis',
};

/**
 * What was raced in, and what each rival ships.
 *
 * @param {Race} race
 * @returns {Line[]}
 */
export function linesOf({ lines, shipped }) {
  const names = Object.keys(titles).filter((name) => lines.some(({ results }) => name in results));
  const results = names.map((name) => {
    // The server is no part of the page.
    const value = (shipped[name] ?? 0) / 1000;
    return [name, { value, low: value, high: value, samples: 1 }];
  });
  const line = { what: 'shipped to the page', unit: 'kB gzipped', less: true, results: Object.fromEntries(results) };
  return [...lines, line];
}

/**
 * @param {Race} race
 * @returns {string[][]}
 */
export function cellsOf(race) {
  const lines = linesOf(race);
  const names = Object.keys(titles).filter((name) => lines.some(({ results }) => name in results));
  /** @type {string[]} */
  const notes = [];
  const note = (/** @type {string} */ text) => {
    if (!notes.includes(text)) notes.push(text);
    return `cannot [${notes.indexOf(text) + 1}]`;
  };
  const cell = (/** @type {Result | undefined} */ result) => {
    if (!result) return '';
    if ('cannot' in result) return note(result.cannot);
    const { value, low, high } = result;
    return low === high ? short(value) : `${short(value)} (${short(low)}–${short(high)})`;
  };
  return [
    ['', ...names.map((name) => titles[name] ?? name)],
    ...lines.map(({ what, unit, results }) => [`${what}, ${unit}`, ...names.map((name) => cell(results[name]))]),
    ...notes.map((text, i) => [`[${i + 1}] ${text}`]),
  ];
}

/**
 * Three digits, as many as a shared machine deserves.
 *
 * @param {number} value
 */
export const short = (value) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(value >= 10 ? 3 : 2)));
