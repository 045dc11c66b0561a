/** What becomes of the samples of one thing: its trend, and whether it grows. */
import { ERRORS, grows, LEAST_SAMPLES, trendOf } from './trend.mjs';

/** How much of its mean a thing may grow in an hour. */
const ALLOWED = 0.1;
/** Into so many spans of time, at most, samples are cut whose low points count. */
const WINDOWS = 12;

/** @typedef {{ at: number, value: number }} Sample at a minute */

/**
 * @typedef {object} Judged
 * @property {number} first
 * @property {number} last
 * @property {number} mean
 * @property {number} hourly growth in an hour
 * @property {number} error one standard error of it
 * @property {number} allowed in an hour
 * @property {number} seenFrom the growth in an hour from which on it would be told: with much noise a flat line says little
 * @property {'flat' | 'GROWS' | 'not compacted' | 'too few samples'} verdict
 */

/**
 * @param {readonly Sample[]} all
 * @param {{ from?: number, until?: number, lows?: boolean, compactedFrom?: number }} [how] between which minutes they count; whether only
 *   low points do; up to what size a store need not have been compacted yet, so that growth there says nothing
 * @returns {Judged}
 */
export function judge(all, { from = 0, until = Number.POSITIVE_INFINITY, lows = false, compactedFrom = 0 } = {}) {
  const settled = all.filter(({ at }) => at >= from && at <= until);
  const samples = lows ? lowsOf(settled) : settled;
  const [first, last] = [samples[0]?.value ?? Number.NaN, samples.at(-1)?.value ?? Number.NaN];
  if (samples.length < LEAST_SAMPLES) {
    const none = Number.NaN;
    return {
      first,
      last,
      mean: none,
      hourly: none,
      error: none,
      allowed: none,
      seenFrom: none,
      verdict: 'too few samples',
    };
  }
  const { mean, slope, error } = trendOf(samples);
  // Minutes to hours.
  const trend = { mean, slope: slope * 60, error: error * 60 };
  const allowed = mean * ALLOWED;
  return {
    first,
    last,
    mean,
    hourly: trend.slope,
    error: trend.error,
    allowed,
    seenFrom: allowed + ERRORS * trend.error,
    verdict: !grows(trend, allowed) ? 'flat' : last < compactedFrom ? 'not compacted' : 'GROWS',
  };
}

/**
 * What a store takes up grows until it is compacted: what it is then shows what it holds.
 *
 * @param {readonly Sample[]} samples
 * @returns {Sample[]}
 */
function lowsOf(samples) {
  const size = Math.max(1, Math.ceil(samples.length / WINDOWS));
  const windows = Array.from({ length: Math.ceil(samples.length / size) }, (_, n) =>
    samples.slice(n * size, (n + 1) * size),
  );
  return windows.map((window) => window.reduce((low, sample) => (sample.value < low.value ? sample : low)));
}
