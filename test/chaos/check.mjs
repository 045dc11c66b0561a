/** Reads the history of a round and what was left in the stores, and says what is not as it must be. Shares no code with the product. */
import { isDeepStrictEqual } from 'node:util';
import { feedOf, lives as loadsOf, numberIn } from './feed.mjs';
import { endOf, isEnd, shown, stateOf, step } from './fold.mjs';
import { framesIn } from './frames.mjs';

/** @typedef {import('./fold.mjs').Task} Task */
/** @typedef {import('./fold.mjs').Event} Event */
/** @typedef {Record<string, any> & { kind: string }} Recorded what a page recorded: see `probe.js` */

/**
 * @typedef {object} KnownTask
 * @property {string} task_id as it was answered
 * @property {string} key under which it was asked for
 * @property {string} type
 * @property {Record<string, unknown>} input
 * @property {string[]} depends_on
 * @property {import('./contents.mjs').Expected} expected
 * @property {boolean} canceled whether a cancel was answered with 200
 */

/**
 * @typedef {object} History
 * @property {KnownTask[]} tasks
 * @property {number} running_limit
 * @property {boolean} jumped whether the clock did
 * @property {{ at: number, losses: number }[]} deaths what happened that can end an attempt, from when on, and how often it can end those of one task
 * @property {{ client: string, records: Recorded[] }[]} clients
 * @property {string[]} survivors the clients that were there at the end
 * @property {{ stores: Record<string, { key: any, value: any }[]>, folder: Record<string, { size: number, sha256: string }[]> }} store
 * @property {Record<string, { task: Task, log: any, result: any, files: Record<string, { status: number, text: string }> }>} answers at the end
 * @property {string[]} locks at the end
 */

/** A resume does a second's work again; the time in which a busy machine does nothing is no work, but cannot be told from it. */
const REDO_MS = 1_000;
const SLACK_MS = 1_500;
/** The clocks of the browser and of the rounds are one, which each rounds as it likes. */
const CLOCKS_MS = 100;
/** The longest that a client waits before it asks again. */
const AGAIN_MS = 6_000;

/**
 * @param {History} history
 * @returns {string[]} nothing, if all is well
 */
export function check(history) {
  /** @type {string[]} */
  const wrong = [];
  /** @param {string} what */
  const say = (what) => wrong.push(what);
  const lives = livesOf(history, say);
  checkOrder(history, lives, say);
  checkTasks(history, lives, say);
  checkLeftovers(history, lives, say);
  for (const { client, records } of history.clients) {
    /** @param {string} what */
    const sayOf = (what) => say(`client ${client}: ${what}`);
    checkRequests(records, lives, history.jumped, sayOf);
    for (const load of loadsOf(records)) {
      checkStreams(load, lives, sayOf);
      checkReturns(load, sayOf);
    }
    checkWatches(records, lives, sayOf);
  }
  for (const client of history.survivors) checkEvidence(client, history, lives, say);
  if (history.survivors.length === 0) say('nobody was there at the end');
  return wrong;
}

/**
 * @typedef {object} Life a task's log, folded
 * @property {Event[]} events
 * @property {Task[]} states after each event: number n at place n - 1
 * @property {Map<number, number>} numbers by overall number
 */

/** @typedef {(what: string) => void} Say */

