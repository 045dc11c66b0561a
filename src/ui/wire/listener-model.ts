/** What a program sees that opens an `EventSource`: which of its functions is called, and with what. */
import { batch, signal } from '@preact/signals';

const KEPT = 500;

/** A call of one of the program's functions. `id` is what its event has as `lastEventId`. */
export interface Call {
  key: number;
  handler: string;
  data: string | null;
  id: string;
}

/** As `EventSource.readyState` has it; `none` while there is none. */
export type Readiness = 'none' | 'connecting' | 'open' | 'closed';

const readiness = ['connecting', 'open', 'closed'] as const;

export type Listener = ReturnType<typeof createListener>;

/** `names`: the events that have a function of their own. */
export function createListener(url: URL, names: readonly string[]) {
  const calls = signal<readonly Call[]>([]);
  const state = signal<Readiness>('none');
  let newest = 0;
  let source: EventSource | null = null;

  function called(handler: string, event: Event) {
    newest += 1;
    const { data, lastEventId } = event instanceof MessageEvent ? event : { data: null, lastEventId: '' };
    const call = { key: newest, handler, data: typeof data === 'string' ? data : null, id: lastEventId };
    batch(() => {
      calls.value = [...calls.peek(), call].slice(-KEPT);
      state.value = source ? (readiness[source.readyState] ?? 'closed') : 'none';
    });
  }

  function close() {
    source?.close();
    source = null;
    state.value = 'none';
  }

  return {
    calls,
    state,

    /** A new one knows nothing of an earlier one: what it is to go on after stands in the address. */
    open(after: string | null) {
      close();
      calls.value = [];
      const address = new URL(url);
      if (after !== null) address.searchParams.set('last_event_id', after);
      const opened = new EventSource(address);
      source = opened;
      state.value = 'connecting';
      opened.onopen = (event) => called('onopen', event);
      opened.onmessage = (event) => called('onmessage', event);
      opened.onerror = (event) => called('onerror', event);
      for (const name of names) opened.addEventListener(name, (event) => called(name, event));
    },

    /** The calls stay, to be read. */
    close,
  };
}
