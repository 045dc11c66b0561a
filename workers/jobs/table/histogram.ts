/**
 * A histogram of numbers whose range nobody knows before. Bins are `2 ** exponent` wide and begin at multiples of that; when there are
 * too many, each two become one. It can be cloned.
 */
export interface Histogram {
  exponent: number;
  /** By the number of the bin: bin n begins at n bins' width. */
  bins: Map<number, number>;
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

const MOST = 64;
const SHOWN = 20;
/** The first number decides how fine it begins. */
const FINER = 20;

export const emptyHistogram = (): Histogram => ({ exponent: Number.NaN, bins: new Map() });

export function addToHistogram(histogram: Histogram, value: number) {
  if (Number.isNaN(histogram.exponent)) {
    histogram.exponent = Math.max(-1000, (value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value)))) - FINER);
  }
  let bin = binOf(histogram, value);
  // Beside a first number that is far smaller, a large one would be in a bin that no number counts.
  for (; !Number.isFinite(bin); bin = binOf(histogram, value)) halve(histogram);
  const count = histogram.bins.get(bin);
  histogram.bins.set(bin, (count ?? 0) + 1);
  if (count === undefined && histogram.bins.size > MOST) narrow(histogram, MOST);
}

const binOf = ({ exponent }: Histogram, value: number) => Math.floor(value / 2 ** exponent);

/** At most twenty bins, the empty ones between them included. Whole numbers have bins of whole numbers. */
export function binsOf(histogram: Histogram, whole: boolean): Bin[] {
  if (histogram.bins.size === 0) return [];
  const shown: Histogram = { exponent: histogram.exponent, bins: new Map(histogram.bins) };
  while (whole && shown.exponent < 0) halve(shown);
  narrow(shown, SHOWN);
  const width = 2 ** shown.exponent;
  const [first, last] = edges(shown);
  return Array.from({ length: last - first + 1 }, (_, at) => ({
    from: finite((first + at) * width),
    to: finite((first + at + 1) * width),
    count: shown.bins.get(first + at) ?? 0,
  }));
}

/** The outermost bins may begin or end beyond all numbers. */
const finite = (edge: number) => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, edge));

function edges({ bins }: Histogram): [number, number] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const bin of bins.keys()) {
    if (bin < first) first = bin;
    if (bin > last) last = bin;
  }
  return [first, last];
}

function narrow(histogram: Histogram, most: number) {
  for (let [first, last] = edges(histogram); last - first >= most; [first, last] = edges(histogram)) halve(histogram);
}

function halve(histogram: Histogram) {
  const bins = new Map<number, number>();
  for (const [bin, count] of histogram.bins) {
    const half = Math.floor(bin / 2);
    bins.set(half, (bins.get(half) ?? 0) + count);
  }
  histogram.exponent += 1;
  histogram.bins = bins;
}
