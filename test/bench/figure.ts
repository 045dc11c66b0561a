/** A figure of the bench: ours beside something else that was measured in turn with it, in the same run of the same browser. */

export interface Spread {
  value: number;
  /** The lowest and the highest of the rounds. */
  low: number;
  high: number;
  samples: number;
}

/** `over` is ours minus the other's. */
export interface Aim {
  of: 'ours' | 'ratio' | 'over';
  is: 'at most' | 'at least';
  value: number;
}

export interface Figure {
  what: string;
  unit: string;
  ours: Spread;
  other: Spread & { what: string };
  ratio: Spread;
  aims: Aim[];
}

/** Samples of one side, round by round. */
export type Rounds = number[][];

export interface Measured {
  what: string;
  unit: string;
  ours: Rounds;
  other: Rounds;
  /** What `other` is. */
  beside: string;
  /** The quantile that counts; 0.5 unless told. */
  quantile?: number;
  aims: Aim[];
}

export function figure({ what, unit, ours, other, beside, quantile = 0.5, aims }: Measured): Figure {
  const ratios = ours.map((samples, round) => share(at(samples, quantile), at(other[round] ?? [], quantile)));
  const [mine, theirs] = [spread(ours, quantile), spread(other, quantile)];
  // A round has too few samples to compare tails in it: those are compared over all rounds.
  const value = quantile === 0.5 ? at(ratios, 0.5) : share(mine.value, theirs.value);
  const ratio = { value, low: Math.min(...ratios), high: Math.max(...ratios), samples: ratios.length };
  return { what, unit, ours: mine, other: { what: beside, ...theirs }, ratio, aims };
}

/** Nothing of both is as much. */
const share = (ours: number, other: number) => (ours === other ? 1 : ours / other);

export function isMet({ ours, other, ratio }: Figure, { of, is, value }: Aim): boolean {
  const measured = { ours: ours.value, ratio: ratio.value, over: ours.value - other.value }[of];
  return is === 'at most' ? measured <= value : measured >= value;
}

/**
 * Runs the sides in turn, so that a busy machine is busy for all of them, and each after others each time, so that what one leaves
 * behind is not always met by the same; a round is that many turns.
 * A first round is not counted: it warms caches and compilers.
 */
export async function interleave<K extends string>(
  rounds: number,
  sides: Record<K, () => Promise<number[]>>,
  turns = 1,
): Promise<Record<K, Rounds>> {
  const names = Object.keys(sides) as K[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as Rounds])) as Record<K, Rounds>;
  for (let turn = 0; turn < (rounds + 1) * turns; turn += 1) {
    const round = Math.floor(turn / turns) - 1;
    for (const name of orderOf(names, turn)) {
      const samples = await sides[name]();
      if (round < 0) continue;
      measured[name][round] ??= [];
      measured[name][round].push(...samples);
    }
  }
  return measured;
}

/** A Williams design: within as many turns as there are sides, each side of an even number follows each other once. */
function orderOf<K>(names: K[], turn: number): K[] {
  // 0, 1, -1, 2, -2 …: no step from one to the next is that of another place.
  const order = names.map((_, place) => {
    const step = place % 2 === 1 ? (place + 1) / 2 : names.length - place / 2;
    return names[(step + turn) % names.length] as K;
  });
  // Those of an odd number need the way back as well.
  return names.length % 2 === 1 && turn % 2 === 1 ? order.reverse() : order;
}

/** The quantile over all samples, with the lowest and the highest of the rounds. */
export function spread(rounds: Rounds, quantile: number): Spread {
  const each = rounds.map((samples) => at(samples, quantile));
  const all = rounds.flat();
  return { value: at(all, quantile), low: Math.min(...each), high: Math.max(...each), samples: all.length };
}

function at(samples: number[], quantile: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * quantile;
  const [below = Number.NaN, above = below] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}
