/** Names for columns, tables and files that no two of them share. */

/** SQLite does not tell `a` from `A`. A name that is empty becomes `column_` and its place. */
export function distinctNames(names: readonly string[], empty = 'column'): string[] {
  const taken = new Set<string>();
  /** For a name that was wanted before: the number to try next. */
  const numbers = new Map<string, number>();
  return names.map((name, at) => {
    const wanted = name === '' ? `${empty}_${at + 1}` : name;
    let given = wanted;
    let n = numbers.get(wanted.toLowerCase()) ?? 2;
    for (; taken.has(given.toLowerCase()); n += 1) given = `${wanted}_${n}`;
    numbers.set(wanted.toLowerCase(), n);
    taken.add(given.toLowerCase());
    return given;
  });
}

/** `a folder/cities.csv.gz` is the table `cities`. */
export const tableName = (file: string): string =>
  (file.split('/').at(-1) ?? file).replace(/\.gz$/i, '').replace(/\.(csv|tsv|tab|txt|jsonl|ndjson|json)$/i, '');
