/** A task as it was: which event somebody looks at, and the task after it, as the server folds it. */
import { batch, computed, signal } from '@preact/signals';
import { type Client, HttpProblem, type LogEvent, type Task } from '../../client/index.ts';
import { words } from '../format.ts';

const KEPT = 100;
/** While it follows the newest event it asks no more often than this. */
const FOLLOWS_EVERY_MS = 250;

export interface Shown {
  n: number;
  task: Task;
  /** The task one event earlier; null where that cannot be told, or nobody asked. */
  before: Task | null;
  /** What the event was; null for the end of a log's trimmed part. */
  event: Pick<LogEvent, 'at' | 'change'> | null;
}

export type Past = ReturnType<typeof createPast>;

export function createPast(client: Pick<Client, 'get' | 'log'>, task_id: string) {
  /** The earliest event whose task can be told, and the newest that is known. */
  const first = signal(1);
  const last = signal(1);
  /** The event that was asked for; null: the newest, whichever that is. */
  const wanted = signal<number | null>(null);
  const shown = signal<Shown | null>(null);
  const problem = signal<string | null>(null);
  const known = new Map<number, Task>();
  let busy = false;
  let stale = false;
  let stopped = false;

  async function at(n: number): Promise<Task> {
    const found = known.get(n) ?? (await client.get(task_id, n));
    known.set(n, found);
    const [oldest] = known.keys();
    if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
    return found;
  }

  async function look(): Promise<Shown> {
    const n = wanted.peek();
    if (n === null) {
      const task = await client.get(task_id);
      return { n: Number(task.last_event_id), task, before: null, event: null };
    }
    const [task, before, log] = await Promise.all([
      at(n),
      n > first.peek() ? at(n - 1) : null,
      client.log(task_id, n - 1, 1, true),
    ]);
    const event = log.events.find(({ event, id }) => event !== 'gap' && Number(id) === n);
    return { n, task, before, event: event?.change ? event : null };
  }

  /** One question at a time; when it is answered, the one that was asked last. */
  async function ask() {
    stale = true;
    if (busy) return;
    busy = true;
    while (stale && !stopped) {
      stale = false;
      try {
        const found = await look();
        batch(() => {
          shown.value = found;
          problem.value = null;
          last.value = Math.max(last.peek(), found.n);
        });
      } catch (error) {
        stale ||= trimmed(error);
        if (!stale) problem.value = words(error);
      }
      if (wanted.peek() === null) await new Promise((resolve) => setTimeout(resolve, FOLLOWS_EVERY_MS));
    }
    busy = false;
  }

  /** Whether the log was trimmed past what was asked for: then that moves on. */
  function trimmed(error: unknown): boolean {
    if (!(error instanceof HttpProblem) || error.status !== 410) return false;
    const { first: next } = error.problem;
    if (typeof next !== 'number' || next <= first.peek()) return false;
    batch(() => {
      first.value = next;
      wanted.value = Math.max(next, wanted.peek() ?? next);
    });
    return true;
  }

  return {
    first,
    last,
    shown,
    problem,
    /** The event that is looked at. */
    place: computed(() => wanted.value ?? last.value),
    follows: computed(() => wanted.value === null),

    /** Finds out where the log begins, and shows the task as it is. */
    async open() {
      await ask();
      try {
        const [head] = (await client.log(task_id, 0, 1)).events;
        if (head?.event === 'gap') first.value = Math.max(first.peek(), Number(head.id));
      } catch (error) {
        problem.value = words(error);
      }
    },

    /** Event `n` has happened. */
    reached(n: number) {
      if (n <= last.peek()) return;
      last.value = n;
      if (wanted.peek() === null) ask();
    },

    /** Shows the task after event `n`; after the newest it follows. */
    go(n: number) {
      if (!Number.isSafeInteger(n)) return;
      const within = Math.max(first.peek(), Math.min(n, last.peek()));
      wanted.value = within === last.peek() ? null : within;
      ask();
    },

    stop() {
      stopped = true;
    },
  };
}
