/** A task's log, read once from its beginning and then followed: its stream only says that there is more. */
import { batch, effect, signal } from '@preact/signals';
import { type Client, HttpProblem, isFinished } from '../../client/index.ts';
import { words } from '../format.ts';
import { settled } from '../pacing.ts';
import type { Row } from '../row.ts';
import { noLines, said } from './lines.ts';
import { momentsOf } from './moments.ts';
import { moved, noThroughput } from './throughput.ts';
import { extended, noTimeline } from './timeline.ts';

export type Reading =
  /** From 0 to 1; only the first time. */
  { kind: 'reading'; part: number } | { kind: 'read' } | { kind: 'failed'; detail: string };

const PAGE = 2_000;
/** A task that reports all the time is drawn a few times a second. */
const PACE_MS = 300;

export type LogModel = ReturnType<typeof createLog>;

export function createLog(client: Client, row: Row) {
  const { task_id } = row;
  const created = Date.parse(row.task.peek().created_at);
  const reading = signal<Reading>({ kind: 'reading', part: 0 });
  const timeline = signal(noTimeline);
  const throughput = signal(noThroughput);
  const lines = signal(noLines);
  let after = 0;
  /** For whom it is followed. */
  let following: AbortSignal | null = null;
  let pulling: Promise<void> | null = null;
  let more = false;
  let end = new AbortController();

  async function pull(): Promise<void> {
    for (let last = Number.POSITIVE_INFINITY; after < last && !end.signal.aborted; ) {
      const { events, last_event_id } = await client.log(task_id, after, PAGE, true);
      last = Number(last_event_id);
      const moments = momentsOf(events);
      after = moments.at(-1)?.n ?? last;
      batch(() => {
        timeline.value = extended(timeline.peek(), moments, created);
        throughput.value = moved(throughput.peek(), moments);
        lines.value = said(lines.peek(), moments);
        if (reading.peek().kind !== 'read') {
          reading.value = after < last ? { kind: 'reading', part: after / last } : { kind: 'read' };
        }
      });
    }
  }

  /** Reads what there is; asked meanwhile, once more after that. */
  function read(): Promise<void> {
    more = true;
    pulling ??= (async () => {
      try {
        while (more && !end.signal.aborted) {
          more = false;
          await pull();
        }
      } catch (error) {
        // A task that was removed has its page say so.
        if (error instanceof HttpProblem && error.status === 404) return;
        reading.value = { kind: 'failed', detail: words(error) };
      } finally {
        pulling = null;
      }
    })();
    return pulling;
  }

  const readSoon = settled(PACE_MS, () => void read());

  async function follow(signal: AbortSignal) {
    if (following === signal) return;
    following = signal;
    await read();
    try {
      for await (const { event } of client.watch(task_id, { after: String(after), signal })) {
        if (event !== 'reset') readSoon();
      }
      if (!signal.aborted) await read();
    } catch (error) {
      if (!signal.aborted) reading.value = { kind: 'failed', detail: words(error) };
    }
    if (following === signal) following = null;
  }

  return {
    reading,
    timeline,
    throughput,
    lines,

    /** Again after it has failed. */
    again() {
      reading.value = { kind: 'reading', part: 0 };
      read();
    },

    /** Follows for as long as the task lives; a retry makes it live again. Returns the stop. */
    open(): () => void {
      end = new AbortController();
      let live: boolean | null = null;
      const stop = effect(() => {
        const now = !isFinished(row.task.value.status);
        // Whenever it has changed: one that is retried at once may never have been seen finished.
        if (now) follow(end.signal);
        else if (live !== now) read();
        live = now;
      });
      return () => {
        stop();
        end.abort();
      };
    },

    /** The whole log from its first event, a page at a time. */
    async *pages() {
      for (let from = 0, last = Number.POSITIVE_INFINITY; from < last; ) {
        const { events, last_event_id } = await client.log(task_id, from, PAGE, true);
        last = Number(last_event_id);
        const moments = momentsOf(events);
        yield said(noLines, moments, Number.POSITIVE_INFINITY).kept;
        from = moments.at(-1)?.n ?? last;
      }
    },
  };
}
