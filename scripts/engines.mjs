#!/usr/bin/env node
// The checks of test/engines in each browser engine: `npm run test:engines`, or some: `npm run test:engines -- firefox webkit`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { runs } from './engines/driver.mjs';
import { serve } from './serve.mjs';

/** @typedef {{ theme: string, name: string, passed: boolean, error: string | null, ms: number }} Result as the page gives it */

const folder = fileURLToPath(new URL('../test/engines/', import.meta.url));
const built = fileURLToPath(new URL('../node_modules/.cache/engines', import.meta.url));
/** Many times what an engine takes alone, in ms: a busy machine is no failure. */
const LIMIT = 6 * 60_000;

const { values, positionals } = parseArgs({ allowPositionals: true, options: { report: { type: 'string' } } });
const known = Object.keys(runs);
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no engine ${unknown.join(', ')}; there is ${known.join(', ')}.`);
  process.exit(1);
}

const total = { passed: 0, failed: 0, skipped: 0 };
for (const mode of ['pages', 'backend', 'elsewhere']) await build({ configFile: join(folder, 'vite.config.ts'), mode });
const server = await serve({ root: built, mount: '/engines/' });
try {
  for (const name of positionals.length > 0 ? positionals : known) await engine(name);
} finally {
  await server.close();
}
if (values.report) writeFileSync(values.report, JSON.stringify(total));
else console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);

/** @param {string} name */
async function engine(name) {
  const found = runs[name]?.() ?? [];
  if (found.length === 0) {
    console.log(`${name} is not there: skipped`);
    total.skipped += 1;
  }
  for (const { name, query, launch } of found) {
    const start = performance.now();
    const results = await outcome(launch, server.url + query);
    const failed = results.filter(({ passed }) => !passed);
    const passed = results.length - failed.length;
    const seconds = Math.round((performance.now() - start) / 1000);
    for (const { theme, name, error } of failed) console.log(`  ✘ ${theme}: ${name}\n    ${error}`);
    console.log(`${name}: ${passed} passed, ${failed.length} failed in ${seconds} s`);
    total.passed += passed;
    total.failed += failed.length;
  }
}

/**
 * A browser that does not start, or never ends, is a failed check.
 *
 * @param {(limit: number) => Promise<import('./engines/driver.mjs').Browser>} launch
 * @param {string} url
 * @returns {Promise<Result[]>}
 */
async function outcome(launch, url) {
  /** @type {import('./engines/driver.mjs').Browser | undefined} */
  let browser;
  try {
    browser = await within(launch(LIMIT));
    return JSON.parse(await within(browser.results(url)));
  } catch (error) {
    return [{ theme: 'driver', name: 'the page is opened and ends', passed: false, error: String(error), ms: 0 }];
  } finally {
    await browser?.close();
  }
}

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
async function within(work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It was not over after ${LIMIT / 1000} s.`)), LIMIT);
  });
  try {
    return await Promise.race([work, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
