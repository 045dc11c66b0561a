/** Runs tasks in this page: starts the executor's worker, hands it ports, and lets go when the page goes away. */
import type { AttemptRef, BackendMessage, ExecutorFault, ExecutorMessage, ExecutorReport } from '../core/protocol.ts';
import { onMessage } from './control.ts';
import { askToKeep } from './keep.ts';
import { tasksAt } from './tasks.ts';

const PING_MS = 20_000;
/**
 * How long an executor may take until it is alive, with a lock of its own. A worker whose script was on its way when the service worker
 * died never loads, and no `error` event tells of it (measured, Chromium 156): it is replaced, and so is one that dies before it has
 * the lock that would tell.
 */
const ALIVE_MS = 5_000;
/** How long one may take that is told to end, before it is ended: it may have to wait for what others write. */
const END_MS = 10_000;

export interface ExecutorListener {
  /** A newer version of the app has taken over the database: nothing runs in this page any more, until it is loaded again. */
  outdated?(): void;
  /** The tasks that run in this page, whenever that changes. */
  runs?(task_ids: readonly string[]): void;
  /** What this page's executor is called in the logs of the tasks that it runs. A page that comes back has a new one. */
  started?(id: string): void;
  /** Everything that was stored has been erased, here or in another page. */
  erased?(): void;
}

/** Stops the executor: what it runs goes back to the others, or waits. */
export interface Executing {
  (): void;
  /** A fault, made on purpose and for real. `executor`: its thread ends as if the browser had ended it, and nobody is told. */
  break(what: ExecutorFault | 'executor'): void;
}

/** `scope`: the service worker's. Returns the stop. */
export function startExecutor(scope: string, { outdated, runs, started, erased }: ExecutorListener = {}): Executing {
  const { serviceWorker } = navigator;
  let worker: Worker | undefined;
  let late: ReturnType<typeof setTimeout> | undefined;
  let lives: AbortController | undefined;
  let running: AttemptRef[] = [];
  let isOver = false;
  const end = new AbortController();
  const { signal } = end;

  function start() {
    if (worker || isOver) return;
    worker = new Worker(new URL('../../workers/executor/main.ts', import.meta.url), {
      type: 'module',
      name: 'holdfast executor',
    });
    const life = new AbortController();
    lives = life;
    worker.onmessage = ({ data }: MessageEvent<ExecutorReport>) => {
      // Nobody listens any more: all that matters is when it has let go.
      if (isOver && data.kind !== 'made-way') return;
      if (data.kind === 'alive') {
        clearTimeout(late);
        started?.(data.id);
        watch(data.lock, life.signal);
      }
      if (data.kind === 'outdated') outdated?.();
      if (data.kind === 'made-way') restart();
      if (data.kind === 'runs') tell(data.attempts);
      if (data.kind === 'failed') reportError(data.error);
    };
    late = setTimeout(restart, ALIVE_MS);
    handOver();
    worker.postMessage({ kind: 'start', scope } satisfies ExecutorMessage);
  }

  // A frozen tab would keep its locks, and a bfcached one for up to a minute (measured): terminated, they are free within 50 ms.
  function stop() {
    clearTimeout(late);
    lives?.abort();
    worker?.terminate();
    worker = undefined;
    tell([]);
    if (isOver) end.abort();
  }

  function tell(attempts: AttemptRef[]) {
    running = attempts;
    // Also of who speaks HTTP without this client.
    if (attempts.length > 0) askToKeep();
    if (!isOver) runs?.(attempts.map(({ task_id }) => task_id));
  }

  /** A page that is closed, loaded again or put to sleep loses no task by a fault, and says so while it can. */
  function leave({ type }: Event) {
    const leaves: BackendMessage = { kind: 'leaves', attempts: running, frozen: type === 'freeze' };
    if (running.length > 0) serviceWorker.controller?.postMessage(leaves);
    stop();
  }

  /** A worker that dies (out of memory, most often) tells nobody; its lock does. */
  function watch(lock: string, signal: AbortSignal) {
    navigator.locks.request(lock, { signal }, () => !signal.aborted && restart()).catch(() => {});
  }

  function restart() {
    stop();
    start();
  }

  /** Gives the executor a port to the service worker that answers now. */
  function handOver() {
    const { port1, port2 } = new MessageChannel();
    const backend = serviceWorker.controller;
    if (!backend || !worker) return;
    backend.postMessage({ kind: 'executor-port' } satisfies BackendMessage, [port2]);
    worker.postMessage({ kind: 'publish-to' } satisfies ExecutorMessage, [port1]);
  }

  window.addEventListener('pagehide', leave, { signal });
  window.addEventListener('pageshow', start, { signal });
  document.addEventListener('freeze', leave, { signal });
  document.addEventListener('resume', start, { signal });
  serviceWorker.addEventListener('controllerchange', handOver, { signal });
  onMessage(({ kind }) => {
    // A service worker that was stopped has lost its ports: it says so when it starts again.
    if (kind === 'backend-started') handOver();
    if (kind === 'erased' && !isOver) erased?.();
  }, signal);
  // Firefox stops a service worker that saw no event for 30 s, open streams or not (measured).
  // Read to its end: an answer that nobody reads keeps memory of the browser (seen, Chromium 156).
  const { health } = tasksAt(scope);
  const ping = setInterval(() => health().catch(() => {}), PING_MS);
  start();

  const stopAll = () => {
    isOver = true;
    clearInterval(ping);
    runs?.([]);
    // Not terminated at once: it gives back what it runs, and comes to the end of what it writes.
    worker?.postMessage({ kind: 'end' } satisfies ExecutorMessage);
    clearTimeout(late);
    late = setTimeout(stop, END_MS);
  };
  return Object.assign(stopAll, {
    break(what: ExecutorFault | 'executor') {
      if (what === 'executor') worker?.terminate();
      else worker?.postMessage({ kind: 'break', what } satisfies ExecutorMessage);
    },
  });
}
