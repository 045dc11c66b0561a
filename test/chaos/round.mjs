/** One round: a site of its own, the schedule's tasks and faults, then quiet, then the check. */
import { setTimeout as pause } from 'node:timers/promises';
import { check } from './check.mjs';
import { checksumOf } from './contents.mjs';
import { createCrew } from './crew.mjs';
import { deathsIn } from './deaths.mjs';
import { isEnd } from './fold.mjs';
import { openSite } from './site.mjs';

/** @typedef {import('./schedule.mjs').Schedule} Schedule */
/** @typedef {import('./schedule.mjs').Move} Move */
/** @typedef {import('./check.mjs').KnownTask} KnownTask */

/**
 * @typedef {object} Round
 * @property {string[]} wrong
 * @property {object} history
 * @property {string[]} made the faults that were really made
 * @property {number} revived how many tasks were started again that had crashed, as a person would
 * @property {{ deployed: number, reached: number, putOff: number }} versions how many were put there, the newest that a page was of, and how many the browser had not let take over in time
 * @property {number} settled_ms how long it took from the last fault until every task had ended
 */

/** How long everything may take to come to its end once no more faults come. The slowest sweep comes every 20 s. */
const SETTLE_MS = 60_000;
/** How long somebody tries the same thing again. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 100;
const MOST_TABS = 4;
/** How long is waited until a new version is in every tab. */
const UPDATE_MS = 45_000;
const ASK_MS = 5_000;
/** What the service worker keeps of each version for offline use is less. */
const VERSION_BYTES = 8 * 2 ** 20;
const SPARE_BYTES = 16 * 2 ** 20;

/**
 * @param {Schedule} schedule
 * @param {import('./browser.mjs').Browser} browser
 * @param {string} dist
 * @returns {Promise<Round>}
 */
