/** What the files of a task are called in the index. */
import { freeName, isNumbered } from '../archive/names.ts';
import type { Draft, Index } from '../index/open.ts';

export type Named = ReturnType<ReturnType<typeof naming>>;

/** Files of a task with one name are documents of their own: `a.txt`, `a (2).txt`. To be asked for one file after the other. */
export function naming(index: Index, task_id: string, names: readonly string[]) {
  const plain = names.map((name) => freeName(name, new Set()));
  const others = new Set(plain);
  const taken = new Set(index.names(task_id));

  return (n: number) => {
    const name = plain[n] ?? '';
    let file: string | null = null;
    /** A number tells nothing of which file it was, but not what another file of the task is really called. */
    const isOurs = (found: string) =>
      !taken.has(found) && (found === name || (!others.has(found) && isNumbered(found, name)));

    /** Its own, which it keeps. */
    const own = () => (file ??= freeName(name, taken));

    return {
      /** As it came. */
      name,
      own,
      /** The document that it is already, under its name or one with a number. */
      known({ digest, encoding }: Pick<Draft, 'digest' | 'encoding'>): number | null {
        const there = index.find({ file: name, digest, encoding });
        file = there.find((each) => isOurs(each.file))?.file ?? null;
        if (file) taken.add(file);
        return there.find((each) => each.file === own())?.id ?? null;
      },
    };
  };
}
