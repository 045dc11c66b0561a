#!/usr/bin/env node
// Rounds of faults: `npm run chaos -- --rounds N --seed S`, one again with `--seed S --round K`, a part of many with `--from K`; `--jobs 2` at a time; `--engine firefox` or `webkit`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchers } from './launchers.mjs';
import { playRound } from './round.mjs';
import { scheduleOf } from './schedule.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    from: { type: 'string', default: '0' },
    round: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    engine: { type: 'string', default: 'chromium' },
    dist: { type: 'string', default: join(root, 'dist') },
    report: { type: 'string' },
  },
});
const { seed, dist } = values;
const engine = /** @type {import('./schedule.mjs').Engine} */ (values.engine);
if (!Object.hasOwn(launchers, engine)) throw new RangeError(`There is no engine ${engine}.`);
for (const name of /** @type {const} */ (['rounds', 'from', 'round', 'jobs'])) {
  if (!/^\d+$/.test(values[name] ?? '0')) throw new RangeError(`--${name} takes a whole number.`);
}

if (Number(values.jobs) === 0) throw new RangeError('--jobs takes at least 1: with none, no round would be played.');

const rounds =
  values.round === undefined
    ? Array.from({ length: Number(values.rounds) }, (_, i) => Number(values.from) + i)
    : [Number(values.round)];
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {Record<string, number>} */
const made = {};
/** @type {number[]} */
const settled = [];
let revived = 0;
const versions = { deployed: 0, reached: 0, putOff: 0 };
const start = performance.now();

const launch = launchers[engine]();
if (!launch) {
  console.log(`${engine} is not there: skipped`);
  total.skipped += 1;
} else {
  console.log(`${engine}, seed ${seed}`);
  await Promise.all(Array.from({ length: Number(values.jobs) }, () => play(launch)));
}

settled.sort((a, b) => a - b);
const faults = Object.entries(made).sort(([, a], [, b]) => b - a);
console.log(
  `${faults.reduce((sum, [, count]) => sum + count, 0)} faults: ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}`,
);
console.log(
  `${versions.deployed} versions deployed, a page came to ${versions.reached} of them, the browser put ${versions.putOff} off; ${revived} crashed tasks started again`,
);
const quantile = (/** @type {number} */ q) => settled[Math.min(settled.length - 1, Math.floor(q * settled.length))];
console.log(
  `settled after the last fault: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, most ${settled.at(-1)} ms`,
);
console.log(`${((performance.now() - start) / 1000).toFixed(0)} s`);
if (values.report) writeFileSync(values.report, JSON.stringify(total));
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);

/**
 * One round after the other, in a browser of its own, while there are any left.
 *
 * @param {NonNullable<ReturnType<typeof launchers.chromium>>} launch
 */
async function play(launch) {
  let browser = await launch();
  for (let round = rounds.shift(); round !== undefined; round = rounds.shift()) {
    const schedule = scheduleOf(seed, round, engine);
    const began = performance.now();
    const { wrong, history, made: faults, settled_ms, ...rest } = await playRound(schedule, browser, dist);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    for (const fault of faults) made[fault] = (made[fault] ?? 0) + 1;
    if (settled_ms >= 0) settled.push(settled_ms);
    revived += rest.revived;
    versions.deployed += rest.versions.deployed;
    versions.reached += rest.versions.reached;
    versions.putOff += rest.versions.putOff;
    if (wrong.length === 0) {
      total.passed += 1;
      console.log(`  ✓ round ${round}: ${seconds} s, settled in ${settled_ms} ms: ${faults.join(', ')}`);
      continue;
    }
    total.failed += 1;
    console.log(`  ✘ round ${round}: ${seconds} s: ${faults.join(', ')}`);
    for (const line of wrong.slice(0, 20)) console.log(`    ${line.slice(0, 2_000)}`);
    const folder = join(root, 'test-results', 'chaos');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${engine}-${seed}-${round}.json`);
    writeFileSync(file, JSON.stringify({ wrong, schedule, history }, null, 1));
    console.log(`    schedule: ${JSON.stringify(schedule)}`);
    console.log(`    history: ${file}`);
    console.log(`    again: npm run chaos -- --engine ${engine} --seed ${seed} --round ${round}`);
    // Whatever it was, the next round begins with a browser that had no part in it.
    await browser.close();
    browser = await launch();
  }
  await browser.close();
}
