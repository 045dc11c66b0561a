#!/usr/bin/env node
// Works and reloads for a long time, and fails when something grows: `npm run soak -- --minutes 30`.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { launchOptions } from '../../scripts/browser.mjs';
import { serve } from '../../scripts/serve.mjs';
import { storedIn } from './storage.mjs';
import { pageOf, workersOf } from './threads.mjs';
import { grows, trendOf } from './trend.mjs';
import { workRound } from './work.mjs';

/** How much of its mean a thing may grow in an hour. */
const ALLOWED = 0.1;
/** The first part of the samples shows caches and stores that fill up. */
const WARM_UP = 0.3;
const SAMPLE_MS = 10_000;
/** What is kept of the past: it is reached within the warm-up. */
const KEPT_TASKS = 60;
/** Many times what a round takes: one that takes longer hangs. */
const ROUND_MS = 120_000;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes >= 1)) {
  console.error(`--minutes wants a number from 1 on, and not ${values.minutes}.`);
  process.exit(1);
}

const root = fileURLToPath(new URL('../..', import.meta.url));
await build({ root, logLevel: 'warn' });
const folder = mkdtempSync(join(tmpdir(), 'holdfast-soak-'));
// A copy: a build that comes meanwhile would be a new version of the app.
cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
const server = await serve({ root: join(folder, 'dist') });
const profile = join(folder, 'profile');
const context = await chromium.launchPersistentContext(profile, launchOptions());
/** @type {Map<string, { at: number, value: number }[]>} */
const series = new Map();
let rounds = 0;
try {
  const stays = context.pages()[0] ?? (await context.newPage());
  stays.on('pageerror', (error) => console.error(error));
  await open(stays);
  await stays.evaluate((keep_finished) => globalThis.holdfast.configure({ keep_finished }), KEPT_TASKS);
  let other = await open(await context.newPage());
  const session = await context.newCDPSession(stays);
  const browser = await context.browser()?.newBrowserCDPSession();
  if (!browser) throw new Error('The browser has no session of its own.');

  const start = Date.now();
  const elapsed = () => (Date.now() - start) / 60_000;
  for (let sampled = 0; elapsed() < minutes; rounds += 1) {
    await inTime(round(), stays);
    if (Date.now() - sampled < SAMPLE_MS) continue;
    sampled = Date.now();
    const at = elapsed();
    for (const [name, value] of Object.entries(await sample(stays, session, browser))) {
      const samples = series.get(name) ?? [];
      samples.push({ at, value });
      series.set(name, samples);
    }
    console.error(`${at.toFixed(1)} of ${minutes} minutes, ${rounds + 1} rounds`);
  }

  async function round() {
    const work = stays.evaluate(workRound, rounds);
    // Every fifth time the tab is closed, and another opened; else it is loaded again, in the middle of the work.
    if (rounds % 5 === 4) {
      await other.close();
      other = await open(await context.newPage());
    } else {
      await other.reload();
      await ready(other);
    }
    await work;
  }
} finally {
  await context.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}
process.exitCode = report() ? 0 : 1;

/** @param {import('@playwright/test').Page} page */
async function open(page) {
  await page.goto(server.url);
  return ready(page);
}

/**
 * @param {Promise<void>} round
 * @param {import('@playwright/test').Page} page
 */
async function inTime(round, page) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(async () => {
      const live = page.evaluate(async () => {
        const { holdfast } = globalThis;
        return [await holdfast.health(), (await holdfast.list({ status: ['pending', 'running', 'paused'] })).tasks];
      });
      const state = await live.catch((error) => error);
      reject(new Error(`Round ${rounds} hangs: ${JSON.stringify(state, null, 2)}`));
    }, ROUND_MS);
  });
  await Promise.race([round, late]).finally(() => clearTimeout(timer));
}

/** @param {import('@playwright/test').Page} page */
async function ready(page) {
  await page.waitForFunction(() => globalThis.holdfast);
  return page;
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {import('@playwright/test').CDPSession} session of the page
 * @param {import('@playwright/test').CDPSession} browser
 * @returns {Promise<Record<string, number>>}
 */
async function sample(page, session, browser) {
  const workers = await workersOf(browser);
  const executors = workers.filter(({ name }) => name === 'holdfast executor');
  const backends = workers.filter(({ name }) => name === 'service worker');
  for (const [name, threads] of Object.entries({ executor: executors, 'service worker': backends }))
    if (threads.length === 0) throw new Error(`No ${name} was found to be measured.`);
  const alive = await pageOf(session);
  const stored = await page.evaluate(storedIn);
  const mean = (/** @type {number[]} */ all) => all.reduce((sum, one) => sum + one, 0) / all.length;
  return {
    'heap of the page, KiB': alive.heap / 1024,
    'heap of the service worker, KiB': mean(backends.map(({ heap }) => heap / 1024)),
    'heap of an executor, KiB': mean(executors.map(({ heap }) => heap / 1024)),
    'elements of the page': alive.elements,
    'handles in the page': alive.handles,
    'handles in the service worker': mean(backends.map(({ handles }) => handles)),
    'handles in an executor': mean(executors.map(({ handles }) => handles)),
    workers: workers.length - backends.length,
    'locks held': stored.locks.held,
    'locks asked for': stored.locks.pending,
    ...(process.platform === 'linux' && { 'open files of the browser': openFiles() }),
    'IndexedDB, KiB': stored.indexedDB / 1024,
    ...Object.fromEntries(Object.entries(stored.rows).map(([store, count]) => [`rows in ${store}`, count])),
    'OPFS, KiB': stored.opfs.bytes / 1024,
    'files in OPFS': stored.opfs.files,
  };
}

/** Of all processes of the browser that say which profile they are of. */
function openFiles() {
  let count = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(profile))
        count += readdirSync(`/proc/${pid}/fd`).length;
    } catch {
      // It ended meanwhile.
    }
  }
  return count;
}

/** @returns {boolean} whether all of it is flat */
function report() {
  const lines = [['what', 'first', 'last', 'mean', 'an hour', 'error', 'allowed', '']];
  let flat = true;
  for (const [name, samples] of series) {
    const settled = samples.slice(Math.floor(samples.length * WARM_UP));
    const { mean, slope, error } = trendOf(settled);
    // Minutes to hours.
    const [hourly, uncertain, allowed] = [slope * 60, error * 60, mean * ALLOWED];
    const leaks = grows({ mean, slope: hourly, error: uncertain }, allowed);
    if (leaks) flat = false;
    const numbers = [settled[0]?.value ?? 0, settled.at(-1)?.value ?? 0, mean, hourly, uncertain, allowed];
    lines.push([name, ...numbers.map((value) => value.toFixed(1)), leaks ? 'GROWS' : 'flat']);
  }
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  console.log(`\n${rounds} rounds in ${minutes} minutes: ${flat ? 'flat' : 'something grows'}`);
  return flat;
}
