#!/usr/bin/env node
// Breaks the product in one place at a time and demands that the test that promises the opposite goes red: `npm run mutate`, or
// `npm run mutate -- fence hop` for the mutations whose names contain a word. No file is changed (see test/mutations/vitest.config.ts).
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ name: string, file: string, edits: [string, string][], test: [file: string, name: string] }} Mutation */
/** @typedef {{ status: string, fullName: string }} Result */

const TIMEOUT_MS = 120_000;
const WHOLE_TIMEOUT_MS = 600_000;
const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const reports = mkdtempSync(join(tmpdir(), 'holdfast-mutate-'));
process.once('exit', () => rmSync(reports, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const words = process.argv.slice(2);
/** @type {Mutation[]} */
const all = JSON.parse(readFileSync(join(root, 'test/mutations/mutations.json'), 'utf8'));
const mutations = all.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

const files = new Set(mutations.map(({ test: [file] }) => file));
const whole = await run(null, [...files, ...only(mutations.map(({ test: [, name] }) => name))]);
const queue = [...mutations];
/** @type {Map<Mutation, string>} */
const verdicts = new Map();
await Promise.all(Array.from({ length: Math.max(1, Math.floor(availableParallelism() / 2)) }, work));

const width = Math.max(...mutations.map(({ name }) => name.length));
for (const mutation of mutations) console.log(`${mutation.name.padEnd(width)}  ${verdicts.get(mutation)}`);
const dead = [...verdicts.values()].filter((verdict) => verdict === 'dead').length;
console.log(`\n${dead} of ${mutations.length} dead`);
process.exitCode = mutations.length > 0 && dead === mutations.length ? 0 : 1;

async function work() {
  for (let next = queue.shift(); next; next = queue.shift()) verdicts.set(next, await judge(next));
}

/**
 * @param {Mutation} mutation
 * @returns {Promise<string>}
 */
async function judge({ name, file, edits, test: [testFile, testName] }) {
  const text = readFileSync(join(root, file), 'utf8');
  const lost = edits.find(([find]) => text.split(find).length !== 2);
  if (lost) return `LOST: not once in ${file}: ${JSON.stringify(lost[0].trim())}`;
  const sound = named(whole, testName);
  if (sound.length === 0) return `LOST: no test is named "${testName}"`;
  if (sound.some(({ status }) => status !== 'passed')) return 'RED WITHOUT IT';
  const results = await run(name, [testFile, ...only([testName])]);
  if (results === 'late') return 'dead';
  return named(results, testName).some(({ status }) => status === 'failed') ? 'dead' : 'SURVIVED';
}

/**
 * @param {string[]} names of tests
 * @returns {string[]} what tells vitest to run them alone
 */
function only(names) {
  return ['-t', names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')];
}

/**
 * @param {Result[] | 'late'} results
 * @param {string} name
 */
function named(results, name) {
  return results === 'late' ? [] : results.filter(({ fullName }) => fullName.includes(name));
}

/**
 * Resolves with what each test came to, or "late" for a run that had to be killed.
 *
 * @param {string | null} mutation
 * @param {string[]} args of vitest
 * @returns {Promise<Result[] | 'late'>}
 */
function run(mutation, args) {
  const report = join(reports, `${mutation ?? 'none'}.json`);
  const config = join(root, 'test/mutations/vitest.config.ts');
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--config', config, '--reporter=json', `--outputFile=${report}`, ...args],
    { cwd: root, stdio: 'ignore', env: { ...process.env, HOLDFAST_MUTATION: mutation ?? '' } },
  );
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        stop();
        resolve('late');
      },
      mutation === null ? WHOLE_TIMEOUT_MS : TIMEOUT_MS,
    );
    child.once('error', reject);
    child.once('exit', () => {
      clearTimeout(timer);
      process.off('exit', stop);
      resolve(resultsIn(report));
    });
  });
}

/**
 * @param {string} report
 * @returns {Result[]}
 */
function resultsIn(report) {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    return testResults.flatMap((/** @type {{ assertionResults: Result[] }} */ file) => file.assertionResults);
  } catch (error) {
    console.error(`vitest wrote no report: ${error}`);
    return [];
  }
}
