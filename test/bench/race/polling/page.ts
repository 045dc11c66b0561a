/** The usual pattern: a status is kept, and whoever wants to know asks for it once a second. */
import { controlled } from '../../bare/controlled.ts';
import type { Order } from '../order.ts';
import type { Status } from './status.ts';

const EVERY_MS = 1_000;

export interface Polling {
  tell(id: string, order: Order): void;
  cancel(id: string): Promise<void>;
  /** Resolves when all that was asked is answered. */
  quiet(): Promise<void>;
  /** Asks at once, then once a second, until `enough` says so; resolves with that status. */
  until(id: string, enough: (status: Status) => boolean): Promise<Status>;
}

declare global {
  var polling: Promise<Polling>;
}

globalThis.polling = start();

async function start(): Promise<Polling> {
  await controlled();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const asked = new Set<Promise<Status | null>>();
  function ask(id: string): Promise<Status | null> {
    const answer = fetch(`status/${id}`)
      .then((response): Promise<Status | null> => response.json())
      .finally(() => asked.delete(answer));
    asked.add(answer);
    return answer;
  }
  return {
    tell: (id, order) => worker.postMessage({ id, order }),
    quiet: async () => void (await Promise.all(asked)),
    cancel: async (id) => void (await fetch(`cancel/${id}`, { method: 'POST' })),
    until: (id, enough) =>
      new Promise((resolve, reject) => {
        const look = () =>
          ask(id).then((status) => {
            if (!status || !enough(status)) return;
            clearInterval(timer);
            resolve(status);
          }, reject);
        const timer = setInterval(look, EVERY_MS);
        look();
      }),
  };
}
