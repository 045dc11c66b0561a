import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const END_MS = 15_000;

/**
 * Ends a process that was spawned detached and all that it started, and waits until they are gone.
 *
 * @param {import('node:child_process').ChildProcess} leader
 */
export async function endGroup({ pid }) {
  if (!pid) return;
  /** @param {NodeJS.Signals | 0} signal */
  const signal = (signal) => {
    try {
      return process.kill(-pid, signal);
    } catch {
      // Nobody is left.
      return false;
    }
  };
  signal('SIGTERM');
  for (const end = Date.now() + END_MS; signal(0) && Date.now() < end; ) await pause(50);
  signal('SIGKILL');
  for (const end = Date.now() + END_MS; signal(0) && Date.now() < end; ) await pause(50);
}

/** @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (!address || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}

/**
 * What `ask` resolves with, as soon as it does not reject any more; its last error when the time is up.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @param {number} limit in ms
 * @returns {Promise<T>}
 */
export async function untilAnswered(ask, limit) {
  for (const end = Date.now() + limit; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(100);
    }
  }
}
