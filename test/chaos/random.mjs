/** Numbers that look random and follow from a seed. */

/** @typedef {ReturnType<typeof randomFrom>} Random */

/**
 * Mulberry32 over a hash (FNV-1a) of the seeds: https://github.com/cprosche/mulberry32
 *
 * @param {...(string | number)} seeds
 */
export function randomFrom(...seeds) {
  let state = 0x811c9dc5;
  for (const character of seeds.join(' ')) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
  /** Below 1. */
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  /** @param {number} from @param {number} to both included */
  const between = (from, to) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between,
    /** @template T @param {readonly [T, ...T[]]} list */
    pick: (list) => list[between(0, list.length - 1)] ?? list[0],
    /** @param {number} share from 0 to 1 */
    chance: (share) => next() < share,
  };
}
