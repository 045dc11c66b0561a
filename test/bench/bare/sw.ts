import { CHANNEL, type Message, openDatabase, put } from './protocol.ts';

// The page's library knows no service worker; this is all that is used of one.
interface Scope {
  registration: { scope: string };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(
    type: 'install' | 'activate',
    listener: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void;
  addEventListener(
    type: 'fetch',
    listener: (event: { request: Request; respondWith(answer: Response | Promise<Response>): void }) => void,
  ): void;
}
declare const self: Scope;

const channel = new BroadcastChannel(CHANNEL);
const opening = openDatabase();
const encoder = new TextEncoder();
const streams = new Map<string, ReadableStreamDefaultController<Uint8Array>>();
const canceled = new Map<string, () => void>();

channel.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.kind === 'frames') streams.get(data.id)?.enqueue(encoder.encode(data.text));
  if (data.kind === 'canceled') canceled.get(data.id)?.();
};

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const [what, id = ''] = event.request.url.slice(self.registration.scope.length).split('/');
  if (what === 'stream') event.respondWith(stream(id));
  if (what === 'cancel') event.respondWith(cancel(id));
});

function stream(id: string): Response {
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      streams.set(id, controller);
      controller.enqueue(encoder.encode(': open\n\n'));
    },
    cancel: () => void streams.delete(id),
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } });
}

async function cancel(id: string): Promise<Response> {
  await put(await opening, 'strict', { tasks: [{ id, status: 'running', cancel_requested: true }] });
  const answer = new Promise<void>((resolve) => canceled.set(id, resolve));
  channel.postMessage({ kind: 'cancel', id } satisfies Message);
  await answer;
  canceled.delete(id);
  return new Response(JSON.stringify({ id, status: 'canceled' }));
}
