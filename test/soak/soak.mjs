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
import { judge } from './judge.mjs';
import { table } from './report.mjs';
import { storedIn } from './storage.mjs';
import { pageOf, workersOf } from './threads.mjs';
import { workRound } from './work.mjs';

/** Which part of the time is calm: all tasks complete, and none is paused, as a job worker goes on to another task only after one that did. */
const CALM = 0.35;
/** The first part of either shows caches and stores that fill up. */
const WARM_UP = 0.1;
const FORCED_EVERY = 10;
const SAMPLE_MS = 10_000;
/** What is kept of the past: it is reached within the warm-up. */
const KEPT_TASKS = 60;
/** Many times what a round takes: one that takes longer hangs. */
const ROUND_MS = 120_000;

const JOB_HEAP = 'heap of a job worker, KiB';
const JOB_HANDLES = 'handles in a job worker';
const INDEXED_DB = 'IndexedDB on disk, low points, KiB';
/** LevelDB drops what was deleted when it merges its first level with the next: that is done at 10 MiB, or earlier (seen at 1 to 3). */
const COMPACTED_FROM_KIB = 10 * 1024;

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
/** @type {Map<string, import('./judge.mjs').Sample[]>} */
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
      if (value !== null) samples.push({ at, value });
      series.set(name, samples);
    }
    console.error(`${at.toFixed(1)} of ${minutes} minutes, ${rounds + 1} rounds`);
  }

  async function round() {
    const force = rounds % FORCED_EVERY === FORCED_EVERY - 1;
    const calm = elapsed() < minutes * CALM;
    const work = stays.evaluate(workRound, { round: rounds, calm, force });
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
 * @returns {Promise<Record<string, number | null>>} null: there was none just then
 */
async function sample(page, session, browser) {
  const workers = await workersOf(browser);
  const executors = workers.filter(({ name }) => name === 'holdfast executor');
  const jobs = workers.filter(({ name }) => name === 'holdfast job');
  const backends = workers.filter(({ name }) => name === 'service worker');
  for (const [name, threads] of Object.entries({ executor: executors, 'service worker': backends }))
    if (threads.length === 0) throw new Error(`No ${name} was found to be measured.`);
  const alive = await pageOf(session);
  const stored = await page.evaluate(storedIn);
  // The one that has lived for longest tells most.
  const most = (/** @type {number[]} */ all) => (all.length > 0 ? Math.max(...all) : null);
  const mean = (/** @type {number[]} */ all) => all.reduce((sum, one) => sum + one, 0) / all.length;
  return {
    'heap of the page, KiB': alive.heap / 1024,
    'heap of the service worker, KiB': mean(backends.map(({ heap }) => heap / 1024)),
    'heap of an executor, KiB': mean(executors.map(({ heap }) => heap / 1024)),
    [JOB_HEAP]: most(jobs.map(({ heap }) => heap / 1024)),
    'elements of the page': alive.elements,
    'handles in the page': alive.handles,
    'handles in the service worker': mean(backends.map(({ handles }) => handles)),
    'handles in an executor': mean(executors.map(({ handles }) => handles)),
    [JOB_HANDLES]: most(jobs.map(({ handles }) => handles)),
    workers: workers.length - backends.length,
    'locks held': stored.locks.held,
    'locks asked for': stored.locks.pending,
    ...(process.platform === 'linux' && { 'open files of the browser': openFiles() }),
    [INDEXED_DB]: stored.indexedDB / 1024,
    ...Object.fromEntries(
      Object.entries(stored.stores).flatMap(([store, { rows, bytes }]) => [
        [`rows in ${store}`, rows],
        [`rows in ${store}, KiB`, bytes / 1024],
      ]),
    ),
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
  const judged = [...series].map(([name, samples]) => {
    const ofJobs = name === JOB_HEAP || name === JOB_HANDLES;
    const from = minutes * (ofJobs ? WARM_UP : CALM + WARM_UP);
    const until = ofJobs ? minutes * CALM : Number.POSITIVE_INFINITY;
    const how = name === INDEXED_DB ? { lows: true, compactedFrom: COMPACTED_FROM_KIB } : {};
    return { name, ...judge(samples, { from, until, ...how }) };
  });
  console.log(table(judged));
  const grown = judged.filter(({ verdict }) => verdict === 'GROWS').map(({ name }) => name);
  const few = judged.filter(({ verdict }) => verdict === 'too few samples').map(({ name }) => name);
  console.log(`\n${rounds} rounds in ${minutes} minutes: ${grown.length > 0 ? 'something grows' : 'nothing grows'}`);
  if (grown.length > 0) console.log(`It grows: ${grown.join('; ')}`);
  if (few.length > 0) console.log(`It was hardly measured: ${few.join('; ')}`);
  return grown.length === 0 && few.length === 0;
}
