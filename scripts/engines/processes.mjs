import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
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

/**
 * The processes of a group that have a thread of this name (Linux).
 *
 * @param {number} group
 * @param {string} thread
 */
export async function withThread(group, thread) {
  /** @type {number[]} */
  const found = [];
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    // Any of it may end while it is looked at.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // After the command, which is in brackets: state, parent, group.
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== group) continue;
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    const names = threads.map((id) => readFile(`/proc/${pid}/task/${id}/comm`, 'utf8').catch(() => ''));
    if ((await Promise.all(names)).some((name) => name.trim() === thread)) found.push(pid);
  }
  return found;
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
