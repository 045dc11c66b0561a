import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endGroup, freePort, untilAnswered } from './processes.mjs';

const START_MS = 60_000;

/**
 * @typedef {object} Session
 * @property {(command: string, parameters: object) => Promise<any>} call
 * @property {() => Promise<void>} end resolves when its processes are gone
 */

/**
 * A stock Firefox over Marionette, the protocol below geckodriver: https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
 *
 * WebDriver BiDi will not do: with a session open, workers of workers hang in `terminate()` (measured, Firefox 153), and keep their locks.
 *
 * @param {string} executable
 * @param {Record<string, string | number | boolean>} prefs
 * @param {number} limit how long a page may take, in ms
 * @returns {Promise<Session>}
 */
export async function startFirefox(executable, prefs, limit) {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-firefox-'));
  const port = await freePort();
  const lines = Object.entries({ ...prefs, 'marionette.port': port }).map(
    ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  const firefox = spawn(executable, ['--marionette', '--headless', '--no-remote', '--profile', profile], {
    detached: true,
    stdio: 'ignore',
  });
  const failed = once(firefox, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => {});

  async function stop() {
    await endGroup(firefox);
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }

  try {
    const { call, close } = await Promise.race([untilAnswered(() => marionette(port), START_MS), failed]);
    await call('WebDriver:NewSession', {});
    await call('WebDriver:SetTimeouts', { script: limit, pageLoad: limit });
    return {
      call,
      async end() {
        close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * @param {string} executable
 * @param {Record<string, string | number | boolean>} prefs
 * @param {number} limit how long the page may take, in ms
 * @returns {Promise<import('./driver.mjs').Browser>}
 */
export async function launchFirefox(executable, prefs, limit) {
  const { call, end } = await startFirefox(executable, prefs, limit);
  return {
    async results(url) {
      await call('WebDriver:Navigate', { url });
      const script = 'results.then(arguments[0])';
      return (await call('WebDriver:ExecuteAsyncScript', { script, args: [] })).value;
    },
    close: end,
  };
}

/**
 * Commands go one at a time, each message after its length in bytes.
 *
 * @param {number} port
 */
async function marionette(port) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let rest = Buffer.alloc(0);
  /** @type {((message: any) => void)[]} */
  const waiting = [];
  const ended = once(socket, 'close').then(() => Promise.reject(new Error('Firefox has ended.')));
  ended.catch(() => {});

  /** @returns {Promise<any>} */
  const next = () => Promise.race([new Promise((resolve) => waiting.push(resolve)), ended]);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const colon = rest.indexOf(':');
      const end = colon + 1 + Number(rest.subarray(0, colon));
      if (colon < 0 || rest.length < end) return;
      waiting.shift()?.(JSON.parse(rest.subarray(colon + 1, end).toString()));
      rest = rest.subarray(end);
    }
  });
  // It speaks first.
  await next();
  let id = 0;

  return {
    /**
     * @param {string} command
     * @param {object} parameters
     */
    async call(command, parameters) {
      id += 1;
      const message = JSON.stringify([0, id, command, parameters]);
      const answer = next();
      socket.write(`${Buffer.byteLength(message)}:${message}`);
      const [, , error, result] = await answer;
      if (error) throw new Error(`Marionette ${command}: ${error.error} ${error.message}`);
      return result;
    },
    close: () => socket.destroy(),
  };
}
