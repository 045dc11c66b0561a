/** The race: all rivals on the same input, in the same run of one browser, in turn. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { launchOptions } from '../browser.mjs';
import { chooseFile } from './input.mjs';
import { image, picture } from './picture.mjs';
import { print } from './print.mjs';
import { cellsOf } from './race-table.mjs';
import { startServer } from './server.mjs';

/** @typedef {import('./race-table.mjs').Race} Race */

const rivals = ['holdfast', 'comlink', 'polling', 'rows', 'hono', 'workerpool', 'server'];

/**
 * Prints the table, and draws it.
 *
 * @param {string} url of the bench's pages
 * @param {(served: (file: string) => void) => void} watch tells of each file that goes out
 * @returns {Promise<Race>}
 */
export async function race(url, watch) {
  const server = await startServer();
  const address = 'url' in server ? server.url : null;
  try {
    const shipped = await shippedBy(url, watch);
    const run = await raced(url, address);
    /** @type {Race} */
    const result = { ...run, shipped, skipped: 'missing' in server ? { server: server.missing } : {} };
    print(cellsOf(result));
    for (const [name, why] of Object.entries(result.skipped)) console.log(`${name} was skipped: ${why}`);
    writeFileSync(image, picture(result));
    return result;
  } finally {
    if ('close' in server) await server.close();
  }
}

/**
 * @param {string} url
 * @param {string | null} server
 */
async function raced(url, server) {
  return inBrowser(async (context, folder) => {
    const page = await pageOf(context, url);
    const bytes = await page.evaluate('raceFileBytes');
    await chooseFile(page, folder, Number(bytes));
    for (const name of rivals) await enter(page, name, server);
    /** @type {Race['lines']} */
    const lines = [];
    for (const name of /** @type {string[]} */ (await page.evaluate('disciplineNames'))) {
      const start = performance.now();
      lines.push(...(await page.evaluate((name) => /** @type {any} */ (globalThis).race(name), name)));
      console.error(`race: ${name} took ${Math.round((performance.now() - start) / 1000)} s`);
    }
    return { lines, browser: String(await page.evaluate('navigator.userAgent')) };
  });
}

/**
 * What each rival has loaded, gzipped, when its first event is there: with its workers, its service worker, and the code of its job.
 *
 * @param {string} url
 * @param {(served: (file: string) => void) => void} watch
 * @returns {Promise<Record<string, number>>} bytes
 */
async function shippedBy(url, watch) {
  /** @type {Record<string, number>} */
  const shipped = {};
  // The server of the race ships nothing: its page has an EventSource.
  for (const name of rivals.filter((each) => each !== 'server')) {
    /** @type {Set<string>} */
    const files = new Set();
    await inBrowser(async (context) => {
      const page = await pageOf(context, url);
      watch((file) => files.add(file));
      await enter(page, name, null);
      await page.evaluate((name) => /** @type {any} */ (globalThis).firstEvent(name), name);
      watch(() => {});
    });
    shipped[name] = [...files]
      .filter((file) => /\.(js|wasm)$/.test(file))
      .reduce((all, file) => all + gzipSync(readFileSync(file)).length, 0);
  }
  return shipped;
}

/**
 * @template T
 * @param {(context: import('@playwright/test').BrowserContext, folder: string) => Promise<T>} work
 */
async function inBrowser(work) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-race-'));
  const context = await chromium.launchPersistentContext(join(folder, 'browser'), launchOptions());
  try {
    return await work(context, folder);
  } finally {
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/**
 * The page of the race, with tabs that it can open and crash.
 *
 * @param {import('@playwright/test').BrowserContext} context
 * @param {string} url
 */
async function pageOf(context, url) {
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
  page.on('pageerror', (error) => console.error(error));
  /** @type {import('@playwright/test').Page[]} */
  const tabs = [];
  await page.exposeFunction('openTab', async () => {
    const tab = await context.newPage();
    await tab.goto(new URL('race/', url).href);
    await enter(tab, 'holdfast', null);
    return tabs.push(tab) - 1;
  });
  await page.exposeFunction('crashTab', async (/** @type {number} */ index) => {
    const tab = tabs[index];
    if (!tab) throw new Error(`There is no tab ${index}.`);
    const session = await context.newCDPSession(tab);
    const crashed = tab.waitForEvent('crash');
    // The answer never comes: who would send it is dead.
    session.send('Page.crash').catch(() => {});
    await crashed;
    await tab.close();
  });
  await page.goto(new URL('race/', url).href);
  return page;
}

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 * @param {string | null} server
 */
async function enter(page, name, server) {
  await page.waitForFunction('globalThis.enter');
  await page.evaluate(
    ([name, server]) => /** @type {any} */ (globalThis).enter(name, server),
    /** @type {const} */ ([name, server]),
  );
}
