/** Questions to the service worker that are no requests. */
import type { BackendMessage } from '../core/protocol.ts';
import { onMessage } from './control.ts';
import { Unavailable } from './unavailable.ts';

/** How often a question that has no answer yet is asked again, in ms. */
const AGAIN_MS = 5_000;

/**
 * Each is answered on a port of its own. A service worker that is stopped takes its questions with it, and a message to one that has just
 * replaced another is lost now and then (seen in WebKitGTK 2.50): they are asked again as soon as one says that it has started, and now
 * and then, which also wakes it. It passes over a question that it has already.
 */
export function asking(registration: ServiceWorkerRegistration) {
  return <T>(message: BackendMessage): Promise<T> => {
    const settled = new AbortController();
    const id = Math.random();
    let again: ReturnType<typeof setInterval>;
    return new Promise<T>((resolve, reject) => {
      const ask = () => {
        const { port1, port2 } = new MessageChannel();
        settled.signal.addEventListener('abort', () => port1.close());
        port1.onmessage = ({ data }) => {
          if ('error' in Object(data)) reject(new Error(String(data.error)));
          else resolve(data);
        };
        const worker = navigator.serviceWorker.controller ?? registration.active;
        if (worker) worker.postMessage({ ...message, id }, [port2]);
        else
          reject(new Unavailable('not-controlled', 'The service worker does not answer this page. Reload it, please.'));
      };
      onMessage(({ kind }) => kind === 'backend-started' && ask(), settled.signal);
      again = setInterval(ask, AGAIN_MS);
      ask();
    }).finally(() => {
      clearInterval(again);
      settled.abort();
    });
  };
}
