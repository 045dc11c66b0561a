/** How the browser of each engine is started; null where it is not there. */
import { firefox } from '@playwright/test';
import { findChromium, findFirefox, findWebKit } from '../../scripts/browser.mjs';
import { startFirefox } from '../../scripts/engines/marionette.mjs';
import { startWebKit } from '../../scripts/engines/webdriver.mjs';
import { launchChromium } from './chromium.mjs';
import { remoteBrowser } from './remote.mjs';

/** How long a page may take to load, in ms. */
const LOAD_MS = 30_000;
// Firefox keeps a service worker for 30 s after its last event; so little makes it stop all the time. It has a little longer for what it
// has begun: on a busy machine it would never be installed.
const restless = { 'dom.serviceWorkers.idle_timeout': 1_000, 'dom.serviceWorkers.idle_extended_timeout': 20_000 };

/** @type {Record<import('./schedule.mjs').Engine, () => (() => Promise<import('./browser.mjs').Browser>) | null>} */
export const launchers = {
  chromium: () => (findChromium() ? launchChromium : null),

  firefox() {
    const executable = findFirefox();
    // Playwright's own speaks no Marionette.
    if (!executable || executable === firefox.executablePath()) return null;
    return async () => {
      const { call, end } = await startFirefox(executable, restless, LOAD_MS);
      return remoteBrowser({
        currentTab: async () => (await call('WebDriver:GetWindowHandle', {})).value,
        newTab: async () => (await call('WebDriver:NewWindow', { type: 'tab' })).handle,
        switchTo: (handle) => call('WebDriver:SwitchToWindow', { handle }),
        go: (url) => call('WebDriver:Navigate', { url }),
        refresh: () => call('WebDriver:Refresh', {}),
        closeTab: () => call('WebDriver:CloseWindow', {}),
        run: async (script) => (await call('WebDriver:ExecuteScript', { script, args: [] })).value,
        end,
      });
    };
  },

  webkit() {
    const found = findWebKit();
    const { driver, browser } = found ?? {};
    if (!driver || !browser) return null;
    return async () => {
      const { call, end } = await startWebKit({ driver, browser }, LOAD_MS);
      return remoteBrowser({
        currentTab: () => call('GET', '/window'),
        newTab: async () => (await call('POST', '/window/new', { type: 'tab' })).handle,
        switchTo: (handle) => call('POST', '/window', { handle }),
        go: (url) => call('POST', '/url', { url }),
        refresh: () => call('POST', '/refresh', {}),
        closeTab: () => call('DELETE', '/window'),
        run: (script) => call('POST', '/execute/sync', { script, args: [] }),
        end,
      });
    };
  },
};
