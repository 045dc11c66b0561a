/** The history of a round in which all went well, made by hand: what the checker of test/chaos has to let pass. */
import type { History } from '../../chaos/check.mjs';
import { type Event, endOf, shown, stateOf, step, type Task } from '../../chaos/fold.mjs';

export const HASHED = 'hashed';
export const COUNTED = 'counted';
export const DROPPED = 'dropped';
export const REVIVED = 'revived';
export const EPOCH = '01890000-0000-7000-8000-000000000000';
const DIGEST = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const SUMS = `${DIGEST}  a.bin\n`;
const RESULT = { algorithm: 'sha256', files: [{ name: 'a.bin', size: 9, digest: DIGEST }] };

type Change = Record<string, unknown> & { kind: string };

const created = (task_id: string, type: string, input: unknown, depends_on: string[] = []): Change => {
  const rest = { priority: 0, timeout_ms: null, max_attempts: 1, run_at: null, tags: [] };
  return { kind: 'created', task_id, draft: { type, input, depends_on, ...rest } };
};
const started = (attempt: number, done = 0, progress = 0): Change => ({ kind: 'started', attempt, done, progress });
const progress = (done: number, total: number, checkpoint = false): Change => ({
  ...{ kind: 'progress', done, total, unit: null, message: null, checkpoint },
});
const log = (message: string): Change => ({ kind: 'log', level: 'info', message });

const changes: Record<string, Change[]> = {
  [HASHED]: [
    created(HASHED, 'checksum', { files: [{ file_id: 'a' }], algorithm: 'sha256' }),
    started(1),
    progress(3, 9, true),
    progress(6, 9),
    { kind: 'lost', message: 'Its tab went away.' },
    started(2, 3, 33.3),
    progress(9, 9),
    { kind: 'completed', result: RESULT, files: [{ name: 'SHA256SUMS', size: SUMS.length, type: 'text/plain' }] },
  ],
  [COUNTED]: [
    created(COUNTED, 'countdown', { steps: 2, step_ms: 100 }, [HASHED]),
    started(1),
    progress(1, 2),
    log('cleaned up'),
    { kind: 'completed', result: { steps: 2 }, files: [] },
  ],
  [DROPPED]: [
    created(DROPPED, 'countdown', { steps: 9, step_ms: 100 }),
    started(1),
    progress(1, 9, true),
    { kind: 'cancel_requested' },
    { kind: 'canceled', stopped: { rung: 'return', ms: 3 } },
  ],
  // Who comes later is shown its first end as a message like any other.
  [REVIVED]: [
    created(REVIVED, 'countdown', { steps: 1, step_ms: 100 }),
    started(1),
    { kind: 'failed', error: { type: 'urn:holdfast:problem:job-failed', detail: '' }, stopped: null },
    { kind: 'retried', from: 'start' },
    started(2),
    { kind: 'completed', result: { steps: 1 }, files: [] },
  ],
};

/** A log of each task, one after the other, a second apart. */
function logged() {
  let seq = 0;
  return Object.entries(changes).map(([task_id, steps]) => {
    const first = seq + 1;
    const events: Event[] = [];
    const states: Task[] = [];
    for (const [i, change] of steps.entries()) {
      seq += 1;
      const event = { ...change, n: i + 1, at: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString() };
      const task = step(states.at(-1) ?? null, event);
      const { task_id: _, ...state } = stateOf(task);
      states.push(task);
      events.push({ ...event, state: change.kind === 'log' ? null : state });
    }
    return { task_id, events, states, seq: first };
  });
}

type Logged = ReturnType<typeof logged>[number];

const messageOf = (task_id: string, event: Event, state: Task) =>
  event.kind === 'log' ? { task_id, level: event.level, message: event.message, at: event.at } : stateOf(state);

/** The frames of all events of a task; `idOf` gives each its id. */
function framesOf({ task_id, events, states }: Logged, idOf: (n: number) => string): string[] {
  return events.map((event, i) => {
    const state = states[i] ?? {};
    const data = `data: ${JSON.stringify(messageOf(task_id, event, state))}\n\n`;
    if (i < events.length - 1) return `id: ${idOf(event.n)}\n${event.kind === 'log' ? 'event: log\n' : ''}${data}`;
    return `retry: 3600000\n${data}id: ${idOf(event.n)}\nevent: complete\ndata: ${JSON.stringify(endOf(state))}\n\n`;
  });
}

