/** What happens in a round: tasks, commands and faults, each at its instant. A pure function of seed, round and engine. */
import { randomFrom } from './random.mjs';

/** @typedef {import('./contents.mjs').Content} Content */
/** @typedef {import('./contents.mjs').Algorithm} Algorithm */
/** @typedef {'chromium' | 'firefox' | 'webkit'} Engine */

/**
 * @typedef {object} PlannedTask
 * @property {number} at ms after the round began
 * @property {number} tab who submits it, among those that are open then
 * @property {'checksum' | 'countdown' | 'spin'} type
 * @property {Record<string, unknown>} input but for files
 * @property {number[]} files of a checksum: places in `Schedule.files`, in order
 * @property {number[]} after the tasks that it depends on
 * @property {number} priority
 * @property {number} max_attempts
 * @property {number | null} delay_ms before it is due
 */

/** @typedef {{ at: number, do: string, tab: number, [detail: string]: unknown }} Move */

/**
 * @typedef {object} Schedule
 * @property {string} seed
 * @property {number} round
 * @property {Engine} engine
 * @property {number} tabs open at the beginning
 * @property {number} running_limit
 * @property {Content[]} files
 * @property {PlannedTask[]} tasks
 * @property {Move[]} moves by `at`
 */

const MiB = 2 ** 20;
const SPAN_MS = 2_500;
/** In some rounds faults come for so long, and a checksum takes as long: it could do more again than it may. */
const LONG_SPAN_MS = 8_000;

/** How often each fault comes, and where it can be made. */
const faults = /** @type {const} */ ([
  ['stop-service-worker', 6, ['chromium']],
  ['kill-executor', 3, ['chromium', 'firefox', 'webkit']],
  ['kill-job-worker', 4, ['chromium', 'firefox', 'webkit']],
  ['close', 3, ['chromium', 'firefox', 'webkit']],
  ['crash', 2, ['chromium']],
  ['freeze', 3, ['chromium']],
  ['reload', 3, ['chromium', 'firefox', 'webkit']],
  ['hard-reload', 2, ['chromium']],
  ['open', 3, ['chromium', 'firefox', 'webkit']],
  ['kill-browser', 1, ['chromium']],
  ['cut-streams', 4, ['chromium', 'firefox', 'webkit']],
  ['offline', 3, ['chromium', 'firefox', 'webkit']],
  ['drop-handles', 3, ['chromium', 'firefox', 'webkit']],
  ['close-handles', 3, ['chromium', 'firefox', 'webkit']],
  ['abort-transactions', 4, ['chromium', 'firefox', 'webkit']],
  ['fill-storage', 2, ['chromium']],
  ['jump-clock', 2, ['chromium', 'firefox', 'webkit']],
  ['deploy', 1, ['chromium', 'firefox', 'webkit']],
  ['migrate', 1, ['chromium', 'firefox', 'webkit']],
]);

const commands = /** @type {const} */ (['cancel', 'cancel', 'pause']);

/**
 * @param {string} seed
 * @param {number} round 0 is undisturbed
 * @param {Engine} engine
 * @returns {Schedule}
 */
export function scheduleOf(seed, round, engine) {
  const random = randomFrom(seed, round, engine);
  const { between, chance, pick } = random;
  const files = Array.from({ length: between(2, 4) }, (_, i) => ({
    name: `file ${i + 1}.bin`,
    size: pick([between(0, 3), between(1, 4 * MiB), 4 * MiB, 4 * MiB + 1, between(4 * MiB, 12 * MiB)]),
    seed: between(1, 2 ** 30) * 2 + 1,
  }));
  const calm = round === 0;
  const isLong = !calm && chance(0.1);
  const span = isLong ? LONG_SPAN_MS : SPAN_MS;
  const tasks = Array.from({ length: between(4, 7) }, (_, i) => planTask(random, files, i, isLong));
  const moves = calm
    ? []
    : [
        ...Array.from({ length: between(4, 9) }, () => planFault(random, engine, span)),
        ...tasks.flatMap((_, task) =>
          chance(0.3) ? [{ at: between(100, span), do: pick(commands), tab: between(0, 9), task }] : [],
        ),
      ].sort((a, b) => a.at - b.at);
  return { seed, round, engine, tabs: between(1, 3), running_limit: between(1, 3), files, tasks, moves };
}

/**
 * @param {import('./random.mjs').Random} random
 * @param {Content[]} files
 * @param {number} i
 * @param {boolean} isLong
 * @returns {PlannedTask}
 */
function planTask({ between, chance, pick }, files, i, isLong) {
  const common = {
    at: i < 3 ? 0 : between(0, SPAN_MS / 2),
    tab: between(0, 9),
    files: /** @type {number[]} */ ([]),
    after: i > 0 && chance(0.2) ? [between(0, i - 1)] : [],
    priority: between(-1, 1),
    max_attempts: between(1, 2),
    delay_ms: chance(0.2) ? between(100, 1_500) : null,
  };
  switch (i === 0 ? 'checksum' : pick(['checksum', 'countdown', 'countdown', 'spin'])) {
    case 'checksum': {
      const algorithm = pick(/** @type {[Algorithm, ...Algorithm[]]} */ (['sha256', 'sha1', 'sha512', 'md5', 'crc32']));
      return {
        ...common,
        type: 'checksum',
        input: { algorithm },
        files: Array.from({ length: isLong ? between(60, 120) : between(1, 30) }, () => between(0, files.length - 1)),
      };
    }
    case 'spin':
      return { ...common, type: 'spin', input: { ms: between(0, 1_200) } };
    default: {
      const steps = between(1, 80);
      const fail_at = chance(0.25) ? { fail_at: between(1, 80) } : {};
      return { ...common, type: 'countdown', input: { steps, step_ms: between(0, 50), ...fail_at } };
    }
  }
}

/**
 * @param {import('./random.mjs').Random} random
 * @param {Engine} engine
 * @param {number} span ms
 * @returns {Move}
 */
function planFault({ between, pick }, engine, span) {
  const possible = faults.filter(([, , engines]) => engines.some((each) => each === engine));
  const [first, ...rest] = possible.flatMap(([name, weight]) => Array.from({ length: weight }, () => name));
  if (!first) throw new RangeError(`no fault for ${engine}`);
  const name = pick([first, ...rest]);
  const move = { at: between(0, span), do: name, tab: between(0, 9) };
  switch (name) {
    case 'freeze':
    case 'offline':
    case 'fill-storage':
      return { ...move, for_ms: between(50, 1_500) };
    case 'abort-transactions':
      return {
        ...move,
        thread: pick(['service-worker', 'holdfast executor', 'holdfast job']),
        count: between(1, 3),
      };
    case 'close-handles':
      return {
        ...move,
        thread: pick(['service-worker', 'holdfast executor', 'holdfast job']),
        told: between(0, 1) === 1,
      };
    case 'kill-job-worker':
      return { ...move, which: between(0, 3) };
    case 'jump-clock':
      return { ...move, by_ms: pick([-1, 1]) * between(1_000, 3 * 3_600_000) };
    case 'deploy':
    case 'migrate':
      return { ...move, take_over: between(0, 3) > 0 };
    default:
      return move;
  }
}
