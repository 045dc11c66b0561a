/** Streams as Hono makes them, of events that nothing keeps. */
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { WorkerScope } from '../scope.ts';
import { CHANNEL, type Tick } from './protocol.ts';

declare const self: WorkerScope;

const { pathname } = new URL(self.registration.scope);
const app = new Hono().basePath(pathname);
const channel = new BroadcastChannel(CHANNEL);

const line = (n: number) => ({ task_id: 'hono', level: 'info', message: String(n), at: new Date().toISOString() });

/** As many log lines as are asked for, and the end. */
app.get('/tasks/replay/stream', (c) =>
  streamSSE(c, async (stream) => {
    const count = Number(c.req.query('count') ?? 100_000);
    for (let n = 1; n <= count; n += 1) {
      await stream.writeSSE({ id: String(n), event: 'log', data: JSON.stringify(line(n)) });
    }
    await stream.writeSSE({ id: String(count + 1), event: 'complete', data: '{}' });
  }),
);

/** The streams of each id, until their readers are gone. */
const open = new Map<string, Set<Promise<void>>>();

/** Answers when none is left. */
app.get('/tasks/:id/left', async (c) => {
  await Promise.all(open.get(c.req.param('id')) ?? []);
  return c.body(null, 204);
});

/** What the worker says, as it comes, until the reader goes. */
app.get('/tasks/:id/stream', (c) =>
  streamSSE(c, async (stream) => {
    const gone = new Promise<void>((resolve) => stream.onAbort(resolve));
    const own = c.req.param('id');
    const streams = open.get(own) ?? new Set();
    open.set(own, streams.add(gone));
    const hear = ({ data: { id, n, data } }: MessageEvent<Tick>) => {
      if (id === own) stream.writeSSE({ id: String(n), data });
    };
    channel.addEventListener('message', hear);
    await stream.writeSSE({ id: '0', data: '{"message":null}' });
    await gone;
    channel.removeEventListener('message', hear);
    streams.delete(gone);
    if (streams.size === 0) open.delete(own);
  }),
);

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const path = new URL(event.request.url).pathname.slice(pathname.length);
  if (path.startsWith('tasks/')) event.respondWith(app.fetch(event.request));
});