export async function playRound(schedule, browser, dist) {
  const site = await openSite(dist);
  const crew = createCrew(browser, site.url);
  /** @type {string[]} */
  const made = [];
  /** @type {string[]} */
  const wrong = [];
  /** @type {Map<number, KnownTask>} by place in the schedule */
  const tasks = new Map();
  const start = performance.now();
  let deadline = Number.POSITIVE_INFINITY;
  /** @param {number} at */
  const until = (at) => pause(Math.max(0, start + at - performance.now()));

  /**
   * What a person does who is not easily put off: again, until it works.
   *
   * @template T
   * @param {string} what
   * @param {number} which tab
   * @param {(tab: import('./browser.mjs').Tab) => Promise<T>} act
   * @returns {Promise<T>}
   */
  async function insist(what, which, act) {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const isLate = performance.now() > Math.min(deadline, end);
      try {
        const tab = crew.pick(which);
        if (tab) return await act(tab);
      } catch (error) {
        if (isLate) throw new Error(`${what}: ${error}`);
      }
      if (isLate) throw new Error(`${what}: no tab is left`);
      await pause(LOOK_MS);
    }
  }

  /** @param {number} place */
  const known = async (place) => {
    while (!tasks.has(place)) {
      if (performance.now() > deadline) throw new Error(`task ${place} was never accepted`);
      await pause(LOOK_MS);
    }
    return /** @type {KnownTask} */ (tasks.get(place));
  };

  /** @param {import('./schedule.mjs').PlannedTask} plan @param {number} place @param {{ file_id: string }[]} files */
  async function submit(plan, place, files) {
    await until(plan.at);
    const depends_on = (await Promise.all(plan.after.map(known))).map(({ task_id }) => task_id);
    const { type, priority, max_attempts, delay_ms } = plan;
    const input = {
      ...plan.input,
      ...(type === 'checksum' ? { files: plan.files.map((i) => ({ file_id: files[i]?.file_id })) } : {}),
    };
    const run_at = delay_ms === null ? null : new Date(Date.now() + delay_ms).toISOString();
    const draft = { type, input, priority, max_attempts, run_at, depends_on };
    const key = `${schedule.seed} ${schedule.round} ${place}`;
    const { task_id } = await insist(`submitting task ${place}`, plan.tab, (tab) => tab.call('submit', draft, key));
    tasks.set(place, { task_id, key, type, input, depends_on, expected: expectedOf(schedule, place), canceled: false });
    crew.follow(task_id);
  }

  /** @param {Move} move */
  async function command({ do: name, at, tab, task: place }) {
    await until(at);
    const task = await known(Number(place));
    const { status } = await insist(`${name} task ${place}`, tab, async (each) => {
      const answer = await each.call('command', name, task.task_id);
      // A person makes room, and asks again.
      if (answer.status === 507) throw new Error('the storage is full');
      return answer;
    });
    if (name === 'cancel' && status === 200) task.canceled = true;
    if (status !== 200 && status !== 409) wrong.push(`${name} of ${task.task_id} was answered ${status}`);
  }

  /** How far from the real time it was, ms: last as it is now. */
  const clock = [0];
  /** @param {number} by_ms */
  async function setClock(by_ms) {
    const setting = clock.push(by_ms);
    await insist('setting the clock', 0, (tab) => tab.call('setClock', by_ms, setting));
  }

  /** @type {(() => Promise<void>)[]} what makes things whole again */
  const mends = [];
  /** @param {Move} move @param {() => Promise<void>} mend */
  function mendLater({ for_ms }, mend) {
    let mended = false;
    const once = async () => {
      if (mended) return;
      mended = true;
      await mend();
    };
    mends.push(once);
    setTimeout(() => once().catch((error) => wrong.push(`mending: ${error}`)), Number(for_ms));
  }

  /** Those that other threads make: they say so. @type {Set<Move>} */
  const told = new Set();
  /** @param {import('./browser.mjs').Tab} tab @param {string} thread @param {Move} move */
  async function tell(tab, thread, move) {
    await tab.call('tell', thread, { ...move, move: schedule.moves.indexOf(move) });
    told.add(move);
  }

  /** @param {Move} move */
  async function makeFault(move) {
    const tab = crew.pick(move.tab);
    const { powers } = browser;
    if (move.do === 'open') {
      if (crew.count() >= MOST_TABS) throw new Error('there are enough');
      return void (await crew.open());
    }
    if (move.do === 'offline') {
      await site.online(false);
      return mendLater(move, () => site.online(true));
    }
    if (move.do === 'kill-browser') {
      await crew.lose();
      await powers.kill?.();
      return void (await crew.open());
    }
    if (!tab) throw new Error('no tab is left');
    switch (move.do) {
      case 'stop-service-worker':
        return powers.stopServiceWorker?.(tab);
      case 'kill-executor':
        if (!(await tab.call('killExecutor'))) throw new Error('there was none');
        return;
      case 'kill-job-worker':
        return tell(tab, 'holdfast executor', move);
      case 'close':
        await crew.end(tab, () => tab.close());
        return crew.count() > 0 ? undefined : void (await crew.open());
      case 'crash':
        await crew.end(tab, () => powers.crash?.(tab));
        return crew.count() > 0 ? undefined : void (await crew.open());
      case 'freeze': {
        const thaw = await crew.freeze(tab);
        return mendLater(move, thaw);
      }
      case 'reload':
        return crew.renew(tab, () => tab.reload());
      case 'hard-reload':
        return crew.renew(tab, () => powers.hardReload?.(tab));
      case 'cut-streams':
        return tell(tab, 'service-worker', move);
      case 'drop-handles':
        return tab.call('dropHandles');
      case 'close-handles':
      case 'abort-transactions':
        return tell(tab, String(move.thread), move);
      case 'fill-storage': {
        const makeRoom = () => insist('making room', 0, (any) => any.call('freeStorage'));
        return tab.call('fillStorage').finally(() => mendLater(move, makeRoom));
      }
      case 'jump-clock':
        return setClock((clock.at(-1) ?? 0) + Number(move.by_ms));
      case 'deploy':
      case 'migrate':
        await site.deploy(move.do === 'migrate');
        return tab.call('update', move.take_over);
      default:
        throw new RangeError(`there is no fault ${move.do}`);
    }
  }

  /** Tasks that had crashed and were started again. @type {Set<string>} */
  const revived = new Set();
  /** Tabs that an update left behind are loaded again, as they ask for; what waits for somebody is let go on. */
  async function settle() {
    for (const mend of mends) await mend();
    await crew.wake();
    const ended = async () => {
      /** @type {import('./fold.mjs').Task[]} */
      const all = await crew
        .pick(0)
        ?.call('list')
        .catch(() => null);
      if (!all) return false;
      const byId = new Map(all.map((task) => [task.task_id, task]));
      /** Three losses in a row end a task, and with it those that wait for it. @param {import('./fold.mjs').Task | undefined} task @returns {boolean} */
      const hasCrashed = (task) => {
        if (!task?.error) return false;
        if (task.error.type.endsWith(':crashed')) return true;
        if (!task.error.type.endsWith(':dependency-failed')) return false;
        return task.depends_on.some((/** @type {string} */ id) => {
          const other = byId.get(id);
          const goesOn = revived.has(id) && (!isEnd(other?.status) || other?.status === 'completed');
          return goesOn || hasCrashed(other);
        });
      };
      for (const task of all) {
        const { task_id, status } = task;
        const crashed = hasCrashed(task);
        if (crashed) revived.add(task_id);
        const again = status === 'paused' ? 'resume' : crashed ? 'retry' : null;
        if (again)
          await crew
            .pick(0)
            ?.call('command', again, task_id)
            .catch(() => {});
      }
      const open = all.filter((task) => !isEnd(task.status) || hasCrashed(task));
      if (open.length > 0 && open.every(waits)) await setClock(Math.max(...clock));
      return open.length === 0;
    };
    /** Its time has not come, by a clock that was set back since it was set; or it waits for such a one. @param {import('./fold.mjs').Task} task */
    const waits = ({ status, run_at, depends_on }) =>
      status === 'pending' && (depends_on.length > 0 || Date.parse(run_at ?? 0) > Date.now() + (clock.at(-1) ?? 0));
    while (!(await ended())) {
      if (site.version() > 0) await crew.heed();
      if (performance.now() > deadline) return false;
      await pause(LOOK_MS);
    }
    return true;
  }

  let putOff = 0;
  /** Whoever presses the button gets the newest version, in every tab: also of one that was deployed while nobody could be told. */
  async function update() {
    const begun = performance.now();
    for (let asked = 0; ; await pause(LOOK_MS)) {
      const found = await crew.versions();
      if (found.every((version) => version === site.version())) return;
      const passed = performance.now() - begun;
      if (passed > UPDATE_MS) {
        const updating = await crew.pick(0)?.call('updating').catch(String);
        crew.note({ kind: 'not updated', found, newest: site.version(), updating });
        // Of two updates within a second WebKitGTK (2.50) sometimes installs the second for ever. Chromium (156) lets one wait for five
        // minutes that was told to take over, if a request reaches the older service worker in the few ms in which it is stopped.
        const isTold = updating?.states?.[1] === 'installed';
        if (schedule.engine === 'webkit' || (schedule.engine === 'chromium' && isTold)) putOff += 1;
        else wrong.push(`the pages are of versions ${found} and not of ${site.version()}`);
        return;
      }
      if (passed >= asked * ASK_MS) {
        asked += 1;
        await crew
          .pick(0)
          ?.call('update', false)
          .catch(() => {});
      }
      await crew.heed();
    }
  }

  const running_limit = schedule.running_limit;
  const getsFull = schedule.moves.some((move) => move.do === 'fill-storage');
  try {
    if (getsFull) await browser.powers.limitStorage?.(site.origin, roomFor(schedule));
    for (let i = 0; i < schedule.tabs; i += 1) await crew.open();
    deadline = performance.now() + SETTLE_MS;
    await insist('configuring', 0, (tab) => tab.call('configure', { running_limit }));
    const files = await insist('adding files', 0, (tab) => tab.call('addFiles', schedule.files));
    deadline = Number.POSITIVE_INFINITY;

    const isCommand = (/** @type {Move} */ { task }) => task !== undefined;
    const began = performance.now() - start;
    const people = Promise.allSettled([
      ...schedule.tasks.map((plan, i) => submit({ ...plan, at: plan.at + began }, i, files)),
      ...schedule.moves.filter(isCommand).map((move) => command({ ...move, at: move.at + began })),
    ]);
    for (const move of schedule.moves) {
      if (isCommand(move)) continue;
      await until(began + move.at);
      const begun = Date.now();
      const done = await makeFault(move).then(
        () => true,
        (error) => String(error),
      );
      crew.note({ kind: 'fault', ...move, move: schedule.moves.indexOf(move), told: told.has(move), begun, done });
      if (done === true && !told.has(move)) made.push(move.do);
    }
    const quiet = performance.now();
    deadline = quiet + SETTLE_MS;
    await settle();
    for (const result of await people) if (result.status === 'rejected') wrong.push(String(result.reason));
    const isOver = await settle();
    const settled_ms = Math.round(performance.now() - quiet);
    if (isOver && site.version() > 0) await update();
    const list = [...tasks.values()];
    const end = await crew.finish(
      list.map(({ task_id }) => task_id),
      deadline,
      !isOver,
    );
    const jumped = made.includes('jump-clock');
    const clients = crew.clients();
    const records = clients.flatMap((client) => client.records);
    for (const move of told)
      if (records.some(({ kind, move: place }) => kind === 'made' && schedule.moves[place] === move))
        made.push(move.do);
    const [notes, ...others] = clients;
    const witnesses = others.filter(({ client }) => end.found.survivors.includes(client));
    const deaths = deathsIn(notes?.records ?? [], witnesses, MOST_TABS);
    const history = { tasks: list, running_limit, jumped, deaths, clients, ...end.found };
    const reached = Math.max(0, ...records.flatMap(({ kind, version }) => (kind === 'life' ? [version] : [])));
    const versions = { deployed: site.version(), reached, putOff };
    const all = [...wrong, ...end.wrong, ...check(history)];
    return { wrong: all, history, made, revived: revived.size, versions, settled_ms };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const history = { clients: crew.clients() };
    const versions = { deployed: site.version(), reached: 0, putOff };
    return { wrong: [...wrong, reason], history, made, revived: revived.size, versions, settled_ms: -1 };
  } finally {
    for (const mend of mends) await mend().catch(() => {});
    await crew.leave();
    if (getsFull) await browser.powers.limitStorage?.(site.origin, null).catch(() => {});
    await site.close();
  }
}

/** What a round needs at most, and some more, for nothing is to get full by itself. @param {Schedule} schedule */
function roomFor({ files, moves }) {
  const versions = 1 + moves.filter((move) => move.do === 'deploy' || move.do === 'migrate').length;
  return files.reduce((sum, { size }) => sum + size, 0) + versions * VERSION_BYTES + SPARE_BYTES;
}

/** @param {Schedule} schedule @param {number} place @returns {import('./contents.mjs').Expected} */
function expectedOf({ tasks, files }, place) {
  const plan = tasks[place];
  if (!plan) throw new RangeError(`no task ${place}`);
  const { input } = plan;
  if (plan.type === 'checksum') {
    const algorithm = /** @type {import('./contents.mjs').Algorithm} */ (input.algorithm);
    return checksumOf({ algorithm, files: plan.files.flatMap((i) => files[i] ?? []) });
  }
  if (plan.type === 'spin') return { status: 'completed', result: { ms: input.ms }, files: {} };
  const fails = Number(input.fail_at) <= Number(input.steps);
  return fails
    ? { status: 'failed', result: null, files: {}, error: 'job-failed' }
    : { status: 'completed', result: { steps: input.steps }, files: {} };
}
