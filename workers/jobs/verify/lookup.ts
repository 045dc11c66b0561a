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
  const byLast = new Map<string, { path: string; index: number }[]>();
  for (const [index, name] of names.entries()) {
    const path = plainPath(name);
    if (!byPath.has(path)) byPath.set(path, index);
    const last = lastOf(path);
    const same = byLast.get(last);
    if (same) same.push({ path, index });
    else byLast.set(last, [{ path, index }]);
  }
  return (list, path) => {
    const beside = byPath.get(plainPath(`${list.slice(0, list.lastIndexOf('/') + 1)}${path}`));
    if (beside !== undefined) return beside;
    const wanted = plainPath(path);
    const found = (byLast.get(lastOf(wanted)) ?? []).filter(
      (each) => `/${each.path}`.endsWith(`/${wanted}`) || `/${wanted}`.endsWith(`/${each.path}`),
    );
    return found.length === 1 ? found[0]?.index : undefined;
  };
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
