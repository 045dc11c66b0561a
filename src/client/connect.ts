/** Brings a page and its service worker together, and says clearly when that cannot be. */
import { Workbox } from 'workbox-window';
import { startExecutor } from './executor.ts';
import { type Added, type Tasks, tasksAt } from './tasks.ts';
import { type FeedEvent, type StreamEvent, type WatchOptions, watch, watchAll } from './watch.ts';

/** Why there are no tasks here. */
export class Unavailable extends Error {
  override name = 'Unavailable';
  constructor(
    readonly reason: 'insecure' | 'no-service-worker' | 'no-storage' | 'not-controlled',
    message: string,
  ) {
    super(message);
  }
}

export interface Client extends Tasks {
  watch(task_id: string, options?: WatchOptions): AsyncGenerator<StreamEvent, void, void>;
  watchAll(options?: WatchOptions): AsyncGenerator<FeedEvent, void, void>;
  /** Keeps an input file. A handle is kept as it is, a `File` as the browser keeps blobs. `name` may hold a folder's path. */
  addFile(source: File | FileSystemFileHandle, name?: string): Promise<Added>;
  /** The handle of an input file, to ask for its permission again; null for a file that was copied. */
  fileHandle(file_id: string): Promise<FileSystemFileHandle | null>;
  /** Runs tasks in this page. Returns the stop. */
  startExecutor(outdated?: () => void): () => void;
  /** Resolves when a new version is ready to take over; calling what it resolves with makes it do so. */
  updateReady: Promise<() => void>;
}

export interface ConnectOptions {
  /** The service worker's script, relative to the page; its folder is the scope. */
  script?: string | URL;
  /** How long the service worker may take to be in control, in ms. */
  timeout_ms?: number;
}

/** Resolves when requests to `tasks` are answered by the service worker. Throws `Unavailable`. */
export async function connect({ script = 'sw.js', timeout_ms = 20_000 }: ConnectOptions = {}): Promise<Client> {
  if (!isSecureContext) {
    throw new Unavailable(
      'insecure',
      'Holdfast needs HTTPS (or localhost): browsers allow no service worker on this address.',
    );
  }
  if (!('serviceWorker' in navigator)) {
    throw new Unavailable(
      'no-service-worker',
      'This browser has no service workers here. A private window may be the reason.',
    );
  }
  await storageWorks();
  const url = new URL(script, document.baseURI);
  const workbox = new Workbox(url.href);
  const updateReady = new Promise<() => void>((resolve) => {
    // Workbox's own `messageSW` speaks to the worker that is in control.
    const takeOver = () => registration?.waiting?.postMessage({ kind: 'skip-waiting' });
    workbox.addEventListener('waiting', () => resolve(takeOver));
  });
  const registering = workbox.register({ immediate: true }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Unavailable('no-service-worker', `The service worker could not be registered: ${why}`);
  });
  const registration = await Promise.race([earlier(url), registering]);
  if (!registration) throw new Unavailable('no-service-worker', 'The service worker could not be registered.');
  await controlled(registration, timeout_ms);

  const base = registration.scope;
  const ask = asking(registration);
  const tasks = tasksAt(base);
  // Work that is worth keeping is a reason to ask that the browser does not evict it; the answer changes nothing here.
  const keep = <T>(accepted: T): T => {
    navigator.storage?.persist?.();
    return accepted;
  };

  return {
    ...tasks,
    submit: async (draft, key) => keep(await tasks.submit(draft, key)),
    submitAll: async (drafts, key) => keep(await tasks.submitAll(drafts, key)),
    watch: (task_id, options) => watch(base, task_id, options),
    watchAll: (options) => watchAll(base, options),
    addFile: (source, name = source.name) => ask<Added>({ kind: 'add-file', source, name }),
    fileHandle: (file_id) => ask<FileSystemFileHandle | null>({ kind: 'file-handle', file_id }),
    startExecutor: (outdated) => startExecutor(base, outdated),
    updateReady,
  };
}

/**
 * The registration of this script, if it has a worker that is active; else this never settles. Chromium sometimes lets `register()` wait
 * until the browser has run for a minute (measured, 156: in a frame, about every other time), and it fails without a network.
 */
async function earlier(script: URL): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.getRegistration(new URL('./', script)).catch(() => undefined);
  if (registration?.active?.scriptURL === script.href) return registration;
  return new Promise(() => {});
}

/**
 * Questions to the service worker, each answered on a port of its own. One that is stopped takes its questions with it: they are
 * asked again as soon as it says that it has started.
 */
function asking(registration: ServiceWorkerRegistration) {
  return <T>(message: object): Promise<T> =>
    new Promise((resolve, reject) => {
      const settled = new AbortController();
      const send = () => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }) => {
          port1.close();
          settled.abort();
          if (data && typeof data === 'object' && 'error' in data) reject(new Error(String(data.error)));
          else resolve(data);
        };
        const worker = navigator.serviceWorker.controller ?? registration.active;
        if (worker) return worker.postMessage(message, [port2]);
        settled.abort();
        reject(new Unavailable('not-controlled', 'The service worker is gone. Reload the page, please.'));
      };
      navigator.serviceWorker.addEventListener(
        'message',
        ({ data }) => data?.kind === 'backend-started' && send(),
        settled,
      );
      send();
    });
}

/** Private windows of some browsers have an IndexedDB that cannot be opened. */
function storageWorks(): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => {
      const why = error instanceof Error ? ` (${error.message})` : '';
      reject(
        new Unavailable(
          'no-storage',
          `This browser lets the page store nothing${why}. A private window may be the reason.`,
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

/**
 * Resolves when this page is controlled. After a hard reload it is not, though a worker is active; a message asks it to take
 * control, which takes about 30 ms (measured, Chromium 156), where a reload would loop.
 */
async function controlled(registration: ServiceWorkerRegistration, timeout_ms: number): Promise<void> {
  const { serviceWorker } = navigator;
  const isOurs = () =>
    serviceWorker.controller?.scriptURL === registration.active?.scriptURL && registration.active !== null;
  const claim = () => {
    if (!isOurs()) registration.active?.postMessage({ kind: 'claim' });
  };
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      finish();
      reject(
        new Unavailable('not-controlled', 'The service worker did not take control of this page. Reload it, please.'),
      );
    }, timeout_ms);
    const look = () => {
      if (!isOurs()) return;
      finish();
      resolve();
    };
    const finish = () => {
      clearTimeout(timer);
      serviceWorker.removeEventListener('controllerchange', look);
    };
    serviceWorker.addEventListener('controllerchange', look);
    look();
    serviceWorker.ready.then(() => {
      look();
      claim();
    });
  });
}
