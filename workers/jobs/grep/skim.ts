/** Passes over the lines of a text that cannot match: to look for a pattern in many lines at once is several times as quick. */

/**
 * What matches no line break, and does not look around: of a text it finds what it finds of each of its lines. The two that remain
 * unlike, `^` and `$`, are told by the flag `m` what a line is.
 */
const IN_LINE =
  /^(?:[^\\[\]()\p{Cc}]|\\[dwSbB^$\\.*+?()[\]{}|/-]|\((?:\?:|(?!\?))|\)|\[(?!\^)(?:[^\\[\]\p{Cc}]|\\[dw^$\\.*+?()[\]{}|/-])*\])*$/u;

/** A line ends for `.`, `^` and `$` where it does not for a search. */
const OTHER_BREAKS = ['\u2028', '\u2029'];
const LONE_RETURN = /\r(?!\n)/;
/** So much is looked through at once: who waits is told in between that it goes on. */
const PIECE = 64 * 1024;

export const staysInLine = (pattern: string): boolean => IN_LINE.test(pattern);

/** Of `regex`, to look through lines with. */
export const skimmerOf = ({ source, flags }: RegExp): RegExp => new RegExp(source, `${flags.replace('s', '')}m`);

export const canSkim = (text: string): boolean =>
  !OTHER_BREAKS.some((each) => text.includes(each)) && !(text.includes('\r') && LONE_RETURN.test(text));

/** From the start of a line on: the start of the next one that may match, or one before which none does. */
export function skim(text: string, at: number, skimmer: RegExp): { start: number; found: boolean } {
  const end = text.indexOf('\n', at + PIECE) + 1 || text.length;
  const place = text.slice(at, end).search(skimmer);
  if (place < 0) return { start: end, found: false };
  return { start: place === 0 ? at : text.lastIndexOf('\n', at + place - 1) + 1, found: true };
}
