/** How each engine is started. The page does the rest. */
import { chromium, firefox, webkit } from '@playwright/test';
import { findChromium, findFirefox, findWebKit, launchOptions } from '../browser.mjs';
import { launchFirefox } from './marionette.mjs';
import { launchPlaywright } from './playwright.mjs';
import { launchWebKit } from './webdriver.mjs';

/**
 * @typedef {object} Browser
 * @property {(url: string) => Promise<string>} results opens the page and resolves with what it hands over
 * @property {() => Promise<void>} close resolves when its processes are gone
 */

/**
 * @typedef {object} Run one opening of the page
 * @property {string} name
 * @property {string} query of the page's address
 * @property {(limit: number) => Promise<Browser>} launch
 */

// Firefox keeps a service worker for 30 s after its last event; so little makes it stop all the time.
const restless = { 'dom.serviceWorkers.idle_timeout': 1_000, 'dom.serviceWorkers.idle_extended_timeout': 1_000 };

/** @type {Record<string, () => Run[]>} none where the engine is not there */
export const runs = {
  chromium() {
    if (!findChromium()) return [];
    return [{ name: 'chromium', query: '', launch: () => launchPlaywright(chromium, launchOptions()) }];
  },

  firefox() {
    const found = findFirefox();
    if (!found) return [];
    /** @param {Record<string, string | number | boolean>} prefs */
    const launch = (prefs) => (/** @type {number} */ limit) =>
      found === firefox.executablePath()
        ? launchPlaywright(firefox, { firefoxUserPrefs: prefs })
        : launchFirefox(found, prefs, limit);
    return [
      { name: 'firefox', query: '', launch: launch({}) },
      { name: 'firefox, its service worker stopped all the time', query: '?themes=restarts', launch: launch(restless) },
    ];
  },

  webkit() {
    const found = findWebKit();
    if (!found) return [];
    const { driver, browser } = found;
    /** @param {number} limit */
    const launch = (limit) => (driver ? launchWebKit({ driver, browser }, limit) : launchPlaywright(webkit, {}));
    return [{ name: 'webkit', query: '', launch }];
  },
};
