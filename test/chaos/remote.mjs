/** Tabs over WebDriver, or what is much like it: one command at a time, to the tab that was switched to. */
import { setTimeout as pause } from 'node:timers/promises';
import { LOOK, within } from './browser.mjs';

/** @typedef {import('./browser.mjs').Tab} Tab */

/**
 * @typedef {object} Remote the few commands that a driver has to know
 * @property {() => Promise<string>} currentTab
 * @property {() => Promise<string>} newTab resolves with its handle
 * @property {(handle: string) => Promise<unknown>} switchTo
 * @property {(url: string) => Promise<unknown>} go
 * @property {() => Promise<unknown>} refresh
 * @property {() => Promise<unknown>} closeTab
 * @property {(script: string) => Promise<any>} run what the script returns
 * @property {() => Promise<void>} end
 */

const CALL_MS = 20_000;
const LOOK_MS = 20;

/**
 * @param {Remote} remote
 * @returns {import('./browser.mjs').Browser}
 */
export function remoteBrowser(remote) {
  let opened = 0;
  /** The window that was there first: it stays, and the others are opened from it. @type {string | undefined} */
  let base;
  /** @type {Promise<unknown>} */
  let before = Promise.resolve();

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  function inTurn(work) {
    const now = before.then(work);
    before = now.catch(() => {});
    return now;
  }

  /** @template T @param {string} handle @param {() => Promise<T>} work */
  const inTab = (handle, work) => inTurn(() => remote.switchTo(handle).then(work));

  /** @param {string} handle @param {string} name @param {unknown[]} given */
  async function called(handle, name, given) {
    const call = JSON.stringify(JSON.stringify([name, ...given]));
    const ticket = await inTab(handle, () =>
      remote.run(`return typeof chaos === 'undefined' || !chaos.begin ? 0 : chaos.begin(${call})`),
    );
    if (!ticket) throw new Error('the probe is not there');
    for (;;) {
      const text = await inTab(handle, () =>
        remote.run(`return typeof chaos === 'undefined' || !chaos.ended ? '{}' : chaos.ended(${ticket})`),
      );
      const answer = JSON.parse(text);
      if (answer.error) throw new Error(answer.error);
      if ('value' in answer) return answer.value;
      await pause(LOOK_MS);
    }
  }

  return {
    async open(url) {
      const handle = await inTurn(async () => {
        base ??= await remote.currentTab();
        await remote.switchTo(base);
        return remote.newTab();
      });
      opened += 1;
      const id = opened;
      await inTab(handle, () => remote.go(url));
      return {
        id,
        call: (name, ...given) => within(`${name} in tab ${id}`, CALL_MS, called(handle, name, given)),
        look: () => inTab(handle, () => remote.run(`return ${LOOK}`)),
        reload: async () => void (await inTab(handle, remote.refresh)),
        close: async () => void (await inTab(handle, remote.closeTab)),
      };
    },
    close: remote.end,
    powers: {},
  };
}
