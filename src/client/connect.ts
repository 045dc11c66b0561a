/** Brings a page and its service worker together, and says clearly when that cannot be. */
import type { BackendMessage } from '../core/protocol.ts';
import type { AddedFile } from '../core/schema.ts';
import { asking } from './asking.ts';
import { answered, controlled, earlier, onMessage } from './control.ts';
import { type Executing, type ExecutorListener, startExecutor } from './executor.ts';
import { askToKeep } from './keep.ts';
import { type Tasks, tasksAt } from './tasks.ts';
import { Unavailable } from './unavailable.ts';
import { type FeedEvent, type StreamEvent, type WatchOptions, watch, watchAll } from './watch.ts';

export interface Client extends Tasks {
  watch(task_id: string, options?: WatchOptions): AsyncGenerator<StreamEvent, void, void>;
  watchAll(options?: WatchOptions): AsyncGenerator<FeedEvent, void, void>;
  /** Keeps an input file. A handle is kept as it is, a `File` as the browser keeps blobs. `name` may hold a folder's path. */
  addFile(source: File | FileSystemFileHandle, name?: string): Promise<AddedFile>;
  /** The handle of an input file, to ask for its permission again; null for a file that was copied. */
  fileHandle(file_id: string): Promise<FileSystemFileHandle | null>;
  /** What input files are called, in the order of their ids; null for one that is not there (in a worker, for all). At most 1,000. */
  inputFiles(file_ids: readonly string[]): Promise<(AddedFile | null)[]>;
  /** Runs tasks in this page. Returns the stop. */
  startExecutor(listener?: ExecutorListener): Executing;
  /** As in `Tasks`; in a page, `progress` is told how many bytes of the file have been read. */
  importAll(file: Blob, progress?: (read: number) => void): Promise<number>;
  /** Erases all that is stored here: tasks, logs, files, settings. Executors let go of what they run first, and start anew after it. */
  eraseAll(): Promise<void>;
  /** A fault, made on purpose: every open stream breaks in the middle, or the service worker's database handle is closed under it. */
  break(what: 'streams' | 'database'): Promise<void>;
  /** Lets a new version of the service worker take over, if one waits; `controllerchange` tells when it has. */
  takeOver(): void;
}

export interface ConnectOptions {
  /** The service worker's script, relative to the page (or to the worker's script); its folder is the scope. */
  script?: string | URL;
  /** How long the service worker may take to be in control, in ms. */
  timeout_ms?: number;
}

/**
 * Resolves when requests to `tasks` are answered by the service worker. Throws `Unavailable`. In a worker, which has its page's service
 * worker and cannot see it, `tasks/health` is asked.
 */
export async function connect({ script = 'sw.js', timeout_ms = 20_000 }: ConnectOptions = {}): Promise<Client> {
  if (!isSecureContext) {
    throw new Unavailable('insecure', 'Holdfast needs HTTPS (or localhost).');
  }
  if (!('document' in globalThis)) return inWorker(new URL('./', new URL(script, location.href)));
  if (!('serviceWorker' in navigator)) {
    throw new Unavailable(
      'no-service-worker',
      'This browser has no service workers. A private window may be the reason.',
    );
  }
  await storageWorks();
  const url = new URL(script, document.baseURI);
  const registering = navigator.serviceWorker.register(url).catch((error: unknown) => {
    throw new Unavailable('no-service-worker', `The service worker could not be registered: ${words(error)}`);
  });
  const registration = await Promise.race([earlier(url), registering]);
  await controlled(registration, timeout_ms);

  const base = registration.scope;
  await answered(base);
  const ask = asking(registration);
  const tasks = following(base);

  return {
    ...tasks,
    submit: async (draft, key) => kept(await tasks.submit(draft, key)),
    submitAll: async (drafts, key) => kept(await tasks.submitAll(drafts, key)),
    addFile: (source, name = source.name) => ask<AddedFile>({ kind: 'add-file', source, name }),
    fileHandle: (file_id) => ask<FileSystemFileHandle | null>({ kind: 'file-handle', file_id }),
    inputFiles: (file_ids) => ask<(AddedFile | null)[]>({ kind: 'input-files', file_ids: [...file_ids] }),
    startExecutor: (listener) => startExecutor(base, listener),
    async importAll(file, progress) {
      const end = new AbortController();
      onMessage((message) => message.kind === 'import-progress' && progress?.(message.read), end.signal);
      return tasks.importAll(file).finally(() => end.abort());
    },
    eraseAll: () => ask<void>({ kind: 'erase' }),
    break: (what) => ask<void>({ kind: 'break', what }),
    takeOver: () => registration.waiting?.postMessage({ kind: 'skip-waiting' } satisfies BackendMessage),
  };
}

/** What needs only HTTP, wherever it is asked. */
const following = (base: string | URL) => ({
  ...tasksAt(base),
  watch: (task_id: string, options?: WatchOptions) => watch(base, task_id, options),
  watchAll: (options?: WatchOptions) => watchAll(base, options),
});

async function inWorker(base: URL): Promise<Client> {
  const tasks = following(base);
  await tasks.health().catch((error: unknown) => {
    throw new Unavailable('no-service-worker', `No tasks are at ${base}: ${words(error)}`);
  });
  return {
    ...tasks,
    addFile: async (source, name = source.name) =>
      tasks.upload('getFile' in source ? await source.getFile() : source, name),
    fileHandle: async () => null,
    inputFiles: async (file_ids) => file_ids.map(() => null),
    startExecutor() {
      throw new Unavailable('no-service-worker', 'Only a page can do that; this is a worker.');
    },
    eraseAll: notHere,
    break: notHere,
    takeOver() {},
  };
}

function kept<T>(accepted: T): T {
  askToKeep();
  return accepted;
}

async function notHere(): Promise<never> {
  throw new Unavailable('no-service-worker', 'Only a page can do that; this is a worker.');
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Private windows of some browsers have an IndexedDB that cannot be opened. */
function storageWorks(): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => {
      reject(
        new Unavailable(
          'no-storage',
          `This browser has no storage (${words(error)}). A private window may be the reason.`,
        ),
      );
    };
    try {
      const request = indexedDB.open('holdfast:probe');
      request.onerror = () => refuse(request.error);
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase('holdfast:probe');
        resolve();
      };
    } catch (error) {
      refuse(error);
    }
  });
}
