/** How this service worker takes the place of the one before it. */
import type { BackendMessage } from '../src/core/protocol.ts';

declare const self: ServiceWorkerGlobalScope;

const AGAIN_MS = 500;
/** One that cannot be started any more holds up nothing for longer. */
const LATE_MS = 5_000;
/**
 * By then pages have greeted one that had to be started, and most have asked once for the streams that ended (after 250 or 500 ms); what
 * they were told keeps them away for at least a second more.
 */
const SETTLE_MS = 800;

let taken: Promise<void> | undefined;

/**
 * Chromium (156) gives a service worker that shall be replaced one chance to be idle: what is asked of it while it is being started or
 * stopped just then (an open stream, a message) puts the next one off for five minutes (measured). So its streams end first; it says that
 * they have, for one that was stopped has to start for that; and it is asked again, for one that is being stopped loses what it is told.
 *
 * However many ask, it is done once: later, the one that is told to end its streams would be this one.
 */
export const takeOver = (): Promise<void> => (taken ??= replace());

async function replace(): Promise<void> {
  const { active, waiting, installing } = self.registration;
  if (active && (waiting ?? installing)) await streamsEnded(active);
  await self.skipWaiting();
}

async function streamsEnded(old: ServiceWorker): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const ports: MessagePort[] = [];
  const ask = () => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    port1.onmessage = resolve;
    old.postMessage({ kind: 'end-streams' } satisfies BackendMessage, [port2]);
  };
  const again = setInterval(ask, AGAIN_MS);
  const late = setTimeout(resolve, LATE_MS);
  ask();
  await promise;
  clearInterval(again);
  clearTimeout(late);
  for (const port of ports) port.close();
  await new Promise((settled) => setTimeout(settled, SETTLE_MS));
}