/** Each log is 1, 2, 3 …, and its fold is the snapshot. @param {History} history @param {Say} say */
function livesOf({ store: { stores } }, say) {
  /** @type {Map<string, Life>} */
  const lives = new Map();
  const segments = (stores.log ?? []).map(({ value }) => value);
  for (const { task_id, first, last, seq, events } of segments) {
    /** @type {Life} */
    const life = lives.get(task_id) ?? { events: [], states: [], numbers: new Map() };
    lives.set(task_id, life);
    if (first !== events[0]?.n || last !== events.at(-1)?.n) say(`${task_id}: a segment says ${first} to ${last}`);
    for (const [i, event] of events.entries()) {
      const before = life.states.at(-1) ?? null;
      if (event.n !== life.events.length + 1) say(`${task_id}: event ${event.n} follows ${life.events.length}`);
      life.events.push(event);
      life.numbers.set(seq + i, event.n);
      try {
        const state = step(before, event);
        life.states.push(state);
        const said = event.state && { task_id, ...event.state };
        if (event.kind !== 'log' && !isDeepStrictEqual(said, stateOf(state)))
          say(`${task_id}: event ${event.n} says ${JSON.stringify(said)}, the fold ${JSON.stringify(stateOf(state))}`);
      } catch (error) {
        say(`${task_id}: event ${event.n}: ${error instanceof Error ? error.message : error}`);
        life.states.push(before ?? {});
      }
    }
  }
  for (const { key, value } of stores.tasks ?? []) {
    const fold = lives.get(key)?.states.at(-1);
    if (!fold) say(`${key}: has no log`);
    else if (!isDeepStrictEqual(value.task, fold))
      say(`${key}: the snapshot is not the fold: ${difference(value.task, fold)}`);
  }
  const rows = new Set((stores.tasks ?? []).map(({ key }) => key));
  for (const task_id of lives.keys()) if (!rows.has(task_id)) say(`${task_id}: has a log and no row`);
  return lives;
}

/** Over all tasks: overall numbers are 1, 2, 3 …, and never more run than may. @param {History} history @param {Map<string, Life>} lives @param {Say} say */
function checkOrder({ store: { stores }, running_limit }, lives, say) {
  const order = [...lives].flatMap(([task_id, { numbers }]) => [...numbers].map(([seq, n]) => ({ seq, task_id, n })));
  order.sort((a, b) => a.seq - b.seq);
  /** @type {Set<string>} */
  const running = new Set();
  for (const [i, { seq, task_id, n }] of order.entries()) {
    if (seq !== i + 1) {
      say(`overall number ${seq} stands where ${i + 1} should`);
      break;
    }
    if (lives.get(task_id)?.states[n - 1]?.status === 'running') running.add(task_id);
    else running.delete(task_id);
    if (running.size > running_limit) say(`${running.size} run at once at number ${seq}, ${running_limit} may`);
  }
  const newest = stores.meta?.find(({ key }) => key === 'seq')?.value;
  if (newest !== order.length) say(`the newest number is said to be ${newest}, it is ${order.length}`);
}

/** Every task that was asked for is there once, and ended as it must. @param {History} history @param {Map<string, Life>} lives @param {Say} say */
function checkTasks({ tasks, answers, jumped, deaths }, lives, say) {
  const ids = tasks.map(({ task_id }) => task_id);
  if (new Set(ids).size !== ids.length) say('two keys were answered with one task');
  for (const task_id of lives.keys()) if (!ids.includes(task_id)) say(`${task_id}: nobody asked for it`);
  for (const known of tasks) {
    const { task_id } = known;
    const life = lives.get(task_id);
    const last = life?.states.at(-1);
    if (!life || !last) {
      say(`${task_id}: was accepted, and is not there`);
      continue;
    }
    if (!isEnd(last.status)) say(`${task_id}: is stuck: ${last.status} after event ${last.last_event_id}`);
    else checkEnd(known, last, tasks, lives, say);
    checkRedo(known, life, jumped, say);
    checkLosses(task_id, life, { deaths, jumped }, say);
    const answer = answers[task_id];
    if (!answer) say(`${task_id}: could not be asked for at the end`);
    else checkAnswer(known, life, answer, say);
  }
}

