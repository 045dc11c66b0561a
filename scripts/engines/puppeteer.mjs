import puppeteer from 'puppeteer-core';

/**
 * A stock Firefox over WebDriver BiDi.
 *
 * @param {string} executablePath
 * @param {Record<string, unknown>} prefs
 * @param {number} limit how long the page may take, in ms
 * @returns {Promise<import('./driver.mjs').Browser>}
 */
export async function launchFirefox(executablePath, prefs, limit) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    extraPrefsFirefox: prefs,
    protocolTimeout: limit,
    timeout: 120_000,
  });
  return {
    async results(url) {
      const [page = await browser.newPage()] = await browser.pages();
      await page.goto(url);
      return /** @type {Promise<string>} */ (page.evaluate('results'));
    },
    close: () => browser.close(),
  };
}
