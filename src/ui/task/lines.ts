/** What a job has said, the newest so many lines of it. */
import { strings } from '../strings.ts';
import { type Level, levels, type Moment } from './moments.ts';

export type Line =
  | { kind: 'line'; n: number; time: number; level: Level; text: string }
  | { kind: 'gap'; n: number; events: number };

export interface Lines {
  kept: readonly Line[];
  /** How many came before those that are kept. */
  dropped: number;
}

export const noLines: Lines = { kept: [], dropped: 0 };

/** A log may hold a hundred thousand; who wants the first of them saves it. */
export const MOST_LINES = 10_000;

export function said({ kept, dropped }: Lines, moments: readonly Moment[], most = MOST_LINES): Lines {
  const fresh = moments.flatMap((moment): Line[] => {
    if (moment.kind === 'line') return [moment];
    return moment.kind === 'gap' ? [{ kind: 'gap', n: moment.n, events: moment.to - moment.from + 1 }] : [];
  });
  if (fresh.length === 0) return { kept, dropped };
  const all = [...kept, ...fresh];
  const over = Math.max(0, all.length - most);
  return { kept: all.slice(over), dropped: dropped + over };
}

/** Those of this level and graver; a gap may have held any. */
export const fromLevel = (lines: readonly Line[], least: Level): readonly Line[] =>
  least === 'debug'
    ? lines
    : lines.filter((line) => line.kind === 'gap' || levels.indexOf(line.level) >= levels.indexOf(least));

/** A line of a log file. */
export const textOf = (line: Line): string =>
  line.kind === 'gap'
    ? `… ${strings.view.gap(line.events)}`
    : `${new Date(line.time).toISOString()} ${line.level.padEnd(5)} ${line.text.replace(/\r?\n|\r/g, '\n    ')}`;
