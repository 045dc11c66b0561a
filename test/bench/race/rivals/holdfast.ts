/** The product. */
import { type Client, connect } from '../../../../src/client/index.ts';
import { clock, pause, timed } from '../../bench.ts';
import { reached } from '../../reached.ts';
import { canceled } from '../../rows/cancel.ts';
import { flood } from '../../rows/events.ts';
import { latencies } from '../../rows/hono.ts';
import { type Course, MIB, type Rival, TASKS, THREAD_MS, TICKS } from '../rival.ts';

/** All or none, at most. */
const TOGETHER = 1_000;

export async function enter({ file, openTab }: Course): Promise<Rival> {
  const client = await connect({ script: '../sw.js' });
  let stop = client.startExecutor();
  const input = client.addFile(file);

  return {
    first: async () => [await timed(() => spoken(client))],
    async latency() {
      const { task_id } = await client.submit({ type: 'ticks', input: TICKS });
      return latencies(client.watch(task_id), () => {});
    },
    events: () => flood(client),
    cancel: async () => [await canceled(client, 'countdown', { steps: 100_000, step_ms: 20 })],
    async force() {
      const ms = await canceled(client, 'spin', { ms: 60_000 });
      await pause(THREAD_MS);
      return [ms];
    },
    /** Another tab has the task, and this one stands by. */
    async recover() {
      stop();
      const crash = await openTab();
      const { task_id } = await client.submit({ type: 'countdown', input: { steps: 100_000, step_ms: 20 } });
      let killed = 0;
      for await (const { event, data } of client.watch(task_id)) {
        if (event !== 'message' || data.status !== 'running' || !data.message) continue;
        if (killed === 0) {
          stop = client.startExecutor();
          await ready(client, 2);
          killed = clock();
          await crash();
        }
        if (data.attempt < 2) continue;
        const ms = clock() - killed;
        await client.cancel(task_id);
        return [ms];
      }
      throw new Error('the task ended');
    },
    streams: () => reached(client),
    async tasks() {
      const drafts = Array.from({ length: TASKS }, () => ({ type: 'yields', input: { count: 0 } }));
      const { cursor } = await client.list({ limit: 1 });
      const from = clock();
      let left = TASKS;
      const ended = (async () => {
        for await (const { event } of client.watchAll({ after: cursor })) {
          if (event === 'complete') left -= 1;
          if (left === 0) return;
        }
      })();
      for (let at = 0; at < TASKS; at += TOGETHER) await client.submitAll(drafts.slice(at, at + TOGETHER));
      await ended;
      return [(TASKS / (clock() - from)) * 1000];
    },
    async checksum() {
      const { file_id } = await input;
      const ms = await timed(async () => {
        const { task_id } = await client.submit({ type: 'checksum', input: { files: [{ file_id }] } });
        for await (const { event, data } of client.watch(task_id)) {
          if (event === 'complete' && data.status !== 'completed') throw new Error(JSON.stringify(data));
        }
      });
      return [(file.size / MIB / ms) * 1000];
    },
  };
}

/** Resolves with the first word of a new task's job. */
async function spoken(client: Client): Promise<void> {
  const { task_id } = await client.submit({ type: 'ticks', input: { count: 1, low_ms: 0, high_ms: 0 } });
  for await (const { event, data } of client.watch(task_id)) if (event === 'message' && data.message) return;
}

async function ready(client: Client, executors: number): Promise<void> {
  while ((await client.health()).executors < executors) await pause(10);
}
