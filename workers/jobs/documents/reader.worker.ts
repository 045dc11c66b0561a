/** The thread that reads documents: what it is doing cannot be interrupted, but it can be terminated. */
import type { Format, Order, Reader, Report } from './plan.ts';
import { AHEAD } from './room.ts';

const post = (report: Report, transfer: Transferable[] = []) => self.postMessage(report, { transfer });

const readers: Record<Format, () => Promise<Reader>> = {
  pdf: async () => (await import('./pdf.ts')).readPdf,
  html: async () => (await import('./html.ts')).readHtml,
  markdown: async () => {
    const { readText } = await import('./text.ts');
    return (source) => readText(source, true);
  },
  text: async () => (await import('./text.ts')).readText,
};

/** Who waits for the parts that were asked for, by the number under which they were. */
const waiting = new Map<number, (bytes: Uint8Array<ArrayBuffer>) => void>();
let asked = 0;
let room = AHEAD;
let free: (() => void) | null = null;

function wantedBytes(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  asked += 1;
  waiting.set(asked, resolve);
  post({ kind: 'want', wanted: asked, start, end });
  return promise;
}

async function read({ format, bytes: whole, ...order }: Extract<Order, { kind: 'read' }>): Promise<void> {
  room = AHEAD;
  const reader = await readers[format]();
  const bytes = whole ? async (start: number, end: number) => whole.slice(start, end) : wantedBytes;
  const pages = reader({ ...order, bytes, at: (page, share) => post({ kind: 'at', page, share }) });
  for (;;) {
    const { done, value } = await pages.next();
    if (done) return post({ kind: 'end', title: value });
    post({ kind: 'pages', ...value });
    room -= 1;
    if (room > 0) continue;
    await new Promise<void>((resolve) => {
      free = resolve;
    });
  }
}

self.onmessage = ({ data }: MessageEvent<Order>) => {
  switch (data.kind) {
    case 'bytes':
      waiting.get(data.wanted)?.(data.bytes);
      waiting.delete(data.wanted);
      return;
    case 'more':
      room += 1;
      free?.();
      free = null;
      return;
    case 'read':
      read(data).catch((error: unknown) => {
        post({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
      });
  }
};

post({ kind: 'ready' });