/** @param {KnownTask} known @param {Task} last @param {KnownTask[]} tasks @param {Map<string, Life>} lives @param {Say} say */
function checkEnd({ task_id, input, depends_on, expected, canceled }, last, tasks, lives, say) {
  const error = last.error?.type?.split(':').at(-1);
  if (canceled !== (last.status === 'canceled')) {
    say(
      `${task_id}: ${canceled ? 'its cancel was answered, and it is' : 'nobody canceled it, and it is'} ${last.status}`,
    );
    return;
  }
  if (canceled) return;
  const without = depends_on.filter(
    (id) => tasks.some((other) => other.task_id === id) && lives.get(id)?.states.at(-1)?.status !== 'completed',
  );
  if (without.length > 0) {
    if (error !== 'dependency-failed')
      say(`${task_id}: ${last.status} (${error}), though ${without[0]} did not complete`);
    return;
  }
  if (!includes(last.input, input)) say(`${task_id}: its input is ${JSON.stringify(last.input)}`);
  const detail = last.error ? `: ${last.error.detail}` : '';
  if (last.status !== expected.status)
    say(`${task_id}: ${last.status} (${error}${detail}) instead of ${expected.status}`);
  else if (last.status === 'failed' && error !== expected.error) say(`${task_id}: failed as ${error}${detail}`);
  else if (!isDeepStrictEqual(last.result, expected.result))
    say(`${task_id}: its result is ${JSON.stringify(last.result)} instead of ${JSON.stringify(expected.result)}`);
  const files = last.files.map((/** @type {{ name: string }} */ { name }) => name);
  if (!isDeepStrictEqual(files, Object.keys(expected.files))) say(`${task_id}: its files are ${files}`);
}

/** No attempt is lost or given back that nothing had happened to by then. @param {string} task_id @param {Life} life @param {Pick<History, 'deaths' | 'jumped'>} history @param {Say} say */
function checkLosses(task_id, { events }, { deaths, jumped }, say) {
  const losses = events.filter(
    ({ kind, error }) => kind === 'lost' || kind === 'released' || error?.type.endsWith(':crashed'),
  );
  for (const [i, { at }] of losses.entries()) {
    // A clock that jumped says nothing about what came first.
    const before = deaths.filter((death) => jumped || death.at <= Date.parse(at) + CLOCKS_MS);
    const most = before.reduce((sum, death) => sum + death.losses, 0);
    if (i < most) continue;
    say(`${task_id}: was lost ${i + 1} times by ${at}, in ${most} deaths`);
    return;
  }
}

/** After a death a task goes on from its last checkpoint, and does no more than a second's work again. @param {KnownTask} known @param {Life} life @param {boolean} jumped @param {Say} say */
function checkRedo({ task_id, type, input }, { events, states }, jumped, say) {
  /** @type {{ done: number, at: number } | null} */
  let kept = null;
  let before = { done: 0, at: 0 };
  for (const [i, event] of events.entries()) {
    const at = Date.parse(event.at);
    if (event.kind === 'progress') {
      before = { done: event.done, at };
      if (event.checkpoint) kept = before;
    }
    if (event.kind === 'retried' && event.from === 'start') kept = null;
    if (event.kind !== 'started') continue;
    const from = kept?.done ?? 0;
    if (event.done !== from)
      say(`${task_id}: attempt ${event.attempt} goes on at ${event.done}, its checkpoint is at ${from}`);
    const start = Math.max(kept?.at ?? 0, i > 0 ? startBefore(events, i) : at);
    const redone = before.done > from ? before.at - start : 0;
    if (type === 'countdown') {
      const step_ms = Number(input.step_ms);
      const most = step_ms > 0 ? 1 + Math.ceil(REDO_MS / step_ms) : Number.POSITIVE_INFINITY;
      if (before.done - from > most)
        say(`${task_id}: attempt ${event.attempt} does ${before.done - from} steps again, ${most} may be`);
    }
    if (type === 'checksum' && !jumped && redone > REDO_MS + SLACK_MS)
      say(
        `${task_id}: attempt ${event.attempt} does ${redone} ms of work again (${from} to ${before.done} of ${states[i]?.total})`,
      );
    before = { done: from, at };
  }
}

/** When the attempt before the event at `place` began. @param {Event[]} events @param {number} place */
function startBefore(events, place) {
  const start = events.slice(0, place).findLast(({ kind }) => kind === 'started');
  return Date.parse((start ?? events[place])?.at ?? '');
}

