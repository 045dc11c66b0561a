/** Sees to it that questions to the index of documents find somebody who has it open: one executor starts a worker for that. */
import * as v from 'valibot';
import type { Locks } from '../../src/core/discard.ts';
import { IndexMessageSchema } from '../../src/core/search.ts';

export interface KeeperHost {
  /** The name of the channel on which the index is asked, and of the lock of whoever has it. */
  channel: string;
  /** Held by the executor whose worker it is. */
  keeperLock: string;
  locks: Locks & Pick<LockManager, 'query'>;
  create(): Worker;
  scope: string;
  report(error: unknown): void;
}

/** How often to look whether anybody has the index: when nobody does, the worker never loaded, or has died without a word. */
const LOOK_MS = 5_000;

/** Returns the stop. */
export function keepIndex({ channel: name, keeperLock, locks, create, scope, report }: KeeperHost): () => void {
  const channel = new BroadcastChannel(name);
  const stopped = new AbortController();
  let busy = false;

  async function isTaken(): Promise<boolean> {
    const { held = [] } = await locks.query();
    return held.some((lock) => lock.name === name);
  }

  /** Resolves once the worker has let go, or never took it. */
  async function serve(): Promise<void> {
    if (stopped.signal.aborted) return;
    const worker = create();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = () => resolve();
    stopped.signal.addEventListener('abort', end);
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message || 'The index’s worker could not be loaded.'));
    };
    worker.postMessage(scope);
    const looking = setInterval(() => isTaken().then((taken) => taken || resolve(), reject), LOOK_MS);
    try {
      await promise;
    } finally {
      clearInterval(looking);
      stopped.signal.removeEventListener('abort', end);
      worker.terminate();
    }
  }

  async function asked(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      // Whoever has it answers.
      if (await isTaken()) return;
      await locks.request(keeperLock, { ifAvailable: true }, (lock) => lock && serve());
    } finally {
      busy = false;
    }
  }

  channel.onmessage = ({ data }) => {
    const message = v.safeParse(IndexMessageSchema, data);
    if (message.success && message.output.kind === 'ask') asked().catch(report);
  };
  return () => {
    stopped.abort();
    channel.close();
  };
}
