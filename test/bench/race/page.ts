/** The page of the race. What drives the browser lets rivals enter, then runs one discipline after the other. */
import { interleave, type Rounds, spread } from '../figure.ts';
import { disciplines, FILE_BYTES, names, type Raced, type Result } from './results.ts';
import type { Enter, Rival } from './rival.ts';

declare global {
  var crashTab: (tab: number) => Promise<void>;
  var openTab: () => Promise<number>;
  /** Lets a rival in; false when it is not there. */
  var enter: (name: string, server: string | null) => Promise<boolean>;
  /** Their names, in the order in which they are run. */
  var disciplineNames: (keyof Rival)[];
  var raceFileBytes: number;
  /** Resolves with what each rival that is there came to. */
  var race: (discipline: keyof Rival) => Promise<Raced[]>;
  /** Resolves when this rival has had one. */
  var firstEvent: (name: string) => Promise<void>;
}

const all = import.meta.glob<{ enter: Enter }>(['./rivals/*.ts', '!./rivals/*.worker.ts']);
const there = new Map<string, Rival>();

globalThis.enter = async (name, server) => {
  const load = all[`./rivals/${name}.ts`];
  if (!load) throw new Error(`There is no rival ${name}.`);
  const file = document.querySelector('input')?.files?.[0] ?? new File([], 'nothing');
  const rival = await (await load()).enter({
    file,
    server,
    async openTab() {
      const tab = await globalThis.openTab();
      return () => crashTab(tab);
    },
  });
  if (rival) there.set(name, rival);
  return rival !== null;
};

globalThis.disciplineNames = names;
globalThis.raceFileBytes = FILE_BYTES;

globalThis.firstEvent = async (name) => {
  const first = there.get(name)?.first;
  if (typeof first === 'function') await first();
};

globalThis.race = async (discipline) => {
  const { rounds, turns, quantiles, what, unit, less } = disciplines[discipline];
  const sides: Record<string, () => Promise<number[]>> = {};
  for (const [name, rival] of there) {
    const entry = rival[discipline];
    if (typeof entry !== 'string') sides[name] = entry;
  }
  const measured: Record<string, Rounds> = await interleave(rounds, sides, turns);
  const result = (rival: string, entry: string | object, quantile: number): Result =>
    typeof entry === 'string' ? { cannot: entry } : spread(measured[rival] ?? [], quantile);
  return quantiles.map((quantile) => ({
    what: quantiles.length > 1 ? `${what}, p${quantile * 100}` : what,
    unit,
    less,
    results: Object.fromEntries([...there].map(([name, rival]) => [name, result(name, rival[discipline], quantile)])),
  }));
};