/** What the API said when all was over. @param {KnownTask} known @param {Life} life @param {History['answers'][string]} answer @param {Say} say */
function checkAnswer({ task_id, expected }, { states, events }, { task, log, result, files }, say) {
  const last = states.at(-1) ?? {};
  if (!isDeepStrictEqual(task, shown(last))) say(`${task_id}: is shown as it is not: ${difference(task, shown(last))}`);
  const frames = log.events ?? [];
  const numbers = frames
    .filter((/** @type {any} */ { event }) => event !== 'complete')
    .map((/** @type {any} */ { id }) => id);
  if (
    !isDeepStrictEqual(
      numbers,
      events.map(({ n }) => String(n)),
    )
  )
    say(`${task_id}: its log as JSON has the numbers ${numbers}`);
  if (last.status !== 'completed') return;
  if (!isDeepStrictEqual(result, last.result)) say(`${task_id}: its result is answered as ${JSON.stringify(result)}`);
  for (const [name, text] of Object.entries(expected.files)) {
    const file = files[name];
    if (file?.status !== 200 || file.text !== text)
      say(`${task_id}: ${name} is not what an undisturbed run writes: ${JSON.stringify(file)}`);
  }
}

/** @param {History} history @param {Map<string, Life>} lives @param {Say} say */
function checkLeftovers({ store: { stores, folder }, locks }, lives, say) {
  const rows = new Set((stores.files ?? []).map(({ key }) => key[0]));
  const checkpoints = new Set((stores.checkpoints ?? []).map(({ key }) => key));
  for (const [task_id, { states }] of lives) {
    const status = states.at(-1)?.status;
    const ended = status === 'completed' || status === 'canceled';
    if (ended && checkpoints.has(task_id)) say(`${task_id}: is ${status} and left its checkpoint`);
    if (status === 'canceled' && folder[task_id]) say(`${task_id}: is canceled and left its folder`);
    if (status === 'canceled' && rows.has(`task:${task_id}`)) say(`${task_id}: is canceled and left its output`);
  }
  for (const task_id of checkpoints) if (!lives.has(task_id)) say(`a checkpoint of no task: ${task_id}`);
  for (const owner of rows)
    if (owner.startsWith('task:') && !lives.has(owner.slice('task:'.length))) say(`an output of no task: ${owner}`);
  for (const task_id of Object.keys(folder)) if (!lives.has(task_id)) say(`a folder of no task: ${task_id}`);
  checkLookups(stores.lookups ?? [], lives, say);
  for (const name of locks) if (name.includes(':task:')) say(`the lease ${name} is still held`);
}

/** Every task is found by its status and by no other, and one that has ended by nothing else. @param {{ key: any }[]} lookups @param {Map<string, Life>} lives @param {Say} say */
function checkLookups(lookups, lives, say) {
  const wanted = [...lives].map(([task_id, { states }]) => `status ${states.at(-1)?.status} ${task_id}`).sort();
  const found = lookups
    .map(({ key: [kind, ...rest] }) => (kind === 'status' ? `status ${rest.join(' ')}` : `${kind} ${rest.at(-1)}`))
    .sort();
  for (const key of found) if (!wanted.includes(key)) say(`a key of no task: ${key}`);
  for (const key of wanted) if (!found.includes(key)) say(`a task that is not found by its key: ${key}`);
}

const STATUSES = [200, 201, 202, 204, 206, 304, 400, 404, 405, 409, 413, 415, 416, 422, 503, 507];

