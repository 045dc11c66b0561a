/** The tabs of a round: which are there, what each has recorded, and what it follows. */
import { setTimeout as pause } from 'node:timers/promises';
import { shownUpTo } from './feed.mjs';

/** @typedef {import('./browser.mjs').Tab} Tab */
/** @typedef {{ client: string, records: any[] }} Client one life of a tab, from one load to the next */

const READY_MS = 45_000;
/** When a page that has not come to life says how to go on. */
const LATE_MS = 6_000;
const LOOK_MS = 30;
/** What a canceled task leaves may be held by a worker that is still dying. */
const LEFTOVERS_MS = 12_000;
const FOLLOWED_MS = 30_000;
/** The product's client gives a connection up that was silent for 50 s. */
const SHOWN_MS = 60_000;
/** How long a page may take to load itself again once it was asked to. */
const PRESSED_MS = 5_000;
/** When a page that still asks for it is loaded again once more. */
const HEED_MS = 10_000;

const THREADS = ['service-worker', 'holdfast executor', 'holdfast job'];

/**
 * @param {import('./browser.mjs').Browser} browser
 * @param {string} url
 */
export function createCrew(browser, url) {
  /** @type {{ tab: Tab, frozen: boolean, client: Client, lives: number, heeded: number }[]} */
  let members = [];
  /** @type {Client[]} */
  const clients = [];
  /** @type {Client} */
  const notes = { client: 'faults', records: [] };
  /** @type {Set<string>} */
  const followed = new Set();
  /** @type {Map<string, string>} the last event that some tab has seen of each task */
  const seen = new Map();

  /** @param {string} name */
  function newClient(name) {
    const client = { client: name, records: [] };
    clients.push(client);
    return client;
  }

  /** @param {Tab} tab */
  function memberOf(tab) {
    const member = members.find((each) => each.tab === tab);
    if (!member) throw new Error(`tab ${tab.id} is gone`);
    return member;
  }

  /** The last life of a tab that has said something. @param {Tab} tab */
  const lastOf = (tab) =>
    clients.findLast(({ client, records }) => client.split('.')[0] === String(tab.id) && records.length > 0);

  /** @param {Tab} tab */
  async function drain(tab) {
    const member = memberOf(tab);
    let { client } = member;
    const records = await tab.call('take');
    // One that comes back from the back/forward cache (a reload that failed leaves it there) goes on with the life that it had.
    const earlier = client.records.length === 0 && records[0]?.kind !== 'life' ? lastOf(tab) : undefined;
    if (earlier) {
      client = earlier;
      member.client = earlier;
    }
    client.records.push(...records);
    for (const { kind, event, watcher, id } of records) {
      if (kind === 'event' && event !== 'complete') seen.set(watcher.split(' ')[0], id);
    }
  }

  /** Before it is: what runs there may end by it. */
  const noteLoad = () => notes.records.push({ kind: 'loaded again', begun: Date.now() });

  /** Of one that is about to go: it may be loading, and have nothing to say. @param {Tab} tab */
  const drainIfAlive = (tab) => drain(tab).catch(() => {});

  /** @param {Tab} tab @param {number} limit */
  async function ready(tab, limit = READY_MS) {
    const begun = performance.now();
    const end = begun + limit;
    let reloaded = false;
    for (;;) {
      const state = await tab
        .call('ready')
        .catch(() => tab.look())
        .catch(String);
      if (state === true) return;
      // A person does what the page says. Firefox, with so short an idle timeout, sometimes forgets to take a page under control; a
      // script that is lost on its way is not asked for again by any browser.
      const isLate = performance.now() > begun + LATE_MS && String(state).includes('load it again');
      if (!reloaded && (isLate || String(state).includes('Reloading usually helps'))) {
        reloaded = true;
        noteLoad();
        await tab.reload();
      }
      if (performance.now() > end) {
        await drainIfAlive(tab);
        throw new Error(`tab ${tab.id} was not ready after ${limit} ms: ${state}`);
      }
      await pause(LOOK_MS);
    }
  }

  /** Presses the button of a notice, and waits until the page has loaded itself again. @param {Tab} tab */
  async function press(tab) {
    const life = await tab.call('life');
    // It may be on its way before it can answer.
    await tab.call('press').catch(() => {});
    for (const end = performance.now() + PRESSED_MS; performance.now() < end; await pause(LOOK_MS)) {
      if ((await tab.call('life').catch(() => life)) !== life) return;
    }
    // By now it may go by itself, which ends this one; whether it comes back is seen by who waits for it.
    noteLoad();
    await tab.reload().catch(() => {});
  }

  /** Every other tab goes on where another one was; the rest begin at the beginning. @param {Tab} tab @param {string} task_id */
  const watch = (tab, task_id) =>
    tab.call('watch', task_id, ...(tab.id % 2 && seen.has(task_id) ? [seen.get(task_id)] : []));

  /** @param {Tab} tab */
  async function join(tab) {
    await ready(tab);
    for (const task_id of followed) await watch(tab, task_id);
  }

  const awake = () => members.filter(({ frozen }) => !frozen).map(({ tab }) => tab);

  return {
    count: () => awake().length,
    /** @param {number} which */
    pick: (which) => awake()[which % Math.max(1, awake().length)],
    clients: () => [notes, ...clients],
    /** @param {any} record */
    note: (record) => notes.records.push({ ...record, planned: record.at, at: Date.now() }),

    async open() {
      const tab = await browser.open(url);
      members.push({ tab, frozen: false, client: newClient(`${tab.id}`), lives: 1, heeded: Number.NEGATIVE_INFINITY });
      await join(tab);
      return tab;
    },

    /** Another life of the same tab. @param {Tab} tab @param {() => Promise<void> | undefined} reload */
    async renew(tab, reload) {
      await drainIfAlive(tab);
      const member = memberOf(tab);
      noteLoad();
      member.lives += 1;
      member.client = newClient(`${tab.id}.${member.lives}`);
      await reload();
      // Not waited for: the next fault may come while it loads.
      join(tab).catch(() => {});
    },

    /** @param {Tab} tab @param {() => Promise<void> | undefined} end */
    async end(tab, end) {
      await drainIfAlive(tab);
      members = members.filter((each) => each.tab !== tab);
      await end();
    },

    /** The browser is about to be killed. */
    async lose() {
      for (const tab of awake()) await drainIfAlive(tab);
      members = [];
    },

    /** @param {Tab} tab @returns {Promise<() => Promise<void>>} */
    async freeze(tab) {
      await drainIfAlive(tab);
      const member = memberOf(tab);
      member.frozen = true;
      try {
        await browser.powers.freeze?.(tab, true);
      } catch (error) {
        member.frozen = false;
        throw error;
      }
      return async () => {
        if (!members.includes(member)) return;
        await browser.powers.freeze?.(tab, false);
        member.frozen = false;
        // It may be on its way elsewhere: who opens it again sees to that.
        for (const task_id of followed) await watch(tab, task_id).catch(() => {});
      };
    },

    /** @param {string} task_id */
    follow(task_id) {
      followed.add(task_id);
      for (const tab of awake()) watch(tab, task_id).catch(() => {});
    },

    /** A person does what a tab asks for that an update left behind, and again after a while if it still does. */
    async heed() {
      for (const { tab } of members.filter(({ frozen, heeded }) => !frozen && performance.now() > heeded + HEED_MS)) {
        if (!(await tab.call('isOutdated').catch(() => false))) continue;
        memberOf(tab).heeded = performance.now();
        await this.renew(tab, () => press(tab));
        await ready(tab);
      }
    },

    /** Of which version each tab is; null of one that does not say it now. */
    versions: () => Promise.all(awake().map((tab) => tab.call('version').catch(() => null))),

    /** After the faults: a tab that did not load, or was left behind by an update, is loaded again. */
    async wake() {
      const versions = await this.versions();
      const newest = Math.max(...versions.map(Number));
      for (const [i, tab] of awake().entries()) {
        const isReady = await ready(tab, 5_000).then(
          () => true,
          () => false,
        );
        if (isReady && versions[i] === newest) continue;
        await this.renew(tab, () => tab.reload());
        await join(tab);
      }
      if (awake().length === 0) await this.open();
    },

    /** What is to be known once all has ended. @param {string[]} ids @param {number} deadline @param {boolean} stuck */
    async finish(ids, deadline, stuck) {
      /** @type {string[]} */
      const wrong = [];
      const [tab] = awake();
      if (!tab) throw new Error('no tab is left');
      /** @type {Record<string, any>} */
      const answers = {};
      if (stuck) {
        wrong.push('not every task came to its end');
        for (const to of THREADS) await tab.call('tell', to, { do: 'tell-state' });
        await pause(500);
      } else
        for (const task_id of ids) {
          answers[task_id] = await tab.call('inspect', task_id).catch(async (error) => {
            await drainIfAlive(tab);
            throw error;
          });
        }
      const ends = Object.entries(answers).map(([task_id, { task }]) => [task_id, task.last_event_id]);
      for (const each of stuck ? [] : awake()) {
        for (const task_id of ids) await watch(each, task_id);
        const end = Math.max(deadline, performance.now() + FOLLOWED_MS);
        for (;;) {
          const waiting = await each.call('watching', ends);
          if (waiting.length === 0) break;
          if (performance.now() > end) {
            wrong.push(`tab ${each.id} still waits for the end of ${waiting}`);
            break;
          }
          await pause(LOOK_MS);
        }
      }
      const end = performance.now() + LEFTOVERS_MS;
      let store = await tab.call('dump');
      const isCanceled = (/** @type {string} */ id) => answers[id]?.task.status === 'canceled';
      const left = () =>
        Object.keys(store.folder).some(isCanceled) ||
        store.stores.files.some((/** @type {any} */ { key: [owner] }) => isCanceled(owner.replace('task:', '')));
      while (left() && performance.now() < end) {
        await pause(LOOK_MS);
        store = await tab.call('dump');
      }
      const locks = await tab.call('locks');
      const newest = store.stores.meta.find((/** @type {any} */ { key }) => key === 'seq')?.value;
      for (const each of awake()) {
        await drain(each);
        // One whose connection is silent asks again after a while. How far it came is the checker's to judge.
        const end = Math.max(deadline, performance.now() + SHOWN_MS);
        while (!stuck && shownUpTo(memberOf(each).client.records) < newest && performance.now() < end) {
          await pause(LOOK_MS);
          await drain(each);
        }
      }
      const survivors = awake().map((each) => memberOf(each).client.client);
      return { wrong, found: { answers, store, locks, survivors: stuck ? [] : survivors } };
    },

    async leave() {
      for (const { tab } of members) await tab.close().catch(() => {});
      members = [];
    },
  };
}
