/** Chromium, started by hand: Playwright keeps its own pages awake, so that none of them can be frozen. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { launchOptions } from '../../scripts/browser.mjs';
import { stopServiceWorker } from '../../scripts/stop-service-worker.mjs';
import { LOOK, within } from './browser.mjs';

/** @typedef {import('./browser.mjs').Tab} Tab */
/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {{ origin: string, quotaSize?: number }} Quota without a size: as it was */

const CALL_MS = 20_000;
const STOP_MS = 3_000;
const STARTED_MS = 10_000;

/** @returns {Promise<import('./browser.mjs').Browser>} */
export async function launchChromium() {
  const profile = await mkdtemp(join(tmpdir(), 'holdfast-chaos-profile-'));
  let running = await start(profile);
  let opened = 0;
  /** @type {Quota | null} */
  let limit = null;
  /** @type {WeakMap<Tab, Page>} */
  const pages = new WeakMap();

  /** @param {Tab} tab */
  function pageOf(tab) {
    const page = pages.get(tab);
    if (!page) throw new Error(`tab ${tab.id} is of no browser`);
    return page;
  }

  /** @param {Page} page the one in front */
  async function startedUp(page) {
    const asked = running;
    asked.isStarted ||= await started(page).then(
      () => true,
      () => false,
    );
  }

  /** @param {Tab} tab @param {(session: import('@playwright/test').CDPSession) => Promise<unknown>} use */
  async function withSession(tab, use) {
    const session = await pageOf(tab).context().newCDPSession(pageOf(tab));
    try {
      await use(session);
    } finally {
      await session.detach().catch(() => {});
    }
  }

  return {
    async open(url) {
      const page = await running.context.newPage();
      opened += 1;
      await page.goto(url, { waitUntil: 'commit' });
      await startedUp(page);
      /** @type {Tab} */
      const tab = {
        id: opened,
        call: (name, ...given) =>
          within(`${name} in tab ${tab.id}`, CALL_MS, page.evaluate(`chaos.${name}(...${JSON.stringify(given)})`)),
        look: () => within(`looking at tab ${tab.id}`, CALL_MS, page.evaluate(LOOK)),
        reload: async () => void (await page.reload({ waitUntil: 'commit' })),
        close: () => page.close(),
      };
      pages.set(tab, page);
      return tab;
    },
    async close() {
      await running.end();
      await rm(profile, { recursive: true, force: true, maxRetries: 10 });
    },
    powers: {
      stopServiceWorker: (tab) => within('stopping the service worker', STOP_MS, stopServiceWorker(pageOf(tab))),
      async crash(tab) {
        const page = pageOf(tab);
        const crashed = page.waitForEvent('crash');
        const session = await page.context().newCDPSession(page);
        // The answer never comes: who would send it is dead.
        session.send('Page.crash').catch(() => {});
        await crashed;
        await page.close();
      },
      async freeze(tab, frozen) {
        await withSession(tab, (session) =>
          session.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' }),
        );
      },
      hardReload: (tab) =>
        withSession(tab, async (session) => {
          const loaded = pageOf(tab).waitForEvent('domcontentloaded');
          await session.send('Page.reload', { ignoreCache: true });
          await loaded;
        }),
      limitStorage(origin, bytes) {
        limit = bytes === null ? null : { origin, quotaSize: bytes };
        return running.overrideQuota(limit ?? { origin });
      },
      async kill() {
        await running.kill();
        running = await start(profile);
        if (limit) await running.overrideQuota(limit);
      },
    },
  };
}

/**
 * Chromium (156) has started up once its page in front has come to rest, some two seconds after that was loaded, if no streams of tasks are
 * open. If that page is frozen or goes before, it waits for three minutes, and updates no service worker meanwhile.
 *
 * @param {Page} page
 */
const started = (page) =>
  within(
    'starting up',
    STARTED_MS,
    // An update waits for it too. Without a network it is tried and fails.
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update().catch(() => {});
    }),
  );

/** @param {string} profile */
async function start(profile) {
  const { executablePath = chromium.executablePath(), args = [], chromiumSandbox } = launchOptions();
  const own = ['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(executablePath, [...args, ...(chromiumSandbox ? [] : ['--no-sandbox']), ...own], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  /** @type {string} */
  const address = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The browser ended with ${code}.`)));
    let text = '';
    child.stderr.on('data', (data) => {
      text += data;
      const listening = /DevTools listening on (\S+)/.exec(text)?.[1];
      if (listening) resolve(listening);
    });
  });
  const browser = await chromium.connectOverCDP(address, { noDefaults: true });
  const [context] = browser.contexts();
  if (!context) throw new Error('The browser has no context.');
  // A quota lasts as long as the session that set it: this one is of a page that no fault reaches.
  const session = await context.newCDPSession(context.pages()[0] ?? (await context.newPage()));
  /** @param {Quota} quota */
  const overrideQuota = async (quota) => void (await session.send('Storage.overrideQuotaForOrigin', quota));
  /** @param {NodeJS.Signals} signal */
  const end = async (signal) => {
    // It may have ended by itself.
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    await browser.close().catch(() => {});
  };
  return { context, isStarted: false, overrideQuota, end: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}
