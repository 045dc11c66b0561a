/** What a task is after the events of its log: written from the contract, with no code of the product. */

/** @typedef {Record<string, any>} Task as the API shows it; and `losses` in a row */
/** @typedef {Record<string, any> & { n: number, at: string, kind: string }} Event as it is stored */

const ENDS = ['completed', 'failed', 'canceled'];
const LOSSES = 3;

/** @param {string} status */
export const isEnd = (status) => ENDS.includes(status);

/** Which statuses each event may follow. @type {Record<string, string[]>} */
const follows = {
  started: ['pending'],
  progress: ['running'],
  log: ['pending', 'running', 'paused', ...ENDS],
  cancel_requested: ['running'],
  paused: ['pending', 'running'],
  resumed: ['paused'],
  lost: ['running'],
  released: ['running'],
  deferred: ['running'],
  completed: ['running'],
  failed: ['pending', 'running'],
  canceled: ['pending', 'running', 'paused'],
  retried: ['failed', 'canceled'],
};

/**
 * @param {Task | null} before
 * @param {Event} event
 * @returns {Task} throws when the event cannot follow
 */
export function step(before, event) {
  if (!before) {
    if (event.kind !== 'created') throw new Error(`begins with ${event.kind}`);
    return { ...newTask(event), last_event_id: String(event.n), created_at: event.at, updated_at: event.at };
  }
  if (!follows[event.kind]?.includes(before.status)) throw new Error(`${event.kind} follows ${before.status}`);
  const after = { ...before, last_event_id: String(event.n), updated_at: event.at };
  const done = effects[event.kind]?.(before, event);
  return Object.assign(after, done);
}

/** @param {Event} event @returns {Task} */
function newTask({ task_id, draft }) {
  const { type, input, priority, timeout_ms, max_attempts, run_at, depends_on, tags } = draft;
  return {
    ...{ task_id, type, status: 'pending', paused: null, progress: 0, message: null, done: 0, total: null, unit: null },
    ...{ input, result: null, error: null, stopped: null, files: [], attempt: 0, failures: 0, max_attempts, priority },
    ...{ timeout_ms, run_at, depends_on, tags, cancel_requested_at: null, started_at: null, checkpoint_at: null },
    ...{ finished_at: null, losses: 0 },
  };
}

/** @type {Record<string, (before: Task, event: Event) => Partial<Task>>} */
const effects = {
  started(before, { attempt, done, progress, at }) {
    if (attempt !== before.attempt + 1) throw new Error(`attempt ${attempt} follows ${before.attempt}`);
    return { status: 'running', attempt, done, progress, message: null, started_at: before.started_at ?? at };
  },
  progress(before, { done, total, unit, message, checkpoint, at }) {
    const share = total ? Math.min(100, Math.floor((done / total) * 1000) / 10) : 0;
    const kept = checkpoint ? { checkpoint_at: at, losses: 0 } : {};
    return { done, total, unit, message, progress: Math.max(before.progress, share), ...kept };
  },
  cancel_requested: (before, { at }) => ({ cancel_requested_at: before.cancel_requested_at ?? at }),
  paused: (_, { reason, message, stopped }) => ({ status: 'paused', paused: { reason }, message, stopped }),
  resumed: () => ({ status: 'pending', paused: null, message: null, stopped: null }),
  lost(before, { message }) {
    if (before.losses + 1 >= LOSSES) throw new Error(`is lost ${LOSSES} times in a row and goes on`);
    return { status: 'pending', message, losses: before.losses + 1 };
  },
  released: (_, { message }) => ({ status: 'pending', message }),
  deferred(before, { error, run_at }) {
    if (before.failures + 1 >= before.max_attempts) throw new Error('is tried more often than it may be');
    return { status: 'pending', message: error.detail, run_at, failures: before.failures + 1 };
  },
  completed(before, { result, files, at }) {
    if (before.cancel_requested_at) throw new Error('is completed after a cancel was recorded');
    const rest = { progress: 100, message: null, checkpoint_at: null };
    return { ...rest, status: 'completed', result, files, finished_at: at };
  },
  failed(before, { error, stopped, at }) {
    const name = error.type.split(':').at(-1);
    if (name === 'crashed' && before.losses + 1 < LOSSES) throw new Error(`crashed after ${before.losses + 1} losses`);
    const failures = before.failures + (before.status === 'running' ? 1 : 0);
    return { status: 'failed', message: null, error, stopped, failures, finished_at: at };
  },
  canceled: (_, { stopped, at }) => ({
    ...{ status: 'canceled', paused: null, message: null, stopped, finished_at: at, checkpoint_at: null },
  }),
  retried: (_, { from }) => ({
    ...{ status: 'pending', error: null, stopped: null, failures: 0, losses: 0, run_at: null, finished_at: null },
    ...{ cancel_requested_at: null },
    ...(from === 'start' ? { checkpoint_at: null, progress: 0, done: 0 } : {}),
  }),
};

/** The eight keys of a message. @param {Task} task */
export const stateOf = ({ task_id, status, progress, message, done, total, unit, attempt }) => ({
  ...{ task_id, status, progress, message, done, total, unit, attempt },
});

/** What the API shows. @param {Task} task */
export function shown({ losses: _, ...task }) {
  return task;
}

/** What `complete` says of a task that has ended. @param {Task} task */
export const endOf = ({ task_id, status, result, error, stopped }) => ({ task_id, status, result, error, stopped });
