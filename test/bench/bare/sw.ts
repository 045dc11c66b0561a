import { CHANNEL, type Message, openDatabase, put } from './protocol.ts';
import type { WorkerScope } from './scope.ts';

declare const self: WorkerScope;

const channel = new BroadcastChannel(CHANNEL);
const opening = openDatabase();
const encoder = new TextEncoder();
const streams = new Map<string, Set<ReadableStreamDefaultController<Uint8Array>>>();
/** Called when the last stream of an id is gone. */
const left = new Map<string, () => void>();
const canceled = new Map<string, () => void>();

channel.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data.kind === 'frames') {
    const bytes = encoder.encode(data.text);
    for (const controller of streams.get(data.id) ?? []) controller.enqueue(bytes.slice());
  }
  if (data.kind === 'canceled') canceled.get(data.id)?.();
};

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const [what, id = ''] = event.request.url.slice(self.registration.scope.length).split('/');
  if (what === 'stream') event.respondWith(stream(id));
  if (what === 'left') event.respondWith(gone(id));
  if (what === 'cancel') event.respondWith(cancel(id));
});

function stream(id: string): Response {
  const readers = streams.get(id) ?? new Set();
  streams.set(id, readers);
  let own: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      own = controller;
      readers.add(own);
      own.enqueue(encoder.encode(': open\n\n'));
    },
    cancel() {
      readers.delete(own);
      if (readers.size > 0) return;
      streams.delete(id);
      left.get(id)?.();
    },
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } });
}

async function gone(id: string): Promise<Response> {
  if (streams.has(id)) await new Promise<void>((resolve) => left.set(id, resolve));
  left.delete(id);
  return new Response(null, { status: 204 });
}

async function cancel(id: string): Promise<Response> {
  await put(await opening, 'strict', { tasks: [{ id, status: 'running', cancel_requested: true }] });
  const answer = new Promise<void>((resolve) => canceled.set(id, resolve));
  channel.postMessage({ kind: 'cancel', id } satisfies Message);
  await answer;
  canceled.delete(id);
  return new Response(JSON.stringify({ id, status: 'canceled' }));
}
