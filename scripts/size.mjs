#!/usr/bin/env node
// What the client and the app cost in bytes: `npm run size`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { launchOptions } from './browser.mjs';
import { serve } from './serve.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds the client as a library; resolves with its bytes, minified, and those gzipped. The executor's worker is a file of its own. */
export async function clientSize() {
  const [built] = [
    await build({
      root,
      configFile: false,
      publicDir: false,
      logLevel: 'error',
      define: { __HOLDFAST_VERSION__: '"size"' },
      worker: { format: 'es' },
      build: {
        target: 'es2022',
        write: false,
        lib: { entry: 'src/client/index.ts', formats: ['es'] },
        // Vite leaves the white space of a library for whoever builds with it; what counts is what arrives in the end.
        rolldownOptions: { output: { minify: true } },
      },
    }),
  ].flat();
  if (!built || !('output' in built)) throw new Error('src/client was not built');
  const chunks = built.output.filter((part) => part.type === 'chunk');
  const sum = (/** @type {(code: string) => number} */ size) => chunks.reduce((all, { code }) => all + size(code), 0);
  return { minified: sum((code) => Buffer.byteLength(code)), gzipped: sum((code) => gzipSync(code).length) };
}

/** @param {string} file */
export const gzippedSize = (file) => gzipSync(readFileSync(file)).length;

/**
 * The service worker of a build, gzipped, with the list of what it precaches; and what it loads on demand.
 *
 * @param {string} dist
 */
export function serviceWorkerSize(dist) {
  const onDemand = readdirSync(dist).filter((name) => /^sw-on-demand-.*\.js$/.test(name));
  return {
    main: gzippedSize(join(dist, 'sw.js')),
    onDemand: onDemand.reduce((sum, name) => sum + gzippedSize(join(dist, name)), 0),
  };
}

/**
 * The paths of the scripts that a page had loaded when it first painted something, within the folder that it was loaded from.
 *
 * @param {import('@playwright/test').Page} page
 * @returns {Promise<string[]>}
 */
export async function scriptsAtFirstPaint(page) {
  const paint = await page.waitForFunction(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    undefined,
    { polling: 'raf' },
  );
  const urls = await page.evaluate(
    (time) => {
      const before = performance.getEntriesByType('resource').filter(({ startTime }) => startTime < time);
      return before.map(({ name }) => name);
    },
    (await paint.jsonValue()) ?? 0,
  );
  const folder = new URL('.', page.url()).href;
  return [...new Set(urls)].filter((url) => url.endsWith('.js')).map((url) => url.slice(folder.length));
}

/** @param {string} dist */
async function firstPaintSize(dist) {
  const site = await serve({ root: dist });
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    const scripts = await scriptsAtFirstPaint(page);
    return scripts.reduce((sum, path) => sum + gzippedSize(join(dist, path)), 0);
  } finally {
    await browser.close();
    await site.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  const { minified, gzipped } = await clientSize();
  console.log(`src/client with its dependencies: ${minified} bytes minified, ${gzipped} gzipped`);
  await build({ root, logLevel: 'error' });
  const dist = join(root, 'dist');
  const { main, onDemand } = serviceWorkerSize(dist);
  console.log(`the service worker: ${main} bytes gzipped, and ${onDemand} more on demand`);
  console.log(`the page's JavaScript at its first paint: ${await firstPaintSize(dist)} bytes gzipped`);
}
