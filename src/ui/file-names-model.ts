/** What a task's input files are called. A task holds only their ids: the names are asked for once, when one is to be shown. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Client, Task } from '../client/index.ts';
import { fileRefsIn } from './json.ts';
import { strings } from './strings.ts';

/** As many names as a task's title shows; how many there are is known without. */
const SHOWN = 1;
const AT_ONCE = 1_000;

export type FileNames = ReturnType<typeof createFileNames>;

export function createFileNames(client: Client) {
  const names = new Map<string, Signal<string | null>>();
  const wanted = new Set<string>();

  function nameOf(file_id: string): ReadonlySignal<string | null> {
    const known = names.get(file_id);
    if (known) return known;
    const name = signal<string | null>(null);
    names.set(file_id, name);
    wanted.add(file_id);
    // What is drawn together is asked for together.
    if (wanted.size === 1) queueMicrotask(ask);
    return name;
  }

  async function ask() {
    const ids = [...wanted];
    wanted.clear();
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const some = ids.slice(start, start + AT_ONCE);
      try {
        const found = await client.inputFiles(some);
        for (const [i, file_id] of some.entries()) {
          const name = names.get(file_id);
          if (name) name.value = found[i]?.name ?? null;
        }
      } catch {
        // A title without the name of its file is still a title; the next list asks again.
        for (const file_id of some) names.delete(file_id);
      }
    }
  }

  return {
    /** "a.txt and 2 more"; "" for a task that takes no files. */
    summary({ input }: Pick<Task, 'input'>): string {
      const refs = fileRefsIn(input);
      if (refs.length === 0) return '';
      const known = refs
        .slice(0, SHOWN)
        .map((ref) => ('file_id' in ref ? nameOf(ref.file_id).value : ref.name))
        .find((name) => name !== null);
      return known === undefined || known === null
        ? strings.task.files(refs.length)
        : strings.task.named(known, refs.length - 1);
    },
  };
}
