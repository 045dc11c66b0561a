/** Keeps the page and its scripts, and answers two addresses. */
import type { WorkerScope } from '../scope.ts';

declare const self: WorkerScope;

const CACHE = 'bare app';
const EVERY_MS = 50;

async function keep(): Promise<void> {
  const page = await (await fetch('./')).text();
  const scripts = [...page.matchAll(/(?:src|href)="([^":]+\.js)"/g)].flatMap(([, path]) => path ?? []);
  await (await caches.open(CACHE)).addAll(['./', ...scripts]);
  await self.skipWaiting();
}

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const what = event.request.url.slice(self.registration.scope.length);
  if (what === 'names') event.respondWith(Response.json(['one', 'two', 'three']));
  else if (what === 'stream') event.respondWith(stream());
  else event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});

function stream(): Response {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined;
  let count = 0;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setInterval(() => {
        count += 1;
        controller.enqueue(encoder.encode(`id: ${count}\ndata: ${JSON.stringify({ count })}\n\n`));
      }, EVERY_MS);
    },
    cancel: () => clearInterval(timer),
  });
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } });
}
