/** The app of a build and a bare one, opened as people do, in a browser of their own; a page cannot measure its own first load twice. */
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { launchOptions } from '../browser.mjs';

const TASKS = 8;
const WATCHED_MS = 5_000;
const ROWS = 10_000;
const FRAMES = 300;
/** Runs in each page before its own scripts. */
const hand = fileURLToPath(new URL('../../test/bench/in-page.js', import.meta.url));

/** What is there once the service worker has answered and the page has drawn what it said. */
const INTERACTIVE = { holdfast: 'main.start .job', bare: 'main.ready' };

/** @typedef {'holdfast' | 'bare'} Side */

/**
 * @param {Record<Side, string>} urls
 */
export function openApps(urls) {
  /** @type {Promise<import('@playwright/test').Browser> | undefined} */
  let browser;
  /** The page that stays open, of each side. @type {Map<string, Promise<import('@playwright/test').Page>>} */
  const open = new Map();

  /** @param {Side} side */
  async function fresh(side) {
    browser ??= chromium.launch(launchOptions());
    const context = await (await browser).newContext();
    await context.addInitScript({ path: hand });
    await context.addInitScript(`inPage.awaitInteractive(${JSON.stringify(INTERACTIVE[side])})`);
    return context.newPage();
  }

  /**
   * @param {import('@playwright/test').Page} page
   * @returns {Promise<number>} ms
   */
  const interactive = (page) => page.evaluate('inPage.interactive');

  /**
   * A page that is used for every sample of a kind.
   *
   * @param {string} what
   * @param {Side} side
   * @param {(page: import('@playwright/test').Page) => Promise<void>} [prepare]
   */
  function kept(what, side, prepare = async () => {}) {
    const key = `${what} ${side}`;
    const page =
      open.get(key) ??
      fresh(side).then(async (opened) => {
        await opened.goto(urls[side]);
        await interactive(opened);
        await opened.evaluate('navigator.serviceWorker.ready.then(() => {})');
        await prepare(opened);
        return opened;
      });
    open.set(key, page);
    return page;
  }

  /** @type {Record<string, (side: Side) => Promise<number[]>>} */
  const measures = {
    async 'first load'(side) {
      const page = await fresh(side);
      await page.goto(urls[side]);
      const ms = await interactive(page);
      await page.context().close();
      return [ms];
    },

    async 'offline reload'(side) {
      const page = await kept('offline reload', side, (opened) => opened.context().setOffline(true));
      await page.reload();
      return [await interactive(page)];
    },

    async 'long tasks'(side) {
      const page = await kept('long tasks', side);
      /** @type {{ rate: number, long: number[] }} */
      const { rate, long } = await page.evaluate(`inPage.streamed('${side}', ${TASKS}, ${WATCHED_MS})`);
      console.error(`${side}: ${TASKS} streams of ${rate.toFixed(1)} events/s, ${long.length} long tasks`);
      // Timers are late; far fewer events would measure something else.
      if (rate < 15) throw new Error(`The streams of ${side} had ${rate} events/s each.`);
      return [Math.max(0, ...long)];
    },

    async frames(side) {
      const page = await kept('frames', side, async (opened) => {
        await opened.evaluate(`inPage.fill('${side}', ${ROWS})`);
        if (side === 'bare') return;
        await opened.reload();
        await opened.getByRole('link', { name: `All ${ROWS.toLocaleString('en')}` }).waitFor();
      });
      return page.evaluate(`inPage.scrolled(${FRAMES})`);
    },
  };

  return {
    /**
     * @param {string} what
     * @param {Side} side
     */
    measure(what, side) {
      const measured = measures[what]?.(side);
      if (!measured) throw new RangeError(`Nothing measures ${what}.`);
      return measured;
    },
    close: async () => void (await (await browser)?.close()),
  };
}
