/**
 * A straight line through samples, by least squares.
 *
 * @typedef {object} Trend
 * @property {number} mean
 * @property {number} slope per unit of time
 * @property {number} error of the slope: one standard error
 */

/** A slope counts when it is that many standard errors above what is allowed. */
export const ERRORS = 3;
export const LEAST_SAMPLES = 3;

/**
 * @param {readonly { at: number, value: number }[]} samples at least three, at different times
 * @returns {Trend}
 */
export function trendOf(samples) {
  const count = samples.length;
  if (count < LEAST_SAMPLES) throw new RangeError(`A trend needs three samples or more; there are ${count}.`);
  // What was not measured must not pass for flat.
  if (!samples.every(({ value }) => Number.isFinite(value))) throw new RangeError('A sample is no number.');
  const sum = (/** @type {(sample: { at: number, value: number }) => number} */ of) =>
    samples.reduce((all, sample) => all + of(sample), 0);
  const [when, mean] = [sum(({ at }) => at) / count, sum(({ value }) => value) / count];
  const width = sum(({ at }) => (at - when) ** 2);
  if (width === 0) throw new RangeError('All samples are of the same time.');
  const slope = sum(({ at, value }) => (at - when) * (value - mean)) / width;
  const residual = sum(({ at, value }) => (value - mean - slope * (at - when)) ** 2);
  return { mean, slope, error: Math.sqrt(residual / (count - 2) / width) };
}

/**
 * Whether the slope is above what is allowed, and not by chance.
 *
 * @param {Trend} trend
 * @param {number} allowed a slope
 */
export const grows = ({ slope, error }, allowed) => slope - ERRORS * error > allowed;
