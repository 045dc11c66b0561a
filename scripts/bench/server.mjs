/** The real server of the race: Redis and Node, where both are there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onPath } from '../browser.mjs';

const folder = fileURLToPath(new URL('../../test/bench/server/', import.meta.url));

/**
 * Starts both.
 *
 * @returns {Promise<{ url: string, close: () => Promise<void> } | { missing: string }>}
 */
export async function startServer() {
  const redis = onPath('redis-server')[0];
  if (!redis) return { missing: 'there is no redis-server on the PATH' };
  if (!existsSync(join(folder, 'node_modules'))) return { missing: 'its packages are not installed' };
  const data = mkdtempSync(join(tmpdir(), 'holdfast-redis-'));
  const port = await freePort();
  // It keeps what it is told, as IndexedDB does: with the system at once, on the disk within a second.
  const keeps = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--dir', data];
  const store = spawn(redis, ['--port', String(port), '--bind', '127.0.0.1', ...keeps], { stdio: 'ignore' });
  const server = spawn(process.execPath, ['server.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, REDIS_PORT: String(port) },
  });
  const ended = once(server, 'exit').then(([code]) => {
    throw new Error(`The server of the race ended with ${code}.`);
  });
  ended.catch(() => {});
  const [url] = await Promise.race([once(createInterface(server.stdout), 'line'), ended]);
  return {
    url,
    async close() {
      for (const child of [server, store]) {
        if (child.exitCode !== null) continue;
        const gone = once(child, 'exit');
        child.kill();
        await gone;
      }
      rmSync(data, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** @returns {Promise<number>} */
async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((closed) => probe.close(closed));
  if (typeof address !== 'object' || !address) throw new Error('There is no free port.');
  return address.port;
}
