import type { Client } from '../src/client/index.ts';
import { namesFor } from '../src/core/names.ts';
import { INDEX } from '../src/core/search.ts';

/** Has whoever has the index open let go of it: what is found next is read from where it is kept. */
export async function closedIndex({ base }: Pick<Client, 'base'>): Promise<void> {
  const lock = namesFor(base).lastingLock(INDEX);
  const channel = new BroadcastChannel(lock);
  channel.postMessage({ kind: 'wanted' });
  channel.close();
  await navigator.locks.request(lock, () => {});
}
