/** A real server on the same machine: BullMQ on Redis, and `better-sse`. */
import { clock, pause, timed } from '../../bench.ts';
import { EVENTS } from '../../rows/events.ts';
import { type Course, MIB, type Rival, TASKS, TICKS } from '../rival.ts';

const OPENED_WITHIN_MS = 3_000;

interface Heard {
  status: 'waiting' | 'running' | 'completed' | 'failed';
  done: number;
  message: string | null;
}

export async function enter({ file, server }: Course): Promise<Rival | null> {
  if (server === null) return null;
  const base: string = server;

  async function post(path: string, body: unknown = {}): Promise<{ id: string }> {
    const response = await fetch(new URL(path, base), { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** Resolves when `enough` says so. `opened` is called when the stream is there. */
  function heard(id: string, enough: (heard: Heard) => boolean, opened = () => {}): Promise<void> {
    const source = new EventSource(new URL(`tasks/${id}/stream`, base));
    return new Promise<void>((resolve, reject) => {
      source.onerror = () => reject(new Error('the stream of the server broke'));
      source.onopen = opened;
      source.onmessage = ({ data }) => enough(JSON.parse(data)) && resolve();
    }).finally(() => source.close());
  }

  const spoke = ({ message }: Heard) => message !== null;

  return {
    async first() {
      const ms = await timed(async () => {
        const { id } = await post('tasks', { kind: 'ticks', count: 1, low_ms: 0, high_ms: 0 });
        await heard(id, spoke);
      });
      return [ms];
    },
    async latency() {
      const all: number[] = [];
      const { id } = await post('tasks', { kind: 'ticks', ...TICKS });
      await heard(id, ({ status, message }) => {
        if (message !== null) all.push(clock() - Number(message));
        return status === 'completed';
      });
      return all;
    },
    async events() {
      const id = crypto.randomUUID();
      const came = new Set<number>();
      let first = 0;
      // The stream is there before the first event: what was said earlier does not come again.
      await heard(
        id,
        ({ message, done }) => {
          if (message === null) return false;
          first ||= Number(message);
          return came.add(done).size === EVENTS;
        },
        () => void post('tasks', { kind: 'flood', count: EVENTS, id }),
      );
      return [(EVENTS / (clock() - first)) * 1000];
    },
    async cancel() {
      const { id } = await post('tasks', { kind: 'wait' });
      await heard(id, spoke);
      return [await timed(() => post(`tasks/${id}/cancel`))];
    },
    force: 'BullMQ tells the job; one that is busy hears nothing, and keeps its process',
    async recover() {
      const { id } = await post('tasks', { kind: 'steps' });
      await heard(id, spoke);
      await post('spare');
      let killed = 0;
      let before = 0;
      await heard(id, ({ message, done }) => {
        if (message === null) return false;
        if (killed === 0 && done > 3) {
          killed = clock();
          post('kill');
        }
        // It begins anew.
        const isAnew = killed > 0 && done < before;
        before = done;
        return isAnew;
      });
      const ms = clock() - killed;
      await post(`tasks/${id}/cancel`);
      return [ms];
    },
    streams: `a page has ${await opened(base)} streams to a server at once, without HTTP/2 and its certificate`,
    async tasks() {
      return [(TASKS / (await timed(() => post('many', { count: TASKS })))) * 1000];
    },
    async checksum() {
      const ms = await timed(async () => {
        const upload = await fetch(new URL('files', base), {
          method: 'POST',
          body: file.slice(0, file.size, 'text/plain'),
        });
        const { path } = await upload.json();
        const { id } = await post('tasks', { kind: 'hash', path });
        let isDone = false;
        await heard(id, ({ status }) => {
          isDone = status === 'completed';
          return isDone || status === 'failed';
        });
        if (!isDone) throw new Error('the server could not read its file');
      });
      return [(file.size / MIB / ms) * 1000];
    },
  };
}

/** How many streams of one page open within a few seconds. */
async function opened(base: string): Promise<number> {
  let open = 0;
  const sources = Array.from({ length: 20 }, () => {
    const source = new EventSource(new URL('tasks/none/stream', base));
    source.onopen = () => {
      open += 1;
    };
    return source;
  });
  await pause(OPENED_WITHIN_MS);
  for (const source of sources) source.close();
  return open;
}
