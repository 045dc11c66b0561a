/** What is alive in each thread of a site, after a garbage collection. */

/** Objects that hold something open. */
const HANDLES = [
  'MessagePort',
  'BroadcastChannel',
  'IDBDatabase',
  'ReadableStream',
  'AbortController',
  'EventSource',
  'FileSystemSyncAccessHandle',
];

/** One that ends just when it is asked sometimes never answers, and is not said to be gone either (seen once in 430 rounds). */
const ANSWER_MS = 20_000;

/**
 * @typedef {object} Thread
 * @property {string} name "service worker", or the worker's own
 * @property {number} heap in bytes
 * @property {number} handles open, of all kinds
 */

/**
 * @param {import('@playwright/test').CDPSession} browser a session of the browser itself
 * @returns {Promise<Thread[]>} the service worker and all dedicated workers
 */
export async function workersOf(browser) {
  const { targetInfos } = await browser.send('Target.getTargets', { filter: [{}] });
  const threads = targetInfos.filter(({ type }) => type === 'service_worker' || type === 'worker');
  const measured = await Promise.all(
    threads.map(async ({ targetId, type, title }) => {
      const thread = await attached(browser, targetId, aliveIn);
      return thread && { name: type === 'worker' ? title : 'service worker', ...thread };
    }),
  );
  return measured.filter((thread) => thread !== null);
}

/**
 * @param {import('@playwright/test').CDPSession} session of a page
 * @returns {Promise<Thread & { elements: number }>} also those that are in no document any more
 */
export async function pageOf(session) {
  /** @type {Send} */
  const send = (method, params) => session.send(/** @type {any} */ (method), params);
  return { name: 'page', ...(await aliveIn(send)), elements: await countOf(send, 'HTMLElement') };
}

/** @typedef {(method: string, params?: object) => Promise<any>} Send */

/** @param {Send} send */
async function aliveIn(send) {
  // Twice: what a finalizer let go of goes with the second.
  await send('HeapProfiler.collectGarbage');
  await send('HeapProfiler.collectGarbage');
  const { usedSize } = await send('Runtime.getHeapUsage');
  let handles = 0;
  for (const name of HANDLES) handles += await countOf(send, name);
  return { heap: usedSize, handles };
}

/**
 * @param {Send} send
 * @param {string} name
 */
async function countOf(send, name) {
  const objectGroup = 'soak';
  const prototype = await send('Runtime.evaluate', { expression: `globalThis.${name}?.prototype`, objectGroup });
  const prototypeObjectId = prototype.result.objectId;
  if (prototypeObjectId === undefined) return 0;
  const { objects } = await send('Runtime.queryObjects', { prototypeObjectId, objectGroup });
  await send('Runtime.releaseObjectGroup', { objectGroup });
  return Number(/\((\d+)\)/.exec(objects.description)?.[1]);
}

/**
 * Playwright has no sessions of nested workers: this one speaks through the browser's.
 *
 * @template T
 * @param {import('@playwright/test').CDPSession} browser
 * @param {string} targetId
 * @param {(send: Send) => Promise<T>} work
 * @returns {Promise<T | null>} null when the thread ended meanwhile
 */
async function attached(browser, targetId, work) {
  const found = await browser.send('Target.attachToTarget', { targetId, flatten: false }).catch(() => null);
  if (!found) return null;
  const { sessionId } = found;
  /** @type {Map<number, { resolve: (result: unknown) => void, reject: (error: Error) => void }>} */
  const asked = new Map();
  let last = 0;
  const gone = new Error('the thread has ended');
  const hear = (/** @type {{ sessionId: string, message: string }} */ event) => {
    if (event.sessionId !== sessionId) return;
    const { id, result, error } = JSON.parse(event.message);
    if (error) asked.get(id)?.reject(new Error(error.message));
    else asked.get(id)?.resolve(result);
  };
  const leave = (/** @type {{ sessionId: string }} */ event) => {
    if (event.sessionId === sessionId) for (const { reject } of asked.values()) reject(gone);
  };
  browser.on('Target.receivedMessageFromTarget', hear);
  browser.on('Target.detachedFromTarget', leave);
  try {
    return await work(async (method, params = {}) => {
      last += 1;
      const id = last;
      const message = JSON.stringify({ id, method, params });
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let timer;
      const answer = new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject });
        timer = setTimeout(reject, ANSWER_MS, gone);
        browser.send('Target.sendMessageToTarget', { sessionId, message }).catch(reject);
      });
      return answer.finally(() => {
        clearTimeout(timer);
        asked.delete(id);
      });
    });
  } catch (error) {
    if (error === gone) return null;
    throw error;
  } finally {
    browser.off('Target.receivedMessageFromTarget', hear);
    browser.off('Target.detachedFromTarget', leave);
    await browser.send('Target.detachFromTarget', { sessionId }).catch(() => {});
  }
}
