import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A browser that Playwright drives.
 *
 * @param {import('@playwright/test').BrowserType} type
 * @param {NonNullable<Parameters<import('@playwright/test').BrowserType['launchPersistentContext']>[1]>} options
 * @returns {Promise<import('./driver.mjs').Browser>}
 */
export async function launchPlaywright(type, options) {
  // On disk: what browsers keep of a private window lies in memory, or has no OPFS.
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-engines-'));
  const context = await type.launchPersistentContext(profile, options);
  return {
    async results(url) {
      const page = context.pages()[0] ?? (await context.newPage());
      await page.goto(url);
      return page.evaluate('results');
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
