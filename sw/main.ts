/** The service worker: its listeners, and nothing else. */
import { offlineShell } from './assets.ts';
import { createBackend } from './backend.ts';
import { onDemand } from './on-demand.ts';

declare const self: ServiceWorkerGlobalScope;

const { scope } = self.registration;
const backend = createBackend(scope);
const shell = offlineShell(scope);

self.addEventListener('install', (event) => event.waitUntil(shell.install(event)));

self.addEventListener('activate', (event) => {
  event.waitUntil(shell.activate().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const reply = backend.fetch(event) ?? shell.fetch(event);
  if (reply) event.respondWith(reply);
});

self.addEventListener('message', (event) => event.waitUntil(backend.message(event)));

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(onDemand().openFrom(event.notification));
});
