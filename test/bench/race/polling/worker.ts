import { openDatabase, put } from '../../bare/protocol.ts';
import { type Order, work } from '../order.ts';
import { type Cancel, CHANNEL, type Status } from './status.ts';

const opening = openDatabase();
const running = new Map<string, AbortController>();

self.onmessage = async ({ data: { id, order } }: MessageEvent<{ id: string; order: Order }>) => {
  const db = await opening;
  const keep = (status: Omit<Status, 'id'>) => put(db, 'relaxed', { tasks: [{ id, ...status } satisfies Status] });
  const abort = new AbortController();
  running.set(id, abort);
  await keep({ said: null, ended: false, result: null });
  const working = work(order, abort.signal);
  for (;;) {
    const step = await working.next();
    if (step.done) {
      running.delete(id);
      return keep({ said: null, ended: true, result: step.value });
    }
    await keep({ said: step.value, ended: false, result: null });
  }
};

new BroadcastChannel(CHANNEL).onmessage = ({ data }: MessageEvent<Cancel>) => running.get(data.id)?.abort();
