// BullMQ on Redis, with its events as `better-sse` streams them. Prints its address.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createSession } from 'better-sse';
import { Queue, QueueEvents } from 'bullmq';
import { connection, QUEUE } from './queue.mjs';

/** Of its events Redis keeps about so many. */
const KEPT_EVENTS = 200_000;
const AT_ONCE = 1_000;

const folder = await mkdtemp(join(tmpdir(), 'holdfast-race-server-'));
const queue = new Queue(QUEUE, { connection, streams: { events: { maxLen: KEPT_EVENTS } } });
const events = new QueueEvents(QUEUE, { connection });
await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
events.setMaxListeners(0);
/** The sessions of each job. */
const readers = new Map();
let files = 0;
const workers = [await startWorker()];

function tell(id, state) {
  for (const session of readers.get(id) ?? []) session.push(state, 'message');
}
events.on('progress', ({ jobId, data }) => tell(jobId, { status: 'running', ...data }));
events.on('completed', ({ jobId }) => tell(jobId, { status: 'completed', done: 0, message: null }));
events.on('failed', ({ jobId }) => tell(jobId, { status: 'failed', done: 0, message: null }));

async function startWorker() {
  const child = fork(new URL('worker.mjs', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await once(child, 'message');
  return child;
}

const routes = {
  'POST /tasks': async (request) => {
    const { id, ...order } = JSON.parse(await text(request));
    const job = await queue.add('job', order, { jobId: id });
    return { id: job.id };
  },
  /** Answers when all of them are done. */
  'POST /many': async (request) => {
    const { count } = JSON.parse(await text(request));
    let left = count;
    const done = new Promise((resolve) => {
      events.on('completed', function ended() {
        left -= 1;
        if (left > 0) return;
        events.off('completed', ended);
        resolve();
      });
    });
    for (let at = 0; at < count; at += AT_ONCE) {
      const jobs = Array.from({ length: Math.min(AT_ONCE, count - at) }, () => ({
        name: 'job',
        data: { kind: 'nothing' },
      }));
      await queue.addBulk(jobs);
    }
    await done;
    return { id: 'many' };
  },
  'POST /files': async (request) => {
    files += 1;
    const path = join(folder, String(files));
    await pipeline(request, createWriteStream(path));
    return { path };
  },
  /** Another process that works. */
  'POST /spare': async () => {
    workers.push(await startWorker());
    return { id: String(workers.length) };
  },
  /** The one that has worked for longest. */
  'POST /kill': async () => {
    workers.shift()?.kill('SIGKILL');
    return { id: String(workers.length) };
  },
};

async function cancel(id) {
  const failed = new Promise((resolve) => {
    const hear = ({ jobId }) => {
      if (jobId !== id) return;
      events.off('failed', hear);
      resolve();
    };
    events.on('failed', hear);
  });
  for (const child of workers) child.send({ cancel: id });
  await failed;
  return { id };
}

async function stream(id, request, response) {
  const session = await createSession(request, response);
  const own = readers.get(id) ?? new Set();
  readers.set(id, own.add(session));
  session.on('disconnected', () => own.delete(session));
  // What was said before there was a reader.
  const job = await queue.getJob(id);
  if (!job) return;
  const state = await job.getState();
  if (!session.isConnected) return;
  if (typeof job.progress === 'object' && job.progress.message)
    session.push({ status: 'running', ...job.progress }, 'message');
  if (state === 'completed' || state === 'failed') session.push({ status: state, done: 0, message: null }, 'message');
}

async function answer(request, response) {
  response.setHeader('Access-Control-Allow-Origin', '*');
  const { pathname } = new URL(request.url, 'http://localhost');
  const [, id, what] = /^\/tasks\/([^/]+)\/(stream|cancel)$/.exec(pathname) ?? [];
  if (what === 'stream') return stream(id, request, response);
  const route = what === 'cancel' ? () => cancel(id) : routes[`${request.method} ${pathname}`];
  if (!route) return response.writeHead(404).end();
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(await route(request)));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    if (!response.headersSent) response.writeHead(500);
    response.end(String(error));
  });
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));

process.once('SIGTERM', () => {
  for (const child of workers) child.kill();
  process.exit();
});
