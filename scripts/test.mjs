#!/usr/bin/env node
// The whole test run: `npm test`, or a part of it with `npm test -- unit`, `e2e`, `engines`, `chaos` or `big`; what follows goes to that runner.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const PARTS = ['unit', 'e2e', 'engines', 'chaos'];
/** The same rounds in every run: others are for `npm run chaos`. */
const ROUNDS = ['--rounds=20', '--seed=1'];
/** Not a part of everything: jobs over more than two gibibytes each. */
const BIG = 'big';
const [part, ...rest] = process.argv.slice(2);

/** @type {Count} */
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  await run();
} catch (error) {
  console.error(error);
  total.failed += 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);

async function run() {
  if (part !== undefined && ![...PARTS, BIG].includes(part)) {
    console.error(`There is ${PARTS.join(', ')}, but no ${part}.`);
    total.failed += 1;
    return;
  }
  const [unit, e2e, engines, chaos] = PARTS.map((each) => part === undefined || part === each);
  const big = part === BIG;
  const browsers = engines ? [] : ['chromium'];
  if ((e2e || engines || chaos || big) && !(await step('setup', ['scripts/setup.mjs', ...browsers]))) return;
  if (!(await step('typecheck', [bin('typescript', 'tsc'), '-b']))) return;
  if (!(await step('lint', [bin('@biomejs/biome', 'biome'), 'check']))) return;
  if ((e2e || chaos || big) && !(await step('build', [bin('vite', 'vite'), 'build']))) return;
  if (unit) add(await vitest());
  // What mostly waits for browsers goes on beside each other; what the second lane says is shown when the first is through.
  const second = inTurn([...(engines ? [allEngines] : []), ...(chaos ? [allRounds] : [])]);
  if (e2e) add(await playwright());
  for (const { count, output } of await second) {
    add(count);
    if (output) process.stdout.write(readFileSync(output));
  }
  if (big) add(await playwright(['gate.spec.ts', '--grep', 'memory'], { HOLDFAST_BIG: '1' }));
}

/**
 * @param {((output?: string) => Promise<Count>)[]} runners
 * @returns {Promise<{ count: Count, output: string | undefined }[]>} `output`: the file that holds what a runner said, when others run beside it
 */
async function inTurn(runners) {
  const done = [];
  for (const [i, run] of runners.entries()) {
    const output = part === undefined ? join(reports, `output-${i}.txt`) : undefined;
    done.push({ count: await run(output), output });
  }
  return done;
}

/**
 * A step counts only when it fails.
 *
 * @param {string} title
 * @param {string[]} args of node
 */
async function step(title, args) {
  const ok = (await node(title, args)) === 0;
  if (!ok) {
    console.error(`\n${title} failed`);
    total.failed += 1;
  }
  return ok;
}

/** @returns {Promise<Count>} */
async function vitest() {
  const report = join(reports, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = await node('unit', [bin('vitest', 'vitest'), 'run', ...reporters, ...(part ? rest : [])]);
  return settle(status, report, (result) => ({
    passed: result.numPassedTests,
    // A file that cannot be loaded has no tests to count.
    failed:
      result.numFailedTests +
      result.testResults.filter(
        (/** @type {any} */ file) => file.status === 'failed' && file.assertionResults.length === 0,
      ).length,
    skipped: result.numPendingTests + result.numTodoTests,
  }));
}

/**
 * @param {string[]} [only]
 * @param {Record<string, string>} [env]
 * @returns {Promise<Count>}
 */
async function playwright(only = [], env = {}) {
  const report = join(reports, 'playwright.json');
  const status = await node(
    'e2e',
    [bin('@playwright/test', 'playwright'), 'test', '--reporter=list,json', ...only, ...(part ? rest : [])],
    { env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report, ...env } },
  );
  return settle(status, report, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

/** @param {string} [output] @returns {Promise<Count>} each check counts once an engine; an engine that is not there is skipped */
async function allEngines(output) {
  const report = join(reports, 'engines.json');
  const args = ['scripts/engines.mjs', `--report=${report}`, ...(part ? rest : [])];
  const status = await node('engines', args, { output });
  return settle(status, report, (result) => result);
}

/** @param {string} [output] @returns {Promise<Count>} each round counts */
async function allRounds(output) {
  const report = join(reports, 'chaos.json');
  const args = ['test/chaos/main.mjs', ...ROUNDS, `--report=${report}`, ...(part ? rest : [])];
  const status = await node('chaos', args, { output });
  return settle(status, report, (result) => result);
}

/**
 * @param {number} status of the runner
 * @param {string} report
 * @param {(result: any) => Count} count
 * @returns {Count} with at least one failure when the runner failed
 */
function settle(status, report, count) {
  const counted = existsSync(report)
    ? count(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 };
  return status === 0 ? counted : { ...counted, failed: Math.max(1, counted.failed) };
}

/** @param {Count} count */
function add(count) {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
}

/**
 * @param {string} title
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, output?: string | undefined }} [options] `output`: the file to write to instead of the terminal
 * @returns {Promise<number>}
 */
async function node(title, args, { env, output } = {}) {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', ...(output ? Array(2).fill(openSync(output, 'w')) : ['inherit', 'inherit'])],
    env: { ...process.env, ...env },
  });
  console.log(`\n── ${title}${output ? ' (shown at the end)' : ''}`);
  const [status] = await once(child, 'close');
  return status ?? 1;
}

/**
 * @param {string} name of a package
 * @param {string} command one of its commands
 */
function bin(name, command) {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
}
