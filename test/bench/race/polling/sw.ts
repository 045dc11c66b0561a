import { openDatabase } from '../../bare/protocol.ts';
import type { WorkerScope } from '../../bare/scope.ts';
import { type Cancel, CHANNEL, type Status } from './status.ts';

declare const self: WorkerScope;

const opening = openDatabase();
const channel = new BroadcastChannel(CHANNEL);

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const [what, id = ''] = event.request.url.slice(self.registration.scope.length).split('/');
  if (what === 'status') event.respondWith(status(id));
  if (what === 'cancel') event.respondWith(cancel(id));
});

async function status(id: string): Promise<Response> {
  const db = await opening;
  const row = await new Promise<Status | undefined>((resolve, reject) => {
    const request = db.transaction('tasks').objectStore('tasks').get(id);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return new Response(JSON.stringify(row ?? null), { headers: { 'Content-Type': 'application/json' } });
}

function cancel(id: string): Response {
  channel.postMessage({ kind: 'cancel', id } satisfies Cancel);
  return new Response(null, { status: 202 });
}
