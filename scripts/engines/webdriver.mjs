import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endGroup, freePort, untilAnswered } from './processes.mjs';

const START_MS = 60_000;

/**
 * @typedef {object} Session
 * @property {(method: string, path: string, body?: object) => Promise<any>} call `path`: after that of the session
 * @property {() => Promise<void>} end resolves when its processes are gone
 * @property {number} group that its processes are in
 */

/**
 * WebKitGTK's MiniBrowser by the few calls of https://www.w3.org/TR/webdriver2/ that it takes, on a display of its own.
 *
 * @param {{ driver: string, browser: string }} paths
 * @param {number} limit how long a page may take, in ms
 * @returns {Promise<Session>}
 */
export async function startWebKit({ driver, browser }, limit) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-webkit-'));
  const port = await freePort();
  const server = spawn(
    'xvfb-run',
    ['-a', 'dbus-run-session', '--', driver, `--port=${port}`, '--host=127.0.0.1'],
    // A process group of its own, so that what it started ends with it.
    { detached: true, stdio: 'ignore', env: environment(folder) },
  );
  const failed = once(server, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});

  async function stop() {
    await endGroup(server);
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  async function call(method, path, body) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    const { value } = /** @type {{ value: any }} */ (await response.json());
    if (!response.ok) throw new Error(`WebDriver ${method} ${path}: ${value?.error} ${value?.message}`);
    return value;
  }

  try {
    await Promise.race([untilAnswered(() => call('GET', '/status'), START_MS), failed]);
    const { sessionId } = await call('POST', '/session', {
      capabilities: {
        alwaysMatch: {
          browserName: 'MiniBrowser',
          'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] },
        },
      },
    });
    const session = `/session/${sessionId}`;
    await call('POST', `${session}/timeouts`, { script: limit, pageLoad: limit });
    return {
      group: Number(server.pid),
      call: (method, path, body) => call(method, session + path, body),
      async end() {
        await call('DELETE', session).catch(() => {});
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {{ driver: string, browser: string }} paths
 * @param {number} limit how long the page may take, in ms
 * @returns {Promise<import('./driver.mjs').Browser>}
 */
export async function launchWebKit(paths, limit) {
  const { call, end } = await startWebKit(paths, limit);
  return {
    async results(url) {
      await call('POST', '/url', { url });
      // WebKitGTK sometimes says that a page is loaded before its module scripts have run.
      const script =
        'const look = (done) => self.results ? results.then(done) : setTimeout(look, 50, done); look(arguments[0])';
      return call('POST', '/execute/async', { script, args: [] });
    },
    close: end,
  };
}

/** @param {string} folder */
const environment = (folder) => ({
  ...process.env,
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  XDG_CACHE_HOME: join(folder, 'cache'),
  XDG_CONFIG_HOME: join(folder, 'config'),
  XDG_DATA_HOME: join(folder, 'data'),
  WEBKIT_DISABLE_DMABUF_RENDERER: '1',
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
  LIBGL_ALWAYS_SOFTWARE: '1',
});
