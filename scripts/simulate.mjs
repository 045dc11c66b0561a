#!/usr/bin/env node
// More lives of the simulated world than `npm test` lives: `npm run simulate -- --runs 100000 --seed 7`. A failure prints the seed.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (/^-?\d+$/.test(value)) continue;
  console.error(`--${name} takes a whole number, not "${value}".`);
  process.exit(2);
}
console.log(`${values.runs} lives, seed ${values.seed}`);
const env = { ...process.env, HOLDFAST_RUNS: values.runs, HOLDFAST_SEED: values.seed };
const { status } = spawnSync('npx', ['vitest', 'run', 'test/unit/simulation'], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
