#!/usr/bin/env node
// Measures Holdfast in Chromium and prints one table: `npm run bench`, or some of its rows: `npm run bench -- latency yield`.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { openApps } from './bench/app.mjs';
import { chooseFile } from './bench/input.mjs';
import { print } from './bench/print.mjs';
import { race } from './bench/race.mjs';
import { launchOptions } from './browser.mjs';
import { peakMemory } from './memory.mjs';
import { serve } from './serve.mjs';
import { stopServiceWorker } from './stop-service-worker.mjs';

const folder = fileURLToPath(new URL('../test/bench/', import.meta.url));
const built = fileURLToPath(new URL('../node_modules/.cache/bench', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const results = join(folder, 'results.json');

const RACE = 'race';
const known = [...readdirSync(join(folder, 'rows')).map((file) => parse(file).name), RACE];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}; there is ${known.join(', ')}.`);
  process.exit(1);
}

for (const mode of ['pages', 'backend', 'bare', 'hono', 'app', 'polling'])
  await build({ configFile: join(folder, 'vite.config.ts'), mode });
if (asked.length === 0 || asked.includes('app')) await build({ root, logLevel: 'warn' });
/** @type {(file: string) => void} */
let served = () => {};
const server = await serve({
  root: built,
  mount: '/bench/',
  mounts: { '/app/': join(root, 'dist') },
  served: (file) => served(file),
});
const apps = openApps({ holdfast: `${server.origin}/app/`, bare: `${server.url}bare/app/` });
const { rows = {}, ...before } = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
const machine = `${cpus().length} × ${cpus()[0]?.model}`;
/** @type {string[][]} */
const table = [['row', 'what', 'Holdfast', 'beside', 'ratio', 'aim']];
try {
  for (const name of asked.length > 0 ? asked : known) {
    if (name === RACE) {
      const watch = (/** @type {typeof served} */ to) => {
        served = to;
      };
      before.race = { measured: new Date().toISOString(), cpu: machine, ...(await race(server.url, watch)) };
      continue;
    }
    try {
      const { figures, cells, browser } = await measure(name);
      rows[name] = { measured: new Date().toISOString(), browser, cpu: machine, figures };
      table.push(...cells);
    } catch (error) {
      // What the others came to is not lost with it.
      console.error(`${name} failed:`, error);
      process.exitCode = 1;
    }
  }
} finally {
  await apps.close();
  await server.close();
  writeFileSync(results, `${JSON.stringify({ rows, ...before }, null, 2)}\n`);
  if (table.length > 1) print(table);
}

/**
 * One row, in a browser of its own. Its profile is on disk: what Chromium keeps of a private window lies in memory.
 *
 * @param {string} name
 */
async function measure(name) {
  console.error(`${name} …`);
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const context = await chromium.launchPersistentContext(join(profile, 'browser'), launchOptions());
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
    page.on('pageerror', (error) => console.error(error));
    await page.exposeFunction('chooseFile', (/** @type {number} */ bytes, /** @type {'noise' | 'lines'} */ what) =>
      chooseFile(page, profile, bytes, what),
    );
    await page.exposeFunction('peakMemory', () => peakMemory(profile));
    const session = await context.newCDPSession(page);
    await page.exposeFunction('liveHeap', async () => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize / 1024;
    });
    await page.exposeFunction('app', apps.measure);
    await page.exposeFunction('stopServiceWorkers', () => stopServiceWorker(page));
    await page.exposeFunction('postsInAnotherTab', async (/** @type {number} */ count) => {
      const other = await context.newPage();
      await other.goto(server.url);
      return other.evaluate((n) => /** @type {any} */ (globalThis).postsHere(n), count).finally(() => other.close());
    });
    await page.goto(server.url);
    const measured = await page.evaluate((row) => /** @type {any} */ (globalThis).run(row), name);
    return { ...measured, browser: await page.evaluate('navigator.userAgent') };
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}
