/** Which of what happened in a round can have ended an attempt. */

import { lives } from './feed.mjs';

/** @typedef {import('./check.mjs').Recorded} Recorded */
/** @typedef {{ client: string, records: Recorded[] }} Client */

/** They end streams, or nothing. */
const HARMLESS = ['open', 'cut-streams'];
/** They end attempts by loading a tab again, which is counted where it is done. */
const LOADS = ['reload', 'hard-reload'];
/** There was nothing to break. What went wrong in any other way may have been made all the same. */
const NOTHING_THERE =
  /no tab is left|there was none|there is no database yet|there is no service worker yet|is of no browser/;
/** They reach one tab, or end all at once. The others reach every thread: a task can be lost in one tab, and again in the next that takes it over. */
const ONCE = ['kill-executor', 'close', 'crash', 'freeze', 'kill-browser'];

/**
 * @param {Recorded[]} notes of the faults that were tried and of the tabs that were loaded again
 * @param {Client[]} witnesses who was there at the end
 * @param {number} most_tabs
 */
export const deathsIn = (notes, witnesses, most_tabs) =>
  notes.flatMap((note) => {
    const { kind, begun, do: name, done, move, count = 1 } = note;
    if (kind === 'loaded again') return [{ at: begun, losses: 1 }];
    if (kind !== 'fault' || HARMLESS.includes(name) || LOADS.includes(name)) return [];
    if (done !== true && NOTHING_THERE.test(done)) return [];
    if (note.told && !wasMade(move, begun, witnesses)) return [];
    return [{ at: begun, losses: ONCE.includes(name) ? 1 : most_tabs * count }];
  });

/** What a thread was told to do it says to every page that is there. @param {number} move @param {number} begun @param {Client[]} witnesses */
function wasMade(move, begun, witnesses) {
  const present = witnesses.filter(({ records }) => {
    const [first] = lives(records).at(-1) ?? [];
    return first?.kind === 'life' && first.at < begun;
  });
  const said = witnesses.some(({ records }) => records.some((each) => each.kind === 'made' && each.move === move));
  return said || present.length === 0;
}
