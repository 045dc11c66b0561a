/** Finds the files that a list means. */

/** Takes out "." and empty steps, and follows "..". */
export function plainPath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  return steps.join('/');
}

/** How a name is written does not matter: with the folders of Windows, or with its letters and their accents apart, as on a Mac. */
const loose = (path: string) => path.replaceAll('\\', '/').normalize();

/** Where the file is that a list at `list` calls `path`; undefined if it is not there. */
export function lookup(names: readonly string[]): (list: string, path: string) => number | undefined {
  const exactly = placesOf(names);
  const loosely = placesOf(names.map(loose));
  return (list, path) => exactly(list, path) ?? loosely(loose(list), loose(path));
}

/** A file is looked for beside the list; then anywhere, if only one can be meant: a list and its files may have been dropped one by one. */
function placesOf(names: readonly string[]): (list: string, path: string) => number | undefined {
  const byPath = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const path = plainPath(name);
    if (!byPath.has(path)) byPath.set(path, index);
  }
  const anywhere = endingsOf(names);
  return (list, path) =>
    byPath.get(plainPath(`${list.slice(0, list.lastIndexOf('/') + 1)}${path}`)) ?? anywhere(backwards(path));
}

/** `a/b/c.txt` → `c.txt/b/a/`: what ends alike begins alike. */
const backwards = (path: string) => `${plainPath(path).split('/').reverse().join('/')}/`;

/** The only one of the names that ends in the path, or that the path ends in. Both are told backwards. */
function endingsOf(names: readonly string[]): (path: string) => number | undefined {
  const sorted = names
    .map((name, index) => ({ path: backwards(name), index }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

  /** The place of the first that is not before the path. */
  function placeOf(path: string): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle]?.path ?? '') < path) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return (path) => {
    const found: number[] = [];
    for (let end = path.indexOf('/') + 1; end > 0 && found.length < 2; end = path.indexOf('/', end) + 1) {
      const part = path.slice(0, end);
      const place = placeOf(part);
      // Two are as good as many.
      const next = sorted.slice(place, place + 2).filter((each) => each.path.startsWith(part));
      if (next.length === 0) break;
      for (const each of next) if (end === path.length || each.path === part) found.push(each.index);
    }
    return found.length === 1 ? found[0] : undefined;
  };
}
