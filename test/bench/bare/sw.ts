import { CHANNEL, type Message, openDatabase, put } from './protocol.ts';
import type { WorkerScope } from './scope.ts';

declare const self: WorkerScope;

const channel = new BroadcastChannel(CHANNEL);
const opening = openDatabase();
const encoder = new TextEncoder();
const streams = new Map<string, Set<ReadableStreamDefaultController<Uint8Array>>>();
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
      if (readers.size === 0) streams.delete(id);
    },
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
