#!/usr/bin/env node
// The test run: `npm test`; or with `npm test -- all` more; or one part whole with `unit`, `e2e`, `engines`, `chaos`, `long` or `big`: what follows goes to that runner.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ passed: number, failed: number, skipped: number }} Count */

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
const PARTS = ['unit', 'e2e', 'engines', 'chaos'];
/** `npm test` takes ten minutes at most: it leaves the jobs' gate, and all browser tests but these, to `all`. */
const GATE = 'test/unit/gate/**';
const SHORT = ['checksum', 'collector', 'erase', 'offline', 'resume', 'size', 'stop', 'storage', 'update'];
/** The same rounds in every run, in which every fault comes at least once: others are for `npm run chaos`. */
const ROUNDS = ['--rounds=20', '--seed=1041', '--jobs=2'];
/** Browser tests that say in a tag that others are not to run beside them, for they hold the product to a time; or that they take long. */
const ALONE = '@alone';
const LONG = '@long';
/** Not a part of everything: what takes long; jobs over more than two gibibytes each, and an export of as much. */
const APART = ['long', 'big'];
const [asked, ...rest] = process.argv.slice(2);
const isShort = asked === undefined;
const part = asked === 'all' ? undefined : asked;

/** @type {Count} */
const total = { passed: 0, failed: 0, skipped: 0 };
try {
  run();
} catch (error) {
  console.error(error);
  total.failed += 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);

function run() {
  if (part !== undefined && ![...PARTS, ...APART].includes(part)) {
    console.error(`There is all, ${[...PARTS, ...APART].join(', ')}, but no ${part}.`);
    total.failed += 1;
    return;
  }
  if (asked === 'all' && rest.length > 0) {
    console.error(`With all, ${rest.join(' ')} would go to no runner.`);
    total.failed += 1;
    return;
  }
  const [unit, e2e, engines, chaos] = PARTS.map((each) => part === undefined || part === each);
  const [long, big] = APART.map((each) => part === each);
  const browsers = engines ? [] : ['chromium'];
  if ((e2e || engines || chaos || long || big) && !step('setup', ['scripts/setup.mjs', ...browsers])) return;
  if (!step('typecheck', [bin('typescript', 'tsc'), '-b'])) return;
  if (!step('lint', [bin('@biomejs/biome', 'biome'), 'check'])) return;
  if ((e2e || chaos || long || big) && !step('build', [bin('vite', 'vite'), 'build'])) return;
  if (unit) add(vitest());
  if (e2e && rest.length > 0) add(playwright());
  else if (e2e) {
    const files = isShort ? [`/(?:${SHORT.join('|')})\\.spec\\.ts`] : [];
    add(playwright(['--grep-invert', `${ALONE}|${LONG}`, ...files]));
    add(playwright(['--grep', ALONE, '--workers', '1', ...files]));
  }
  if (engines) add(allEngines());
  if (chaos) add(allRounds());
  if (long) add(playwright(['--grep', LONG]));
  if (big) add(playwright(['gate.spec.ts', 'export.spec.ts', '--grep', 'memory'], { HOLDFAST_BIG: '1' }));
}

/**
 * A step counts only when it fails.
 *
 * @param {string} title
 * @param {string[]} args of node
 */
function step(title, args) {
  const ok = node(title, args) === 0;
  if (!ok) {
    console.error(`\n${title} failed`);
    total.failed += 1;
  }
  return ok;
}

/** @returns {Count} */
function vitest() {
  const report = join(reports, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const status = node('unit', [
    bin('vitest', 'vitest'),
    'run',
    ...reporters,
    ...(isShort ? ['--exclude', GATE] : part ? rest : []),
  ]);
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
 * @returns {Count}
 */
function playwright(only = [], env = {}) {
  const report = join(reports, 'playwright.json');
  const status = node(
    'e2e',
    [bin('@playwright/test', 'playwright'), 'test', '--reporter=list,json', ...only, ...(part ? rest : [])],
    { PLAYWRIGHT_JSON_OUTPUT_FILE: report, ...env },
  );
  return settle(status, report, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
  }));
}

/** @returns {Count} each check counts once an engine; an engine that is not there is skipped */
function allEngines() {
  const report = join(reports, 'engines.json');
  const status = node('engines', ['scripts/engines.mjs', `--report=${report}`, ...(part ? rest : [])]);
  return settle(status, report, (result) => result);
}

/** @returns {Count} each round counts */
function allRounds() {
  const report = join(reports, 'chaos.json');
  const status = node('chaos', ['test/chaos/main.mjs', ...ROUNDS, `--report=${report}`, ...(part ? rest : [])]);
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
 * @param {Record<string, string>} [env]
 */
function node(title, args, env) {
  console.log(`\n── ${title}`);
  const { status, error } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) throw error;
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
