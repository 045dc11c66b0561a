#!/usr/bin/env node
// Makes sure that the browsers for the tests are there: `npm run setup`, or `node scripts/setup.mjs chromium …`. Without Firefox and
// WebKitGTK the tests do, and say so.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { engines, isRoot, onPath } from './browser.mjs';

const MINUTE = 60_000;
const playwrightCli = join(dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')), 'cli.js');

/**
 * @param {string} name a key of `engines`
 * @returns {boolean} whether there is one that starts
 */
export function setup(name) {
  const engine = /** @type {Record<string, import('./browser.mjs').Engine>} */ (engines)[name];
  if (!engine) throw new Error(`Unknown engine ${name}; there is ${Object.keys(engines).join(', ')}.`);
  for (const attempt of [() => {}, download, addLibraries, installPackages]) {
    attempt(engine);
    if (engine.find()) return true;
  }
  return false;
}

/** @param {import('./browser.mjs').Engine} engine */
function download({ playwright }) {
  if (playwright) run(process.execPath, [playwrightCli, 'install', playwright], 5 * MINUTE);
}

/** @param {import('./browser.mjs').Engine} engine */
function addLibraries({ playwright, ownPath }) {
  if (playwright && isRoot && ownPath && existsSync(ownPath())) {
    run(process.execPath, [playwrightCli, 'install-deps', playwright], 5 * MINUTE);
  }
}

/** @param {import('./browser.mjs').Engine} engine */
function installPackages({ debian }) {
  if (!isRoot || onPath('apt-get').length === 0) return;
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  run('apt-get', [...wait, 'update'], 5 * MINUTE);
  run('apt-get', [...wait, 'install', '-y', '--no-install-recommends', ...debian], 15 * MINUTE);
}

// A step that fails is no error yet: what counts is whether a browser is found after it.
/**
 * @param {string} command
 * @param {string[]} args
 * @param {number} timeout in milliseconds
 */
function run(command, args, timeout) {
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000', DEBIAN_FRONTEND: 'noninteractive', ...process.env };
  spawnSync(command, args, { stdio: 'inherit', timeout, env });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(engines);
  for (const name of names) {
    if (setup(name)) continue;
    const { optional } = /** @type {Record<string, import('./browser.mjs').Engine>} */ (engines)[name] ?? {};
    const advice = optional ? 'its tests are skipped' : `install ${name} so that it is on PATH, then try again`;
    console.error(`No ${name} was found and none could be installed: ${advice}.`);
    if (!optional) process.exitCode = 1;
  }
}
