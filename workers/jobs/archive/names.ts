/** The names that files have in an archive. */

/**
 * One for each, in order: relative, with slashes, and never twice. A name that leads out of the folder, as only a request can have it,
 * loses the steps that do.
 */
export function entryNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => freeName(name, taken));
}

/** For each set of names, where the search for the next number of a name begins: what is taken is never given back. */
const numbers = new WeakMap<Set<string>, Map<string, number>>();

/** One more such name, which is taken then. */
export function freeName(name: string, taken: Set<string>): string {
  const plain = plainName(name);
  const next = numbers.get(taken) ?? new Map<string, number>();
  numbers.set(taken, next);
  let free = plain;
  for (let n = next.get(plain) ?? 2; taken.has(free); n += 1) {
    free = numbered(plain, n);
    next.set(plain, n + 1);
  }
  taken.add(free);
  return free;
}

/** What an archive of these is called, without its ending: as the folder that all are in, or the only file. */
export function commonName(names: readonly string[]): string {
  const [first = ''] = names;
  const folder = first.slice(0, first.indexOf('/') + 1);
  if (folder && names.every((name) => name.startsWith(folder))) return folder.slice(0, -1);
  return names.length === 1 ? first : 'archive';
}

function plainName(name: string): string {
  const steps = name
    .toWellFormed()
    .replaceAll('\0', '_')
    .split('/')
    .filter((step) => step !== '' && step !== '.' && step !== '..');
  return steps.join('/') || 'file';
}

/** `a/b.txt` → `a/b (2).txt`. */
function numbered(name: string, n: number): string {
  const stem = stemOf(name);
  return `${stem} (${n})${name.slice(stem.length)}`;
}

/** Whether it is what `name` becomes where that is taken. */
export function isNumbered(found: string, name: string): boolean {
  const n = Number(found.slice(stemOf(name).length + 2).match(/^[1-9]\d*/)?.[0]);
  return found === numbered(name, n);
}

/** What stands before the number. */
export function stemOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return name.slice(0, dot > name.lastIndexOf('/') + 1 ? dot : name.length);
}