/** What was answered is in the contract, and a task was shown as its log has it. @param {Recorded[]} records @param {Map<string, Life>} lives @param {boolean} jumped @param {Say} say */
function checkRequests(records, lives, jumped, say) {
  const requests = new Map(records.filter(({ kind }) => kind === 'request').map((each) => [each.id, each]));
  for (const { kind, id, at, status, type, text, message } of records) {
    if (kind === 'error') say(`uncaught: ${message}`);
    if (kind !== 'answer') continue;
    const request = requests.get(id);
    if (!request) continue;
    const { method, path } = request;
    const what = `${method} ${path} was answered ${status}`;
    // By a HEAD a page finds out whether its requests go past the service worker.
    if (method === 'HEAD' || !/^\/(?:tasks|files)(?:[/?]|$)/.test(path)) continue;
    if (status === 404 && type.startsWith('text/plain')) {
      checkAskedAgain(request, records, say);
      continue;
    }
    if (!STATUSES.includes(status)) say(`${what}: ${text}`);
    if (status >= 400 && !type.startsWith('application/problem+json')) say(`${what} as ${type}`);
    const refused = status === 409 && /^\/tasks\/([^/]+)\/cancel$/.exec(path)?.[1];
    if (refused && !hasEndedBy(jumped ? Number.POSITIVE_INFINITY : at + CLOCKS_MS, lives.get(refused)))
      say(`${what}, though it had not ended`);
    if (!text || status >= 400) continue;
    let body;
    try {
      body = JSON.parse(text);
    } catch {
      say(`${what} with what is no JSON: ${text}`);
      continue;
    }
    for (const task of body.tasks ?? (body.task_id ? [body] : [])) {
      const state = lives.get(task.task_id)?.states[Number(task.last_event_id) - 1];
      if (!state) say(`${what} with event ${task.last_event_id} of ${task.task_id}, which is not there`);
      else if (!isDeepStrictEqual(task, shown(state)))
        say(`${what} with a task that never was so: ${difference(task, shown(state))}`);
    }
  }
}

/** Whether a task had completed or failed, ever. @param {number} at @param {Life | undefined} life */
const hasEndedBy = (at, life) =>
  life?.events.some((event) => ['completed', 'failed'].includes(event.kind) && Date.parse(event.at) <= at);

/**
 * A browser may let a request past the service worker, to the site, which does not know it. Whoever asked asks again, unless it is gone.
 *
 * @param {Recorded} request @param {Recorded[]} records @param {Say} say
 */
function checkAskedAgain({ id, method, path, at }, records, say) {
  const again = records.some(
    (each) => each.kind === 'request' && each.id > id && each.method === method && each.path === path,
  );
  const left = (records.at(-1)?.at ?? 0) - at;
  if (!again && left > AGAIN_MS)
    say(`${method} ${path} went past the service worker, and was not asked again for ${left} ms`);
}

/** Each connection's ids go on without a hole from where it was to begin, and say what is in the log. @param {Recorded[]} records @param {Map<string, Life>} lives @param {Say} say */
function checkStreams(records, lives, say) {
  for (const { kind, id: request, method, path, headers } of records) {
    const task_id = /^\/tasks\/([^/]+)\/stream$/.exec(path ?? '')?.[1];
    const all = path === '/tasks/stream';
    if (kind !== 'request' || method !== 'GET' || (!task_id && !all)) continue;
    const own = records.filter(({ id }) => id === request);
    const text = own
      .filter((each) => each.kind === 'chunk')
      .map((each) => each.text)
      .join('');
    const over = own.some((each) => each.kind === 'end' && each.how === 'closed');
    const frames = framesIn(text).filter(({ event }) => event !== 'busy');
    if (task_id)
      checkTaskStream({ task_id, after: Number(headers['last-event-id'] ?? 0), frames, over }, lives.get(task_id), say);
    else checkFeed(headers['last-event-id'] ?? null, frames, lives, say);
  }
}

/** @typedef {import('./frames.mjs').Frame} Frame */

