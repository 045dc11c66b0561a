// A worker process of the server. It is told by its parent which job to cancel.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { clock, connection, QUEUE } from './queue.mjs';

/** So many events are on their way at once. */
const TOGETHER = 1_000;
const FOREVER = 100_000;

const say = (job, done) => job.updateProgress({ done, message: String(clock()) });

const kinds = {
  async nothing() {},
  async ticks(job) {
    const { count, low_ms, high_ms } = job.data;
    for (let n = 1; n <= count; n += 1) {
      if (high_ms > 0) await pause(low_ms + Math.random() * (high_ms - low_ms));
      await say(job, n);
    }
  },
  async flood(job) {
    const { count } = job.data;
    for (let n = 0; n < count; n += TOGETHER) {
      await Promise.all(Array.from({ length: Math.min(TOGETHER, count - n) }, (_, i) => say(job, n + i + 1)));
    }
  },
  async wait(job, signal) {
    await say(job, 1);
    await pause(2 ** 31 - 1, undefined, { signal });
  },
  async steps(job, signal) {
    for (let n = 1; n <= FOREVER; n += 1) {
      await pause(20, undefined, { signal });
      await say(job, n);
    }
  },
  async hash(job) {
    const hash = createHash('sha256');
    let done = 0;
    for await (const chunk of createReadStream(job.data.path, { highWaterMark: 4 * 1024 * 1024 })) {
      hash.update(chunk);
      done += chunk.length;
      await say(job, done);
    }
    return hash.digest('hex');
  },
};

const worker = new Worker(QUEUE, (job, _token, signal) => kinds[job.data.kind](job, signal), { connection });
worker.on('error', (error) => console.error(error));
process.on('message', ({ cancel }) => worker.cancelJob(cancel));
await worker.waitUntilReady();
process.send('ready');
