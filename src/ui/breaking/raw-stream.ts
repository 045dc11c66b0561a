/** A task's stream read by hand, line by line: a second witness, that shares nothing with the client's parser and its way to come back. */
import type { StreamEvent } from '../../client/index.ts';

interface Raw {
  /** The number of the last event that is known. */
  after: number;
  signal: AbortSignal;
  heard(event: StreamEvent): void;
}

const AGAIN_MS = 250;

/** Resolves at the end of the task's stream, or when the signal aborts. */
export async function readRaw(url: string, { after, signal, heard }: Raw): Promise<void> {
  const frames = numberedFrames(heard);
  let last = after;
  while (!signal.aborted) {
    const headers = { Accept: 'text/event-stream', ...(last > 0 ? { 'Last-Event-ID': String(last) } : {}) };
    const response = await fetch(url, { headers, cache: 'no-store', signal }).catch(broken);
    const status = response?.status ?? 0;
    if (status === 204 || (status >= 400 && status < 500)) return;
    let text = '';
    frames.begin(last);
    for await (const chunk of chunksOf(response?.body)) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) last = frames.take(block) ?? last;
      if (frames.ended()) return;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}

/** That a connection breaks is what this page is for: the reader comes back like after any end. */
const broken = () => null;

/** The text that comes, until it ends or breaks. */
async function* chunksOf(body: ReadableStream<Uint8Array> | null | undefined) {
  const reader = body?.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  for (;;) {
    const part = await reader?.read().catch(broken);
    if (!part || part.done) return;
    yield part.value;
  }
}

/** The message of an end has no id of its own, nor has the state after a gap: both stand for the event beside them. */
function numberedFrames(heard: (event: StreamEvent) => void) {
  let last = 0;
  let held: StreamEvent | null = null;
  let afterGap = false;
  let ended = false;
  return {
    begin(from: number) {
      last = from;
      held = null;
      afterGap = false;
    },
    ended: () => ended,
    /** The number that the reader has come to, if the block is an event. */
    take(block: string): number | undefined {
      const fields = new Map(
        block.split('\n').flatMap((line) => {
          const colon = line.indexOf(': ');
          return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 2)] as const] : [];
        }),
      );
      const [name = 'message', data] = [fields.get('event'), fields.get('data')];
      if (data === undefined || name === 'busy') return undefined;
      const id = fields.get('id');
      const event = { event: name, id: id ?? String(last), data: JSON.parse(data) } as StreamEvent;
      if (id === undefined && !afterGap) {
        held = event;
        return undefined;
      }
      if (held) heard({ ...held, id: event.id });
      held = null;
      afterGap = name === 'gap';
      last = Number(event.id);
      ended = name === 'complete';
      heard(event);
      return last;
    },
  };
}
