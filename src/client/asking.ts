/** Questions to the service worker that are no requests. */
import type { BackendMessage, Taken } from '../core/protocol.ts';
import { onMessage } from './control.ts';
import { Unavailable } from './unavailable.ts';

/** How long the service worker may take until it says that it has a question, and how often it is looked at until it answers, in ms. */
const LOOK_MS = 5_000;

/**
 * Each is answered on a port of its own. A service worker that is stopped takes the questions that it had with it: those are asked
 * again as soon as it says that it has started. A message to one that has just replaced another is lost now and then (seen in WebKitGTK
 * 2.50): it is asked again when one that was sent after it was taken, and it was not. So none is taken twice by one that is slow.
 */
export function asking(registration: ServiceWorkerRegistration) {
  return <T>(question: BackendMessage): Promise<T> => {
    const settled = new AbortController();
    let isTaken = false;
    let look: ReturnType<typeof setInterval>;
    return new Promise<T>((resolve, reject) => {
      function post(message: BackendMessage, heard: (this: MessagePort, event: MessageEvent) => void) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = heard;
        const worker = navigator.serviceWorker.controller ?? registration.active;
        if (worker) worker.postMessage(message, [port2]);
        else
          reject(new Unavailable('not-controlled', 'The service worker does not answer this page. Reload it, please.'));
      }
      const ask = () =>
        post(question, ({ data }) => {
          isTaken = true;
          if (data === ('taken' satisfies Taken)) return;
          if ('error' in Object(data)) reject(new Error(String(data.error)));
          else resolve(data);
        });
      onMessage(({ kind }) => kind === 'backend-started' && isTaken && ask(), settled.signal);
      // This also wakes one that was stopped while it had the question.
      look = setInterval(
        () =>
          post({ kind: 'claim' }, function () {
            this.close();
            if (!isTaken) ask();
          }),
        LOOK_MS,
      );
      ask();
    }).finally(() => {
      clearInterval(look);
      settled.abort();
    });
  };
}