export function honest(): History {
  const lives = logged();
  const ends = new Map(lives.map(({ task_id, states }) => [task_id, states.at(-1) ?? {}]));
  const client: History['clients'][number]['records'] = [];
  let id = 0;
  const ask = (path: string, last: string | null, chunks: string[], how: string) => {
    id += 1;
    const headers = last === null ? {} : { 'last-event-id': last };
    client.push({ kind: 'request', id, method: 'GET', path, headers, body: null });
    client.push({ kind: 'answer', id, status: 200, type: 'text/event-stream' });
    for (const text of chunks) client.push({ kind: 'chunk', id, text });
    client.push({ kind: 'end', id, how });
  };
  for (const life of lives) {
    const { task_id, events, states } = life;
    const frames = framesOf(life, String);
    // The connection breaks after two events, in the middle of the third, and goes on from there.
    ask(
      `/tasks/${task_id}/stream`,
      null,
      ['retry: 250\n\n', ...frames.slice(0, 2), (frames[2] ?? '').slice(0, 20)],
      'broken',
    );
    ask(`/tasks/${task_id}/stream`, '2', ['retry: 250\n\n: heartbeat\n\n', ...frames.slice(2)], 'closed');
    const watcher = `${task_id} `;
    client.push({ kind: 'watch', watcher, task_id, after: null });
    for (const [i, event] of events.entries()) {
      const data = messageOf(task_id, event, states[i] ?? {});
      client.push({
        kind: 'event',
        watcher,
        event: event.kind === 'log' ? 'log' : 'message',
        id: String(event.n),
        data,
      });
    }
    client.push({
      kind: 'event',
      watcher,
      event: 'complete',
      id: String(events.length),
      data: endOf(states.at(-1) ?? {}),
    });
    client.push({ kind: 'watched', watcher });
  }
  id += 1;
  client.push({ kind: 'request', id, method: 'GET', path: '/tasks?limit=200', headers: {}, body: null });
  const page = { tasks: [], next_page: null, counts: {}, cursor: `${EPOCH}-0` };
  client.push({ kind: 'answer', id, status: 200, type: 'application/json', text: JSON.stringify(page) });
  const all = lives.flatMap((life) => framesOf(life, (n) => `${EPOCH}-${life.seq + n - 1}`));
  // It breaks in the middle of the seventh event.
  ask('/tasks/stream', `${EPOCH}-0`, [...all.slice(0, 6), (all[6] ?? '').slice(0, 20)], 'broken');
  ask('/tasks/stream', `${EPOCH}-6`, all.slice(6), 'closed');
  id += 1;
  client.push({ kind: 'request', id, method: 'POST', path: '/tasks', headers: {}, body: '{}' });
  const [first] = lives;
  client.push({
    kind: 'answer',
    id,
    status: 202,
    type: 'application/json',
    text: JSON.stringify(shown(first?.states[0] ?? {})),
  });

  const known = { key: '', depends_on: [], canceled: false, input: {} };
  return {
    tasks: [
      {
        ...known,
        task_id: HASHED,
        type: 'checksum',
        expected: { status: 'completed', result: RESULT, files: { SHA256SUMS: SUMS } },
      },
      {
        ...known,
        task_id: COUNTED,
        type: 'countdown',
        input: { steps: 2, step_ms: 100 },
        depends_on: [HASHED],
        expected: { status: 'completed', result: { steps: 2 }, files: {} },
      },
      {
        ...known,
        task_id: DROPPED,
        type: 'countdown',
        input: { steps: 9, step_ms: 100 },
        canceled: true,
        expected: { status: 'completed', result: { steps: 9 }, files: {} },
      },
      {
        ...known,
        task_id: REVIVED,
        type: 'countdown',
        input: { steps: 1, step_ms: 100 },
        expected: { status: 'completed', result: { steps: 1 }, files: {} },
      },
    ],
    running_limit: 1,
    jumped: false,
    deaths: [{ at: Date.UTC(2026, 0, 1) + 4_500, losses: 1 }],
    clients: [{ client: '1', records: client }],
    survivors: ['1'],
    store: {
      stores: {
        tasks: [...ends].map(([key, task]) => ({ key, value: { task } })),
        log: lives.map(({ task_id, events, seq }) => ({
          key: [task_id, 1],
          value: { task_id, first: 1, last: events.length, seq, events },
        })),
        meta: [{ key: 'seq', value: lives.reduce((sum, { events }) => sum + events.length, 0) }],
        lookups: [...ends].map(([task_id, { status }]) => ({ key: ['status', status, task_id], value: null })),
        checkpoints: [],
        files: [{ key: ['input', 'a', 0], value: {} }],
      },
      folder: { [HASHED]: [{ size: SUMS.length, sha256: '' }] },
    },
    answers: Object.fromEntries(
      lives.map(({ task_id, events }) => {
        const task = ends.get(task_id) ?? {};
        const files = task_id === HASHED ? { SHA256SUMS: { status: 200, text: SUMS } } : {};
        const numbers = events.map(({ n }) => ({ event: 'message', id: String(n) }));
        return [task_id, { task: shown(task), log: { events: numbers }, result: task.result, files }];
      }),
    ),
    locks: ['holdfast:/:executor'],
  };
}
