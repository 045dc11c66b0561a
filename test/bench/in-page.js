/** What `scripts/bench/app.mjs` asks of a page of either app; a plain script, put before the page's own. */

const STEP_MS = 50;

/** @type {PerformanceEntry[]} */
const longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries())).observe({ type: 'longtask' });

const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
const frame = () => new Promise(requestAnimationFrame);
/** @type {PromiseWithResolvers<number>} */
const interactive = Promise.withResolvers();

/** @param {number} ms */
async function longTasksOf(ms) {
  const from = performance.now();
  await pause(ms);
  return longTasks.filter(({ startTime }) => startTime >= from).map(({ duration }) => duration);
}

/**
 * @param {number} streams
 * @param {number} ms
 */
async function bareStreams(streams, ms) {
  const stop = bareApp.follow(streams);
  const long = await longTasksOf(ms);
  stop();
  return { rate: 1000 / STEP_MS, long };
}

/**
 * @param {number} tasks
 * @param {number} ms
 */
async function ourStreams(tasks, ms) {
  location.hash = '#/tasks';
  await holdfast.configure({ running_limit: tasks });
  const input = { steps: 100_000, step_ms: STEP_MS };
  const begun = await holdfast.submitAll(Array.from({ length: tasks }, () => ({ type: 'countdown', input })));
  const look = () => Promise.all(begun.map(({ task_id }) => holdfast.get(task_id)));
  const events = async () => (await look()).reduce((sum, task) => sum + Number(task.last_event_id), 0);
  while ((await look()).some(({ done }) => done < 3)) await pause(100);
  const [before, from] = [await events(), performance.now()];
  const long = await longTasksOf(ms);
  const rate = ((await events()) - before) / ((performance.now() - from) / 1000) / tasks;
  await Promise.all(begun.map(({ task_id }) => holdfast.cancel(task_id)));
  await Promise.all(begun.map(({ task_id }) => holdfast.remove(task_id)));
  return { rate, long };
}

/** @param {number} rows */
async function fillOurs(rows) {
  const draft = { type: 'countdown', run_at: '2999-01-01T00:00:00.000Z' };
  for (let made = 0; made < rows; made += 1_000) await holdfast.submitAll(Array.from({ length: 1_000 }, () => draft));
  location.hash = '#/tasks';
}

const inPage = {
  /** In ms since the page was asked for. */
  interactive: interactive.promise,

  /** @param {string} selector of what is there once the service worker has answered and the page has drawn what it said */
  awaitInteractive(selector) {
    const watcher = new MutationObserver(() => {
      if (!document.querySelector(selector)) return;
      watcher.disconnect();
      // Once it is painted.
      requestAnimationFrame(() => setTimeout(() => interactive.resolve(performance.now())));
    });
    watcher.observe(document, { subtree: true, childList: true, attributes: true });
  },

  /**
   * How many events a second each stream had, and the long tasks meanwhile, in ms.
   *
   * @param {'holdfast' | 'bare'} side
   * @param {number} streams
   * @param {number} ms
   */
  streamed: (side, streams, ms) => (side === 'bare' ? bareStreams(streams, ms) : ourStreams(streams, ms)),

  /**
   * @param {'holdfast' | 'bare'} side
   * @param {number} rows
   */
  fill: async (side, rows) => (side === 'bare' ? bareApp.list(rows) : fillOurs(rows)),

  /** A screen every few frames, from the top: how long each took, in ms. @param {number} count */
  async scrolled(count) {
    scrollTo(0, 0);
    await frame();
    const frames = [];
    let before = await frame();
    for (let i = 0; i < count; i += 1) {
      scrollBy(0, 400);
      const now = await frame();
      frames.push(now - before);
      before = now;
    }
    return frames;
  },
};

Object.assign(globalThis, { inPage });
