#!/usr/bin/env node
// A checksum task that outlives its service worker and its page: `npm run demo -- FILE…`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { findChromium, launchOptions } from './browser.mjs';
import { serve } from './serve.mjs';
import { stopServiceWorker } from './stop-service-worker.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const paths = process.argv.slice(2);
await checkArguments();
build();
const profile = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
process.once('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));

const site = await serve({ root: join(root, 'dist') });
const context = await chromium.launchPersistentContext(profile, launchOptions());
const page = await context.newPage();
try {
  process.exitCode = (await demo()) ? 0 : 1;
} finally {
  await context.close();
  await site.close();
}

async function demo() {
  await open();
  say(`${site.url} is open in a headless browser`);
  const stream = await collectFrames();
  const { task_id, files } = await submit();
  say(`POST tasks → 202, ${task_id}: checksum of ${plural(files, 'file')}, ${count(await bytes())} bytes`);
  const began = performance.now();
  const whole = follow(task_id);
  const stopped = await interrupt(task_id, stream, whole);
  if (stopped) {
    say(`from event ${stream.last() + 1} on`);
    await follow(task_id, String(stream.last()));
  } else {
    await whole;
  }
  const ms = performance.now() - began;
  return verdict(task_id, stream.text(), stopped, ms);
}

async function open() {
  await page.goto(site.url);
  await ready();
}

function ready() {
  return page.waitForFunction(() => Reflect.has(globalThis, 'holdfast'));
}

/** Prints the stream's text as it comes, and keeps it. */
async function collectFrames() {
  let text = '';
  let arrived = () => {};
  await page.exposeFunction('printFrame', (/** @type {string} */ frame) => {
    process.stdout.write(frame);
    text += frame;
    arrived();
  });
  return {
    text: () => text,
    last: () => idsIn(text).at(-1) ?? 0,
    next: () =>
      new Promise((resolve) => {
        arrived = () => resolve('frame');
      }),
  };
}

/** The browser gets the files by their paths: nothing of them goes through this process. */
async function submit() {
  const input = await page.evaluateHandle(() => {
    const { document } = /** @type {any} */ (globalThis);
    return Object.assign(document.createElement('input'), { type: 'file', multiple: true });
  });
  await input.setInputFiles(paths);
  return input.evaluate(async (element) => {
    const { holdfast } = /** @type {any} */ (globalThis);
    const files = [];
    for (const file of element.files) {
      const { file_id } = await holdfast.addFile(file);
      files.push({ file_id });
    }
    const { task_id } = await holdfast.submit({ type: 'checksum', input: { files } });
    return { task_id, files: files.length };
  });
}

/**
 * Watches the task until its end, or until the page is gone.
 *
 * @param {string} task_id
 * @param {string} [after] the id of the last event that was seen
 */
function follow(task_id, after) {
  return page
    .evaluate(
      async ([task_id, after]) => {
        const { holdfast, printFrame } = /** @type {any} */ (globalThis);
        for await (const _ of holdfast.watch(task_id, { after, onFrame: printFrame }));
      },
      [task_id, after],
    )
    .catch((error) => {
      if (!/context was destroyed|navigation/i.test(error.message)) throw error;
    });
}

/**
 * Stops the service worker and then reloads the page, about half way and after a checkpoint.
 *
 * @param {string} task_id
 * @param {Awaited<ReturnType<typeof collectFrames>>} stream
 * @param {Promise<void>} end of the watch
 * @returns {Promise<boolean>} false when the task was over before
 */
async function interrupt(task_id, stream, end) {
  for (;;) {
    const frame = stream.next();
    const task = await get(task_id);
    if (isFinished(task)) return false;
    if (task.checkpoint_at && task.done * 2 >= task.total) break;
    await Promise.race([frame, end]);
  }
  await stopServiceWorker(page);
  say('the service worker is stopped; its stream is broken');
  await Promise.race([stream.next(), end]);
  if (isFinished(await get(task_id))) {
    say('the task was over before the page could be reloaded');
    return false;
  }
  await page.reload();
  say('the page is reloaded; it, the executor and the job’s worker are new');
  await ready();
  return true;
}

/**
 * @param {string} task_id
 * @param {string} text of all frames
 * @param {boolean} stopped
 * @param {number} ms
 */
async function verdict(task_id, text, stopped, ms) {
  const task = await get(task_id);
  say(`${task.status} after ${(ms / 1000).toFixed(1)} s; node:crypto reads the same files`);
  const digests = [];
  for (const path of paths) digests.push(await sha256(path));

  const checks = digests.map((digest, i) => {
    const { name = paths[i], digest: got = 'no digest' } = task.result?.files[i] ?? {};
    return check(got === digest, `${got}  ${name}`, `node:crypto has ${digest}`);
  });
  const ids = idsIn(text);
  const inOrder = ids.length === Number(task.last_event_id) && ids.every((id, i) => id === i + 1);
  checks.push(check(inOrder, `ids 1 to ${task.last_event_id}, each once and in order`, `they were ${ids.join(' ')}`));
  if (stopped) {
    const start = new RegExp(`"done":(\\d+),[^\\n]*"attempt":${task.attempt}\\b`).exec(text)?.[1];
    const resumed = task.attempt > 1 && Number(start) > 0;
    checks.push(check(resumed, `attempt ${task.attempt} went on at byte ${count(Number(start))}`, 'it began anew'));
  } else {
    say('Too quick to be stopped in the middle: a checkpoint is taken about once a second. Try more or larger files.');
  }
  return checks.every(Boolean);
}

/**
 * @param {boolean} holds
 * @param {string} what
 * @param {string} otherwise
 */
function check(holds, what, otherwise) {
  console.log(holds ? `   ok  ${what}` : `NOT OK  ${what}: ${otherwise}`);
  return holds;
}

/** @param {string} task_id */
function get(task_id) {
  return page.evaluate((task_id) => /** @type {any} */ (globalThis).holdfast.get(task_id), task_id);
}

/** @param {{ status: string }} task */
function isFinished({ status }) {
  return ['completed', 'failed', 'canceled'].includes(status);
}

/** @param {string} text */
function idsIn(text) {
  return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}

/** @param {string} path */
async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

async function bytes() {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function checkArguments() {
  if (paths.length === 0) refuse('npm run demo -- FILE…\nName at least one file; some hundred MB show most.');
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (!found) refuse(`There is no file ${path}.`);
    if (!found.isFile()) refuse(`${path} is not a file.`);
    await access(path, constants.R_OK).catch(() => refuse(`${path} cannot be read.`));
  }
  if (!findChromium()) refuse('No Chromium was found: npm run setup installs one.');
}

function build() {
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vite, 'build'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) refuse(`${stdout}${stderr}The app could not be built.`, 1);
}

/**
 * @param {string} why
 * @returns {never}
 */
function refuse(why, code = 2) {
  console.error(why);
  process.exit(code);
}

/** @param {string} text */
function say(text) {
  console.log(`── ${text}`);
}

/** @param {number} number */
function count(number) {
  return number.toLocaleString('en');
}

/**
 * @param {number} number
 * @param {string} noun
 */
function plural(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
