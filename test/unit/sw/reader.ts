/** Reads an event stream chunk by chunk, when a test says so. */
import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** Lets everything run that can run without the clock: fake-indexeddb schedules with `setImmediate`. */
export async function ticks(count = 40): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

export type Reader = ReturnType<typeof readerOf>;

export function readerOf(stream: ReadableStream<Uint8Array> | null) {
  if (!stream) throw new Error('no body');
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const messages: EventSourceMessage[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const chunks: string[] = [];
  const parser = createParser({
    onEvent: (message) => messages.push(message),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => retries.push(ms),
  });
  let over = false;
  let pending: Promise<void> | null = null;

  async function read() {
    const { done, value } = await reader.read();
    pending = null;
    if (done) {
      over = true;
      return;
    }
    const text = decoder.decode(value, { stream: true });
    chunks.push(text);
    parser.feed(text);
  }

  /** Asks for a chunk, unless one has been asked for. */
  const pull = () => {
    pending ??= read();
    return pending;
  };

  return {
    messages,
    comments,
    retries,
    chunks,
    isOver: () => over,
    pull,
    /** Asks for a chunk and waits for it without the clock; false if none has come. */
    async settle(): Promise<boolean> {
      const waiting = pull();
      const before = chunks.length;
      await Promise.race([waiting, ticks(80)]);
      return over || chunks.length > before;
    },
    /** Reads all that there is now. */
    async drain() {
      while (!over && (await this.settle()));
    },
    async toEnd() {
      while (!over) await pull();
    },
    ids: () => messages.flatMap(({ id }) => (id === undefined ? [] : [Number(id.split('-').at(-1))])),
    cancel: () => reader.cancel(),
  };
}
