/** The executor's worker: one a page. */
import * as v from 'valibot';
import { connection, Outdated } from '../../src/core/connection.ts';
import { filesOf } from '../../src/core/files.ts';
import { idbStore } from '../../src/core/idb-store.ts';
import { namesFor } from '../../src/core/names.ts';
import { type ExecutorMessage, type ExecutorReport, type Hint, HintSchema } from '../../src/core/protocol.ts';
import { defaultRunningLimit } from '../../src/core/schema.ts';
import { INDEX } from '../../src/core/search.ts';
import { trustOwnScripts } from '../../src/core/trusted.ts';
import { specs } from '../jobs/specs.ts';
import { createExecutor } from './executor.ts';
import { keepIndex } from './index-keeper.ts';
import { startJobWorker } from './job-worker.ts';
import { ownScript } from './own-script.ts';

/** How often to look whether a newer version has thrown away what this one would load for its next job. */
const LOOK_MS = 20_000;
/** How long a thread that is frozen on purpose does nothing: longer than the service worker waits for it. */
const FROZEN_MS = 5_000;

trustOwnScripts();

let backend: MessagePort | undefined;

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });

const report = (message: ExecutorReport) => self.postMessage(message);

async function start(scope: string): Promise<void> {
  const names = namesFor(scope);
  const database = connection(names.database);
  const channel = new BroadcastChannel(names.channel);
  const outlived = new AbortController();
  let heard = 0;
  const store = idbStore({
    connection: database,
    heard: () => heard,
    publish(commit) {
      // The port is quick and carries the events; the channel reaches everybody, and tells only that there are some.
      backend?.postMessage(commit);
      const { tasks, newest } = commit;
      channel.postMessage({ kind: 'committed', tasks, newest } satisfies Hint);
    },
  });
  const id = crypto.randomUUID();
  const executor = createExecutor({
    id,
    store,
    locks: navigator.locks,
    lockOf: names.taskLock,
    specs,
    limit: defaultRunningLimit(navigator.hardwareConcurrency),
    startWorker: () => startJobWorker(scope, names.workerLock),
    housekeepingLock: names.housekeepingLock,
    files: filesOf(database, names.folder),
    now: Date.now,
    runs: (attempts) => report({ kind: 'runs', attempts }),
    report(error) {
      if (error instanceof Outdated) retire();
      else console.error('holdfast executor:', error);
    },
  });
  const stopKeeping = keepIndex({
    channel: names.lastingLock(INDEX),
    keeperLock: names.keeperLock,
    locks: navigator.locks,
    create: () => new Worker(new URL('../index/main.ts', import.meta.url), { type: 'module', name: 'holdfast index' }),
    scope,
    report: (error) => console.error('holdfast executor:', error),
  });
  const retire = () => {
    if (outlived.signal.aborted) return;
    outlived.abort();
    executor.stop();
    stopKeeping();
    report({ kind: 'outdated' });
  };
  /** Its lock is held until it writes nothing any more. */
  const letGo = async () => {
    stopKeeping();
    await executor.stop('released');
    // A thread that is terminated with a transaction under way can leave WebKitGTK's database locked for good (measured, 2.50). Where
    // none can be begun, none is under way.
    await database(async (db) => db.transaction([...db.objectStoreNames], 'readwrite').done).catch(() => {});
    database.close();
    outlived.abort();
  };
  const makeWay = async () => {
    await letGo();
    // Whoever erases has asked for it by now: it is free again once that one is done, or gone.
    await navigator.locks.request(names.executorLock, { mode: 'shared' }, () => {});
    report({ kind: 'made-way' });
  };
  channel.addEventListener('message', ({ data }) => {
    // What fits no schema comes from another version of the app, or from a stranger on this origin: the sweep finds out as well.
    const hint = v.safeParse(HintSchema, data);
    if (!hint.success) return console.warn('holdfast executor: a message that is none of ours', data);
    if (hint.output.kind === 'committed') heard = hint.output.newest;
    if (hint.output.kind === 'erase') makeWay();
    executor.hint(hint.output);
  });
  self.addEventListener('message', ({ data }: MessageEvent<ExecutorMessage>) => {
    if (data.kind === 'end') letGo().then(() => report({ kind: 'made-way' }));
    if (data.kind !== 'break') return;
    if (data.what === 'job') executor.killJobWorker();
    if (data.what === 'database') database.drop();
    if (data.what === 'thread') freeze();
  });
  const mayStart = new Promise<void>((granted) => {
    navigator.locks.request(names.executorLock, { mode: 'shared' }, () => {
      granted();
      return aborted(outlived.signal);
    });
  });
  const lock = names.workerLock(id);
  navigator.locks.request(lock, () => {
    report({ kind: 'alive', id, lock });
    return new Promise(() => {});
  });
  setInterval(async () => (await ownScript()) === 'gone' && retire(), LOOK_MS);
  // Not beside an erase, which has the lock to itself.
  await mayStart;
  await executor.start();
}

/** Nothing of this thread runs meanwhile, and everything that it holds is held. */
function freeze() {
  for (const end = performance.now() + FROZEN_MS; performance.now() < end; );
}

self.addEventListener('message', ({ data, ports: [port] }: MessageEvent<ExecutorMessage>) => {
  switch (data.kind) {
    case 'start':
      start(data.scope).catch((error: unknown) => report({ kind: 'failed', error }));
      return;
    case 'publish-to':
      backend?.close();
      backend = port;
      return;
  }
});
