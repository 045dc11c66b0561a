/** One connection to an event stream, by `fetch`, and all that passes on it as it passes. Dropped, it says what a client would do next. */
import { batch, signal } from '@preact/signals';
import { words } from '../format.ts';
import { createEntryLog } from './entry-log.ts';
import { createSplitter, type Frame } from './frames.ts';

/** What the standard leaves to the browser, when no `retry` has come. */
const RETRY_MS = 3_000;
const RETRY_MAX_MS = 5_000;

export type State =
  | { is: 'idle' | 'opening' | 'open' | 'dropped' | 'finished' | 'refused' }
  /** It comes back by itself. */
  | { is: 'lost'; wait_ms: number };

interface ConnectionOptions {
  url: URL;
  /** Comes back after an end that is not the stream's last word, as `watch` does. */
  comesBack: boolean;
  /** Called for each frame as it comes. */
  onFrame?(frame: Frame): void;
}

export type Connection = ReturnType<typeof createConnection>;

export function createConnection({ url, comesBack, onFrame }: ConnectionOptions) {
  const state = signal<State>({ is: 'idle' });
  const { entries, forgotten, add, show, forget } = createEntryLog();
  const lastId = signal<string | null>(null);
  const retry = signal<number | null>(null);
  let current = new AbortController();
  /** How many events have come. */
  let events = 0;

  function take(frame: Frame) {
    add({ kind: 'frame', frame });
    if (frame.event !== null) events += 1;
    if (frame.id !== null) lastId.value = frame.id;
    if (frame.retry !== null) retry.value = frame.retry;
    onFrame?.(frame);
  }

  /** One request, to its end. */
  async function once(after: string | null, end: AbortSignal): Promise<'finished' | 'refused' | 'ended' | 'broke'> {
    const { pathname, search } = url;
    const headers = { Accept: 'text/event-stream', ...(after ? { 'Last-Event-ID': after } : {}) };
    const splitter = createSplitter();
    let isLast = false;
    state.value = { is: 'opening' };
    add({ kind: 'sent', lines: [`GET ${pathname}${search}`, ...linesOf(Object.entries(headers))] });
    try {
      const response = await fetch(url, { headers, cache: 'no-store', signal: end });
      add({
        kind: 'answered',
        lines: [`${response.status} ${response.statusText}`.trim(), ...linesOf(response.headers)],
      });
      if (response.status === 204 || !response.body) return 'finished';
      if (!response.ok) {
        add({ kind: 'over', why: 'refused', detail: String(response.status), rest: await response.text() });
        return 'refused';
      }
      state.value = { is: 'open' };
      // The mark at the beginning of a text is a part of what came.
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        const text = decoder.decode(value, { stream: !done });
        const frames = splitter.push(text);
        batch(() => frames.forEach(take));
        isLast = (frames.at(-1)?.event ?? (isLast ? 'complete' : null)) === 'complete';
        if (done) break;
      }
      add({ kind: 'over', why: 'ended', detail: '', rest: splitter.rest() });
      return isLast || !comesBack ? 'finished' : 'ended';
    } catch (error) {
      if (end.aborted) throw error;
      add({ kind: 'over', why: 'broke', detail: words(error), rest: splitter.rest() });
      return 'broke';
    }
  }

  async function run(after: string | null, end: AbortSignal) {
    let next = after;
    for (let failures = 0; ; failures += 1) {
      const before = events;
      const outcome = await once(next, end);
      if (outcome === 'finished' || outcome === 'refused') {
        state.value = { is: outcome };
        return;
      }
      if (!comesBack) {
        state.value = { is: 'finished' };
        return;
      }
      if (events > before) failures = 0;
      const wait_ms = Math.min(RETRY_MAX_MS, (retry.peek() ?? RETRY_MS) * 2 ** failures);
      state.value = { is: 'lost', wait_ms };
      await pause(wait_ms, end);
      next = lastId.peek();
    }
  }

  function stop() {
    current.abort();
    show();
  }

  return {
    state,
    entries,
    /** How many came before the first that is shown. */
    forgotten,
    /** What a client would send to go on. */
    lastId,
    /** How long a client would wait, in ms; null: the browser decides. */
    retry,

    /** Ends what there is and asks anew, for what follows the event `after`, or for all. */
    connect(after: string | null) {
      current.abort();
      const mine = new AbortController();
      current = mine;
      lastId.value = after;
      run(after, mine.signal).catch((error: unknown) => {
        // It was told to end, and who told it has said so.
        if (!mine.signal.aborted) throw error;
      });
    },

    /** Ends it as a lost network would, and stays away. */
    drop() {
      if (current.signal.aborted) return;
      current.abort();
      add({ kind: 'over', why: 'dropped', detail: '', rest: '' });
      state.value = { is: 'dropped' };
      show();
    },

    forget,
    stop,
  };
}

const linesOf = (headers: Iterable<readonly [name: string, value: string]>): string[] =>
  [...headers].map(([name, value]) => `${name}: ${value}`);

function pause(ms: number, end: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done() {
      end.removeEventListener('abort', ended);
      resolve();
    }
    function ended() {
      clearTimeout(timer);
      reject(end.reason);
    }
    end.addEventListener('abort', ended, { once: true });
  });
}
