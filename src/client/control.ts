/** A page and its service worker: found, and in control. */
import type { BackendMessage, PageMessage } from '../core/protocol.ts';
import { pause } from './pause.ts';
import { isOf } from './problem.ts';
import { Unavailable } from './unavailable.ts';

/**
 * What fits `PageMessageSchema`, and nothing else. By hand: with Valibot the client would be 7.2 kB gzipped instead of 5.7 (measured), for
 * these three messages.
 */
export function isPageMessage(data: unknown): data is PageMessage {
  const { kind, read, size } = Object(data);
  return kind === 'import-progress' ? isWhole(read) && isWhole(size) : kind === 'backend-started' || kind === 'erased';
}

const isWhole = (value: number) => Number.isSafeInteger(value) && value >= 0;

/** What the service worker tells its pages. Other apps on the origin may send what they like. */
export function onMessage(heard: (message: PageMessage) => void, signal: AbortSignal) {
  navigator.serviceWorker.addEventListener(
    'message',
    ({ data }: MessageEvent<unknown>) => isPageMessage(data) && heard(data),
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
      reject(new Unavailable('not-controlled', 'The service worker does not control this page. Reload it, please.'));
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

/** How often, and after how many ms, a page that is controlled and not answered asks once more. */
const ASKS = 4;
const ANSWER_MS = 250;
/** How long one may take: WebKitGTK sometimes never answers what is asked while it starts a service worker again (seen, 2.50). */
const PATIENCE_MS = 10_000;

/**
 * Resolves when the service worker answers this page's requests. Chromium lets all of them past one that is stopped just when it takes
 * control of the page (seen, 156), for as long as that page lives: only another load helps.
 */
export async function answered(base: string): Promise<void> {
  for (let left = ASKS; left > 0; left -= 1) {
    // Its headers alone: nothing is read for it. Neither a stream nor a problem is what a site answers with.
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const head = await fetch(new URL('tasks/stream', base), { method: 'HEAD', signal }).catch(() => null);
    if (head && (isOf(head, 'event-stream') || isOf(head, 'problem+json'))) return;
    await pause(ANSWER_MS);
  }
  throw new Unavailable('not-controlled', 'The service worker does not answer this page. Reload it, please.');
}
