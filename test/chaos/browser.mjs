/** What a round needs of a browser; each engine has it in a file of its own. */

/**
 * @typedef {object} Tab
 * @property {number} id
 * @property {(name: string, ...given: unknown[]) => Promise<any>} call calls a method of the probe in the page; rejects when it takes too long
 * @property {() => Promise<string>} look the address and the text of what it shows, for whoever has to find out why the probe is not there
 * @property {() => Promise<void>} reload
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} Browser
 * @property {(url: string) => Promise<Tab>} open
 * @property {() => Promise<void>} close resolves when its processes are gone
 * @property {Partial<Powers>} powers what only this engine's driver can do
 */

/**
 * @typedef {object} Powers
 * @property {(tab: Tab) => Promise<void>} stopServiceWorker
 * @property {(tab: Tab) => Promise<void>} crash
 * @property {(tab: Tab, frozen: boolean) => Promise<void>} freeze
 * @property {(tab: Tab) => Promise<void>} hardReload
 * @property {(origin: string, bytes: number | null) => Promise<void>} limitStorage before the origin's first page is opened, or it is not noticed; null: as it was
 * @property {() => Promise<void>} kill SIGKILL, and a start on the same profile; no tab is left
 */

/** An expression for what a page shows, whatever page it is. */
export const LOOK =
  "[location.href, document.readyState, (document.body ?? document.documentElement).textContent.slice(0, 1000)].join(' ')";

/**
 * Rejects when it takes longer than `ms`.
 *
 * @template T
 * @param {string} what
 * @param {number} ms
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function within(what, ms, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
