/** How tasks begin: files are chosen, then added and a task submitted over them. */
import { signal } from '@preact/signals';
import type { AddedFile, Client, Draft, Task } from '../client/index.ts';
import { words } from './format.ts';
import { type FileRef, fileRefsIn } from './json.ts';
import type { Notices } from './notices-model.ts';
import { allOf } from './pacing.ts';
import { hrefOf, type Router } from './route.ts';
import { sharedIn } from './shared.ts';
import type { Source } from './sources.ts';
import { strings } from './strings.ts';

export type Adding =
  | { kind: 'reading' }
  | { kind: 'generating'; percent: number }
  | { kind: 'adding'; done: number; total: number }
  | { kind: 'submitting' };

const ADDED_AT_ONCE = 100;
/** Of so many files the task says the name, by which it is found. The others make it no larger: it is stored again with every step. */
const NAMED = 20;
/** As many names as the client tells at once. */
const NAMED_AT_ONCE = 1_000;

export type StartModel = ReturnType<typeof createStart>;

export function createStart(client: Client, notices: Notices, router: Router, started: (task: Task) => void) {
  const adding = signal<Adding | null>(null);
  /** What the next task is to work on. */
  const chosen = signal<readonly Source[]>([]);
  let turn: Promise<void> = Promise.resolve();

  async function submit(draft: Draft): Promise<boolean> {
    adding.value = { kind: 'submitting' };
    try {
      const task = await client.submit(draft);
      started(task);
      router.go({ view: 'task', task_id: task.task_id });
      return true;
    } catch (error) {
      notices.show(strings.notices.notStarted(words(error)));
      return false;
    }
  }

  /** One that is named twice is added once. */
  async function add(sources: readonly Source[]): Promise<{ refs: FileRef[]; added: AddedFile[] } | null> {
    const added: AddedFile[] = [];
    const distinct = [...new Set(sources)];
    const show = () => {
      adding.value = { kind: 'adding', done: added.length, total: distinct.length };
    };
    show();
    try {
      const files = await allOf(ADDED_AT_ONCE, distinct, async ({ source, name }): Promise<FileRef> => {
        // Already with the server: the service worker has taken it, or a task has it.
        if ('task_id' in source) return { task_id: source.task_id, name: source.name };
        if ('file_id' in source) return { file_id: source.file_id };
        try {
          const file = await client.addFile(source, name);
          added.push(file);
          show();
          return { file_id: file.file_id };
        } catch (error) {
          notices.show(strings.notices.notAdded(name, words(error)));
          throw error;
        }
      });
      const bySource = new Map(distinct.map((source, i) => [source, files[i]]));
      const refs = sources.flatMap((source, at): FileRef[] => {
        const ref = bySource.get(source);
        if (!ref) return [];
        return [at < NAMED && 'file_id' in ref ? { ...ref, name: source.name } : ref];
      });
      return { refs, added };
    } catch {
      // Told above, by the file's name.
      await forget(added);
      return null;
    }
  }

  const forget = async (files: readonly AddedFile[]) => {
    await Promise.allSettled(files.map(({ file_id }) => client.removeFile(file_id)));
  };

  /** `field`: where the files stand in the input; null for a job without. */
  async function submitOver(type: string, input: object, field: string | null, sources: readonly Source[]) {
    if (field === null) return submit({ type, input });
    const files = await add(sources);
    if (!files) return false;
    if (await submit({ type, input: { ...input, [field]: files.refs } })) return true;
    // Not those that were there before: another task may work on them.
    await forget(files.added);
    return false;
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

  const take = (found: readonly Source[]) => {
    chosen.value = [...chosen.peek(), ...found];
  };

  return {
    adding,
    chosen,

    /** None is no mistake here: the picker was closed. */
    async picked(sources: Promise<Source[]>) {
      const found = await read(sources);
      if (found) take(found);
    },

    /** A drop or a paste. Where nothing can be started, the way leads to where it can. */
    dropped(sources: Promise<Source[]>) {
      const reading = read(sources);
      return inTurn(async () => {
        adding.value = { kind: 'reading' };
        const found = await reading;
        if (!found) return;
        if (found.length === 0) return notices.show(strings.notices.noFiles);
        take(found);
        if (router.route.peek().view !== 'start') router.go({ view: 'start', type: null, shared: null });
      });
    },

    /** What the system has shared: the service worker has staged it, and says so in the address. */
    shared(text: string) {
      take(sharedIn(text));
      history.replaceState(history.state, '', hrefOf({ view: 'start', type: null, shared: null }));
    },

    /** What a task worked on; resolves with how many of its files are not there any more. */
    async again({ input }: Pick<Task, 'input'>): Promise<number> {
      const refs = fileRefsIn(input);
      const ids = refs.flatMap((ref) => ('file_id' in ref ? [ref.file_id] : []));
      const known = new Map<string, AddedFile>();
      for (let at = 0; at < ids.length; at += NAMED_AT_ONCE) {
        for (const file of await client.inputFiles(ids.slice(at, at + NAMED_AT_ONCE))) {
          if (file) known.set(file.file_id, file);
        }
      }
      const sources = refs.flatMap((ref): Source[] => {
        if ('task_id' in ref) return [{ source: ref, name: ref.name }];
        const source = known.get(ref.file_id);
        return source ? [{ source, name: source.name }] : [];
      });
      chosen.value = sources;
      return refs.length - sources.length;
    },

    without(source: Source) {
      chosen.value = chosen.peek().filter((each) => each !== source);
    },

    clear() {
      chosen.value = [];
    },

    start: (type: string, input: object, field: string | null) =>
      inTurn(async () => {
        const taken = chosen.peek();
        // What was picked meanwhile is for the next.
        if (await submitOver(type, input, field, taken))
          chosen.value = chosen.peek().filter((each) => !taken.includes(each));
      }),

    /** One ZIP of all that a task put out. */
    zip: ({ task_id, files }: Task) =>
      inTurn(() =>
        submit({
          type: 'archive',
          input: { files: files.map(({ name }) => ({ task_id, name })), compression: 'none' },
        }),
      ),

    /** Starts a job over files that are made here. */
    tryOut: (type: string, field: string | null) =>
      inTurn(async () => {
        const { sampleOf } = await import('./samples.ts');
        const sample = await sampleOf(type, (percent) => {
          adding.value = { kind: 'generating', percent };
        });
        // Then its own form asks for what it needs.
        if (!sample) return router.go({ view: 'start', type, shared: null });
        await submitOver(type, sample.input, field, sample.sources);
      }),
  };
}
