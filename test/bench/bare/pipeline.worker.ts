import { between, clock, pause } from '../bench.ts';
import { hash } from '../race/hash.ts';
import { CHANNEL, type Message, type Order, openDatabase, put } from './protocol.ts';

const opening = openDatabase();
const channel = new BroadcastChannel(CHANNEL);
const tell = (message: Message) => channel.postMessage(message);
const held = new Set<string>();

self.onmessage = async ({ data: order }: MessageEvent<Order>) => {
  const db = await opening;
  const { id } = order;
  if (order.kind === 'hold') {
    held.add(id);
    await put(db, 'relaxed', { tasks: [{ id, status: 'running' }] });
    return self.postMessage(id);
  }
  if (order.kind === 'hash') return hashed(db, id, order.file);
  const frame = (n: number) => {
    const event = { task_id: id, status: 'running', progress: n / order.count, message: String(clock()), done: n };
    return `id: ${n}\ndata: ${JSON.stringify(event)}\n\n`;
  };
  if (order.kind === 'ticks') {
    for (let n = 1; n <= order.count; n += 1) {
      await pause(between(order.low_ms, order.high_ms));
      const text = frame(n);
      await put(db, 'relaxed', { events: [{ id, n, events: [text] }], tasks: [{ id, status: 'running', last: n }] });
      tell({ kind: 'frames', id, text });
    }
    return;
  }
  for (let first = 1; first <= order.count; first += order.together) {
    const events = Array.from({ length: order.together }, (_, i) => ({ id, n: first + i, event: frame(first + i) }));
    await put(db, 'relaxed', { events, tasks: [{ id, status: 'running', last: first + order.together - 1 }] });
    tell({ kind: 'frames', id, text: events.map(({ event }) => event).join('') });
  }
};

async function hashed(db: IDBDatabase, id: string, file: File) {
  const hashing = hash(file);
  for (let n = 1; ; n += 1) {
    const { done, value } = await hashing.next();
    const text = `id: ${n}\ndata: ${JSON.stringify({ task_id: id, status: done ? 'completed' : 'running', message: value })}\n\n`;
    await put(db, 'relaxed', { events: [{ id, n, events: [text] }], tasks: [{ id, status: 'running', last: n }] });
    tell({ kind: 'frames', id, text });
    if (done) return;
  }
}

channel.onmessage = async ({ data: { kind, id } }: MessageEvent<Message>) => {
  if (kind !== 'cancel' || !held.delete(id)) return;
  await put(await opening, 'strict', { tasks: [{ id, status: 'canceled' }] });
  tell({ kind: 'canceled', id });
};
