#!/usr/bin/env node
// Measures Holdfast in Chromium and prints one table: `npm run bench`, or some of its rows: `npm run bench -- latency yield`.
import { createWriteStream, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, parse } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { launchOptions } from './browser.mjs';
import { peakMemory } from './memory.mjs';
import { serve } from './serve.mjs';
import { stopServiceWorker } from './stop-service-worker.mjs';

const folder = fileURLToPath(new URL('../test/bench/', import.meta.url));
const built = fileURLToPath(new URL('../node_modules/.cache/bench', import.meta.url));
const results = join(folder, 'results.json');
const MIB = 1024 * 1024;

const known = readdirSync(join(folder, 'rows')).map((file) => parse(file).name);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}; there is ${known.join(', ')}.`);
  process.exit(1);
}

for (const mode of ['pages', 'backend', 'bare', 'hono'])
  await build({ configFile: join(folder, 'vite.config.ts'), mode });
const server = await serve({ root: built, mount: '/bench/' });
const rows = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')).rows : {};
/** @type {string[][]} */
const table = [['row', 'what', 'Holdfast', 'beside', 'ratio', 'aim']];
try {
  for (const name of asked.length > 0 ? asked : known) {
    const { figures, cells, browser } = await measure(name);
    rows[name] = {
      measured: new Date().toISOString(),
      browser,
      cpu: `${cpus().length} × ${cpus()[0]?.model}`,
      figures,
    };
    table.push(...cells);
  }
} finally {
  await server.close();
}
writeFileSync(results, `${JSON.stringify({ rows }, null, 2)}\n`);
print(table);

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
    await page.exposeFunction('chooseFile', async (/** @type {number} */ bytes) => {
      const file = join(profile, 'input.bin');
      await pipeline(Readable.from(noise(bytes)), createWriteStream(file));
      await page.setInputFiles('input', file);
    });
    await page.exposeFunction('peakMemory', () => peakMemory(profile));
    const session = await context.newCDPSession(page);
    await page.exposeFunction('liveHeap', async () => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize / 1024;
    });
    await page.exposeFunction('stopServiceWorkers', () => stopServiceWorker(page));
    await page.goto(server.url);
    const measured = await page.evaluate((row) => /** @type {any} */ (globalThis).run(row), name);
    return { ...measured, browser: await page.evaluate('navigator.userAgent') };
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** @param {number} bytes */
function* noise(bytes) {
  const block = Buffer.alloc(MIB);
  for (let i = 0, x = 1; i < MIB; i += 4) {
    x = (Math.imul(x, 1664525) + 1013904223) | 0;
    block.writeInt32LE(x, i);
  }
  for (let left = bytes; left > 0; left -= MIB) {
    block.writeDoubleLE(left, 0);
    yield Buffer.from(block.subarray(0, Math.min(left, MIB)));
  }
}

/** @param {string[][]} lines */
function print(lines) {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}
