/** A thousand readers of one task: when the last of them has an event, and what each of them keeps. */

import { connection } from '../../../src/core/connection.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import { createHub } from '../../../sw/hub.ts';
import { openStreams } from '../../../sw/streams.ts';
import type { Bench, Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';
import { draftOf } from '../queue.ts';
import { bareReached, reached, STREAMS } from '../reached.ts';

const ROUNDS = 3;
const streams = `${STREAMS.toLocaleString('en')} streams`;

export const row: Row = async (bench) => {
  const [client, bare] = [await bench.client(), await bench.bare()];
  const last = await interleave(ROUNDS, { ours: () => reached(client), other: () => bareReached(bare) });
  const ours = await streamsOfOne();
  const heap = await interleave(ROUNDS, {
    ours: () => heapOf(bench, ours, 2),
    other: () => heapOf(bench, async () => bareStream(), 1),
  });
  return [
    figure({
      what: `an event in ${streams} of one task`,
      unit: 'ms',
      ...last,
      beside: 'the bare pipeline',
      aims: [{ of: 'ours', is: 'at most', value: 2_000 }],
    }),
    figure({ what: `heap of each of ${streams}`, unit: 'KiB', ...heap, beside: 'an empty stream', aims: [] }),
  ];
};

type Open = () => Promise<ReadableStream<Uint8Array>>;

/** What each of a thousand open streams, read up to now and waiting for more, keeps alive on the heap. */
async function heapOf(bench: Bench, open: Open, chunks: number): Promise<number[]> {
  const before = await bench.liveHeap();
  const readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  for (let i = 0; i < STREAMS; i += 1) {
    const reader = (await open()).getReader();
    for (let read = 0; read < chunks; read += 1) await reader.read();
    reader.read();
    readers.push(reader);
  }
  const kib = (await bench.liveHeap()) - before;
  for (const reader of readers) await reader.cancel();
  return [kib / STREAMS];
}

/** The backend's streams, in this thread. */
async function streamsOfOne(): Promise<Open> {
  const store = idbStore({ connection: connection('streams of one'), publish: () => {} });
  const { task } = openStreams({ store, hub: createHub(), isAlive: async () => true, report: console.error });
  const submission = await store.submit([draftOf('countdown')], null);
  const task_id = 'tasks' in submission ? (submission.tasks[0]?.task_id ?? '') : '';
  await store.configure({ max_streams: 2 * STREAMS });
  return async () => {
    const { body } = await task(task_id, { request: new Request(`tasks/${task_id}/stream`), client: null });
    if (!body) throw new Error('a stream without a body');
    return body;
  };
}

const bareStream = () =>
  new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new TextEncoder().encode(': open\n\n')) });
