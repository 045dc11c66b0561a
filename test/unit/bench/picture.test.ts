import { expect, test } from 'vitest';
import { picture } from '../../../scripts/bench/picture.mjs';
import { cellsOf } from '../../../scripts/bench/race-table.mjs';

const only = (value: number) => ({ value, low: value, high: value, samples: 1 });
const race = {
  browser: 'a browser',
  lines: [
    { what: 'latency', unit: 'ms', less: true, results: { holdfast: only(5), comlink: only(1), server: only(3) } },
  ],
  shipped: { holdfast: 125_754, comlink: 6_100 },
  skipped: {},
};

test('the picture has every line of the table, also what is shipped', () => {
  const lines = cellsOf(race).slice(1);
  const drawn = picture(race);
  expect(lines.map(([name = '']) => name)).toEqual(['latency, ms', 'shipped to the page, kB gzipped']);
  for (const [name = ''] of lines) expect(drawn).toContain(`>${name.split(', ')[0]} <`);
  expect(drawn).toContain('>126 kB gzipped<');
});

test('a server ships nothing, and has no bar', () => {
  const drawn = picture(race);
  expect(drawn).toContain('>0 kB gzipped<');
  expect(drawn).not.toMatch(/NaN|Infinity/);
});
