import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { chromium, firefox, webkit } from '@playwright/test';

export const isRoot = process.getuid?.() === 0;

/**
 * A browser engine: how to find one that starts, and what installs one.
 *
 * @typedef {object} Engine
 * @property {() => unknown} find what starts, if anything does
 * @property {() => string} [ownPath] where Playwright keeps its own build
 * @property {string} [playwright] what `playwright install` calls it
 * @property {string[]} debian packages
 * @property {boolean} [optional] the tests do without it, and say so
 */

/** @satisfies {Record<string, Engine>} */
export const engines = {
  chromium: {
    find: findChromium,
    ownPath: () => chromium.executablePath(),
    playwright: 'chromium',
    debian: ['chromium'],
  },
  firefox: {
    find: findFirefox,
    ownPath: () => firefox.executablePath(),
    playwright: 'firefox',
    debian: ['firefox-esr'],
    optional: true,
  },
  webkit: {
    find: findWebKit,
    ownPath: () => webkit.executablePath(),
    playwright: 'webkit',
    debian: ['webkit2gtk-driver', 'xvfb', 'xauth', 'dbus-x11'],
    optional: true,
  },
};

/**
 * Playwright's own Chromium when it is there and starts, else the system's.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const system = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].flatMap(onPath);
  return [chromium.executablePath(), ...system].find(starts);
}

/**
 * The Firefox that people have, else Playwright's own.
 *
 * @returns {string | undefined}
 */
export function findFirefox() {
  return [...['firefox-esr', 'firefox'].flatMap(onPath), firefox.executablePath()].find(starts);
}

/**
 * WebKitGTK's browser with the driver that speaks WebDriver for it, where there is a display to be had for it; else Playwright's own,
 * which needs none.
 *
 * @returns {{ browser: string, driver?: string } | undefined}
 */
export function findWebKit() {
  const driver = onPath('WebKitWebDriver')[0];
  const canShow = ['xvfb-run', 'xauth', 'dbus-run-session'].every((command) => onPath(command).length > 0);
  // Without a display it does not even tell its version.
  const browser = miniBrowsers()[0];
  if (driver && browser && canShow) return { browser, driver };
  const own = webkit.executablePath();
  return starts(own) ? { browser: own } : undefined;
}

/** Distributions keep it away from PATH, in a folder named after the library's version. */
function miniBrowsers() {
  const folders = ['/usr/lib', '/usr/libexec', ...children('/usr/lib').filter((folder) => folder.includes('-linux-'))];
  return folders
    .flatMap(children)
    .filter((folder) => basename(folder).startsWith('webkit'))
    .map((folder) => join(folder, 'MiniBrowser'))
    .filter(isExecutable);
}

/** @param {string} folder */
function children(folder) {
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

/**
 * How Playwright launches the Chromium that was found; without one, Playwright says what is missing.
 *
 * @returns {import('@playwright/test').LaunchOptions}
 */
export function launchOptions() {
  const executablePath = findChromium();
  return {
    ...(executablePath && { executablePath }),
    chromiumSandbox: canSandbox(),
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  };
}

/**
 * @param {string} command
 * @returns {string[]} its paths, in the order of PATH
 */
export function onPath(command) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, command))
    .filter(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

// A downloaded browser may lack its libraries; asking for its version shows that. On Windows that would open a window.
/** @param {string} path */
function starts(path) {
  if (!existsSync(path)) return false;
  return process.platform === 'win32' || spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0;
}

// Chromium refuses to sandbox for root, and cannot where the kernel keeps user namespaces from it (Ubuntu since 23.10).
function canSandbox() {
  return (
    !isRoot &&
    setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') !== '1' &&
    setting('/proc/sys/kernel/unprivileged_userns_clone') !== '0'
  );
}

/** @param {string} path */
function setting(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
