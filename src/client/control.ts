/** A page and its service worker: found, and in control. */
import type { BackendMessage, PageMessage } from '../core/protocol.ts';
import { Unavailable } from './unavailable.ts';

/** What the service worker tells its pages. Other apps on the origin may send what they like. */
export function onMessage(heard: (message: PageMessage) => void, signal: AbortSignal) {
  navigator.serviceWorker.addEventListener(
    'message',
    ({ data }: MessageEvent<PageMessage | null>) => data?.kind && heard(data),
    { signal },
  );
}

/**
 * The registration of this script, if it has a worker that is active; else this never settles. Chromium sometimes lets `register()` wait
 * until the browser has run for a minute (measured, 156: in a frame, about every other time), and it fails without a network.
 */
export async function earlier(script: URL): Promise<ServiceWorkerRegistration> {
  const registration = await navigator.serviceWorker.getRegistration(new URL('./', script)).catch(() => undefined);
  if (registration?.active?.scriptURL === script.href) return registration;
  return new Promise(() => {});
}

/** A service worker that was being stopped when it was asked to take control does not: it is asked again (measured, Firefox 153). */
const ASK_MS = 1_000;

/**
 * Resolves when this page is controlled. After a hard reload it is not, though a worker is active; a message asks it to take
 * control, which takes about 30 ms (measured, Chromium 156), where a reload would loop.
 */
export async function controlled(registration: ServiceWorkerRegistration, timeout_ms: number): Promise<void> {
  const { serviceWorker } = navigator;
  const isOurs = () =>
    serviceWorker.controller?.scriptURL === registration.active?.scriptURL && registration.active !== null;
  const claim = () => {
    if (!isOurs()) registration.active?.postMessage({ kind: 'claim' } satisfies BackendMessage);
  };
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      finish();
      reject(
        new Unavailable('not-controlled', 'The service worker did not take control of this page. Reload it, please.'),
      );
    }, timeout_ms);
    const look = () => {
      if (!isOurs()) return;
      finish();
      resolve();
    };
    const asking = setInterval(claim, ASK_MS);
    const finish = () => {
      clearTimeout(timer);
      clearInterval(asking);
      serviceWorker.removeEventListener('controllerchange', look);
    };
    serviceWorker.addEventListener('controllerchange', look);
    look();
    serviceWorker.ready.then(() => {
      look();
      claim();
    });
  });
}
