/** How tasks begin: files are added, then a task is submitted over them. */
import { signal } from '@preact/signals';
import type { AddedFile, Client, Draft, Task } from '../client/index.ts';
import { words } from './format.ts';
import type { Notices } from './notices-model.ts';
import { allOf } from './pacing.ts';
import { sampleFiles } from './samples.ts';
import type { Source } from './sources.ts';
import { strings } from './strings.ts';

export type Adding =
  | { kind: 'reading' }
  | { kind: 'generating'; percent: number }
  | { kind: 'adding'; done: number; total: number };

const ADDED_AT_ONCE = 100;

export type StartModel = ReturnType<typeof createStart>;

export function createStart(client: Client, notices: Notices, started: (task: Task) => void) {
  const adding = signal<Adding | null>(null);
  const type = signal('checksum');
  /** What was chosen in the fields of each type, where it is not what stands anyway. */
  const choices = signal<Readonly<Record<string, Readonly<Record<string, string>>>>>({});
  const tableKind = signal('sqlite');
  let turn: Promise<void> = Promise.resolve();

  async function submit(draft: Draft) {
    try {
      started(await client.submit(draft));
      return true;
    } catch (error) {
      notices.show(strings.notices.notStarted(words(error)));
      return false;
    }
  }

  async function add(sources: readonly Source[]): Promise<AddedFile[] | null> {
    const added: AddedFile[] = [];
    const show = () => {
      adding.value = { kind: 'adding', done: added.length, total: sources.length };
    };
    show();
    try {
      return await allOf(ADDED_AT_ONCE, sources, async ({ source, name }) => {
        try {
          const file = await client.addFile(source, name);
          added.push(file);
          show();
          return file;
        } catch (error) {
          notices.show(strings.notices.notAdded(name, words(error)));
          throw error;
        }
      });
    } catch {
      // Told above, by the file's name.
      await forget(added);
      return null;
    }
  }

  const forget = async (files: readonly AddedFile[]) => {
    await Promise.allSettled(files.map(({ file_id }) => client.removeFile(file_id)));
  };

  async function begin(type: string, sources: readonly Source[], choices: Record<string, string>) {
    const added = await add(sources);
    if (!added) return;
    const files = added.map(({ file_id }) => ({ file_id }));
    if (!(await submit({ type, input: { files, ...choices } }))) await forget(added);
  }

  /** What a task is to be begun with, as it is chosen now. */
  function chosen() {
    const now = type.peek();
    const of = choices.peek()[now] ?? {};
    return (sources: readonly Source[]) => begin(now, sources, of);
  }

  /** Null when they could not be read; that is told then. */
  const read = (sources: Promise<Source[]>) =>
    sources.catch((error: unknown) => {
      notices.show(strings.notices.notRead(words(error)));
      return null;
    });

  /** One after the other, in the order in which they came. */
  function inTurn(work: () => Promise<unknown>): Promise<void> {
    turn = turn
      .then(work)
      .catch(notices.failed)
      .then(() => {
        adding.value = null;
      });
    return turn;
  }

  return {
    adding,
    type,
    choices,
    tableKind,

    choose(field: string, option: string) {
      const known = choices.peek();
      const of = type.peek();
      choices.value = { ...known, [of]: { ...known[of], [field]: option } };
    },

    /** One ZIP of all that a task put out. */
    zip: ({ task_id, files }: Task) =>
      submit({
        type: 'archive',
        input: { files: files.map(({ name }) => ({ task_id, name })), compression: 'none' },
      }),

    /** None is no mistake here: the picker was closed. */
    async picked(sources: Promise<Source[]>) {
      const start = chosen();
      const found = await read(sources);
      if (found && found.length > 0) await inTurn(() => start(found));
    },

    async pickedTables(sources: Promise<Source[]>) {
      const to = tableKind.peek();
      const found = await read(sources);
      if (found && found.length > 0) await inTurn(() => begin('table', found, { to }));
    },

    dropped(sources: Promise<Source[]>) {
      const start = chosen();
      const reading = read(sources);
      return inTurn(async () => {
        adding.value = { kind: 'reading' };
        const found = await reading;
        if (found?.length === 0) notices.show(strings.notices.noFiles);
        else if (found) await start(found);
      });
    },

    samples() {
      const start = chosen();
      return inTurn(async () => {
        const made = await sampleFiles((percent) => {
          adding.value = { kind: 'generating', percent };
        });
        await start(made);
      });
    },

    countdown: () => submit({ type: 'countdown', input: { steps: 10, step_ms: 1000 } }),
    spin: () => submit({ type: 'spin', input: { ms: 30_000 } }),
  };
}
