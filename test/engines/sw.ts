/** The product's service worker, and beside it the streams that the checks need and the product would never send. */
// The witness has to see an event before the product answers it.
import './wire/witness.ts';
import '../../sw/main.ts';
import { answer } from './wire/routes.ts';

// The page's library knows no service worker; this is all that is used of one.
interface Scope {
  registration: { scope: string };
  addEventListener(
    type: 'fetch',
    listener: (event: { request: Request; respondWith(answer: Response | Promise<Response>): void }) => void,
  ): void;
}
declare const self: Scope;

self.addEventListener('fetch', (event) => {
  const path = event.request.url.slice(self.registration.scope.length);
  if (!path.startsWith('wire/')) return;
  const reply = answer(path.slice('wire/'.length).split('?')[0] ?? '', event.request);
  if (reply) event.respondWith(reply);
});