/** @param {{ task_id: string, after: number, frames: Frame[], over: boolean }} stream @param {Life | undefined} life @param {Say} say */
function checkTaskStream({ task_id, after, frames, over }, life, say) {
  const name = `the stream of ${task_id} after ${after}`;
  if (!life) return frames.length > 0 && say(`${name} shows what is not there`);
  let last = after;
  for (const [i, { id, event, data }] of frames.entries()) {
    const next = frames[i + 1];
    if (event === 'reset' || event === 'gap') {
      say(`${name} has a ${event}`);
      return;
    }
    // The message of an end has its id on the `complete` that follows it.
    const n = Number(id ?? next?.id ?? Number.NaN);
    if (id === null && next?.event !== 'complete') {
      if (next || over) say(`${name} has a message without an id after ${last}`);
      return;
    }
    if (event === 'complete') {
      if (n !== last || frames[i - 1]?.id !== null) say(`${name}: complete has the id ${id} after ${last}`);
      if (next) say(`${name}: something follows complete`);
      if (!isDeepStrictEqual(JSON.parse(data), endOf(life.states[n - 1] ?? {}))) say(`${name}: complete says ${data}`);
      const then = life.events[n];
      if (then && then.kind !== 'retried') say(`${name}: complete is no end, ${then.kind} follows`);
      return;
    }
    if (n !== last + 1) say(`${name}: ${n} follows ${last}`);
    last = n;
    checkFrame(`${name}: event ${n}`, { event, data }, life, n, say);
  }
  if (over && isEnd(life.states[last - 1]?.status) && last > after && last === life.events.length)
    say(`${name} ended without complete`);
}

/** @param {string} name @param {Pick<Frame, 'event' | 'data'>} frame @param {Life} life @param {number} n @param {Say} say */
function checkFrame(name, { event, data }, life, n, say) {
  const stored = life.events[n - 1];
  const state = life.states[n - 1];
  if (!stored || !state) return say(`${name} is not in the log`);
  const { kind, level, message, at } = stored;
  const wanted = kind === 'log' ? { task_id: state.task_id, level, message, at } : stateOf(state);
  if (event !== (kind === 'log' ? 'log' : 'message')) say(`${name} comes as ${event}`);
  if (!isDeepStrictEqual(JSON.parse(data), wanted)) say(`${name} says ${data} instead of ${JSON.stringify(wanted)}`);
}

/** The stream of all tasks shows every event after its cursor, in order. @param {string | null} cursor @param {Frame[]} frames @param {Map<string, Life>} lives @param {Say} say */
function checkFeed(cursor, frames, lives, say) {
  const name = `the stream of all tasks after ${cursor}`;
  const owners = new Map(
    [...lives].flatMap(([task_id, { numbers }]) => [...numbers].map(([seq, n]) => [seq, { task_id, n }])),
  );
  let last = cursor ? numberIn(cursor) : null;
  for (const [i, { id, event, data }] of frames.entries()) {
    const following = frames[i + 1];
    if (event === 'reset' || event === 'gap') return say(`${name} has a ${event}`);
    if (id === null && following?.event !== 'complete')
      return following && say(`${name} has a message without an id after ${last}`);
    const whole = id ?? following?.id ?? '';
    const seq = numberIn(whole);
    const owner = owners.get(seq);
    const life = owner && lives.get(owner.task_id);
    if (!owner || !life) return say(`${name}: number ${seq} is not there`);
    if (event === 'complete') {
      if (seq !== last || frames[i - 1]?.id !== null) say(`${name}: complete has the id ${whole} after ${last}`);
      if (!isDeepStrictEqual(JSON.parse(data), endOf(life.states[owner.n - 1] ?? {})))
        say(`${name}: complete says ${data}`);
      continue;
    }
    if (last !== null && seq !== last + 1) say(`${name}: ${seq} follows ${last}`);
    last = seq;
    // One that something followed, a retry or a line of the log, is an end no more for who comes later.
    const isLast = owner.n === life.events.length;
    if (id !== null && event === 'message' && isLast && isEnd(life.states[owner.n - 1]?.status))
      say(`${name}: the end of ${owner.task_id}, number ${seq}, comes without complete`);
    checkFrame(`${name}: number ${seq}`, { event, data }, life, owner.n, say);
  }
}

