/** What a first visit costs in bytes, as it arrives: gzipped. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzippedSize, scriptsAtFirstPaint, serviceWorkerSize } from '../../scripts/size.mjs';
import { dist, expect, test } from './app.ts';

const kB = 1000;

/** A word of each library that a job loads, which is in its code. */
const LIBRARIES = [
  'BAD_DELIMITER',
  'GlobalWorkerOptions',
  'sqlite3_',
  'onopentag',
  'repetition_type',
  'incorrect header check',
];

test('the service worker is under 35 kB, and holds no library of a job', () => {
  const { main, onDemand } = serviceWorkerSize(dist);
  // Less would be one without its parts.
  expect(main).toBeGreaterThan(20 * kB);
  expect(main).toBeLessThan(35 * kB);
  expect(onDemand).toBeGreaterThan(10 * kB);
  const code = (folder: string, like: RegExp) =>
    readdirSync(folder)
      .filter((name) => like.test(name))
      .map((name) => readFileSync(join(folder, name), 'utf8'));
  const scripts = code(dist, /^sw.*\.js$/);
  expect(scripts).toHaveLength(2);
  const jobs = code(join(dist, 'assets'), /\.js$/);
  for (const word of LIBRARIES) {
    expect
      .soft(
        scripts.filter((script) => script.includes(word)),
        word,
      )
      .toEqual([]);
    expect.soft(jobs.filter((script) => script.includes(word)).length, word).toBeGreaterThan(0);
  }
});

for (const [locale, own, other, budget] of [
  ['en-US', /^assets\/en-/, /^assets\/zh-/, 42 * kB],
  ['zh-CN', /^assets\/zh-/, /^assets\/en-/, 44 * kB],
] as const) {
  test.describe(locale, () => {
    test.use({ locale });

    test('what comes before the first paint is in budget, and has the words of one language', async ({
      page,
      site,
    }) => {
      await page.goto(site.url);
      const scripts = await scriptsAtFirstPaint(page);
      const sum = scripts.reduce((all, path) => all + gzippedSize(join(dist, path)), 0);
      console.log(`${locale}: ${sum} bytes at the first paint, in ${scripts.join(', ')}`);
      expect(scripts.filter((path) => own.test(path))).toHaveLength(1);
      expect(scripts.filter((path) => other.test(path))).toEqual([]);
      expect(sum).toBeGreaterThan(20 * kB);
      expect(sum).toBeLessThan(budget);
    });
  });
}