/** The first connection to the stream of all tasks begins where a list ended, each other one goes on where the one before it was. @param {Recorded[]} load @param {Say} say */
function checkReturns(load, say) {
  const connections = feedOf(load);
  for (const [i, { cursor }] of connections.entries()) {
    const before = connections[i - 1];
    if (!before && !load.some((record) => isListUpTo(cursor, record)))
      say(`the stream of all tasks is asked for after ${cursor}, where no list ended`);
    if (before && cursor !== before.last)
      say(`the stream of all tasks is asked for after ${cursor}, it was at ${before.last}`);
  }
}

/** @param {string | null} cursor @param {Recorded} record */
function isListUpTo(cursor, { kind, status, text }) {
  if (kind !== 'answer' || status !== 200 || !text) return false;
  try {
    return JSON.parse(text).cursor === cursor;
  } catch {
    return false;
  }
}

/** Whoever follows a task with the product's client gets each event once, whatever died in between. @param {Recorded[]} records @param {Map<string, Life>} lives @param {Say} say */
function checkWatches(records, lives, say) {
  for (const { kind, watcher, task_id, after } of records) {
    if (kind !== 'watch') continue;
    const name = `the watch of ${task_id} after ${after ?? 0}`;
    const life = lives.get(task_id);
    const own = records.filter((each) => each.watcher === watcher);
    let last = Number(after ?? 0);
    let completed = false;
    for (const { event, id, data } of own.filter((each) => each.kind === 'event')) {
      if (completed) say(`${name}: ${event} ${id} follows complete`);
      const n = Number(id);
      if (event === 'complete') {
        completed = true;
        if (n !== last) say(`${name}: complete has the id ${id} after ${last}`);
        if (!isDeepStrictEqual(data, endOf(life?.states[n - 1] ?? {})))
          say(`${name}: complete says ${JSON.stringify(data)}`);
        continue;
      }
      if (n !== last + 1) say(`${name}: ${n} follows ${last}`);
      last = n;
      if (life) checkFrame(`${name}: event ${n}`, { event, data: JSON.stringify(data) }, life, n, say);
    }
    const over = own.some((each) => each.kind === 'watched');
    if (over && !completed && !isEnd(life?.states[Number(after ?? 0) - 1]?.status ?? ''))
      say(`${name} was over without complete`);
  }
}

/** Who was there at the end has followed all tasks together to the newest number, and each to its end: what nobody saw cannot be wrong. @param {string} client @param {History} history @param {Map<string, Life>} lives @param {Say} say */
function checkEvidence(client, { clients, tasks, store: { stores } }, lives, say) {
  const records = clients.find((each) => each.client === client)?.records ?? [];
  const newest = stores.meta?.find(({ key }) => key === 'seq')?.value;
  const connection = feedOf(loadsOf(records).at(-1) ?? []).at(-1);
  if (!connection) say(`client ${client}: never followed all tasks`);
  else if (numberIn(connection.last) < newest)
    say(`client ${client}: saw all tasks up to number ${numberIn(connection.last)}, the newest is ${newest}`);
  for (const { task_id } of tasks) {
    const watches = records.filter((each) => each.kind === 'watch' && each.task_id === task_id);
    // One that ended before a retry says nothing of what came after it.
    const saw = watches.some(({ watcher, after }) => {
      const own = records.filter((each) => each.watcher === watcher);
      const last = Number(own.findLast(({ kind }) => kind === 'event')?.id ?? after ?? 0);
      return own.some(({ kind }) => kind === 'watched') && last === lives.get(task_id)?.events.length;
    });
    if (!saw) say(`client ${client}: never saw the end of ${task_id}`);
  }
}

/** Whether all of `part` is in `whole`. @param {any} whole @param {Record<string, unknown>} part */
const includes = (whole, part) =>
  Object.entries(part).every(([name, value]) => isDeepStrictEqual(whole?.[name], value));

/** @param {Task} is @param {Task} should */
function difference(is, should) {
  const keys = [...new Set([...Object.keys(is), ...Object.keys(should)])];
  const differing = keys.filter((key) => !isDeepStrictEqual(is[key], should[key]));
  return differing
    .map((key) => `${key} ${JSON.stringify(is[key])} instead of ${JSON.stringify(should[key])}`)
    .join(', ');
}
