/** What it costs to append to a long log, and to go on reading at its end. */
import { connection } from '../../../src/core/connection.ts';
import { idbStore } from '../../../src/core/idb-store.ts';
import type { TaskStore } from '../../../src/core/store.ts';
import type { Change } from '../../../src/core/task.ts';
import { createHub } from '../../../sw/hub.ts';
import { openStreams } from '../../../sw/streams.ts';
import { type Row, timed } from '../bench.ts';
import { figure, interleave } from '../figure.ts';
import { draftOf } from '../queue.ts';

const ROUNDS = 8;
const SAMPLES = 15;
const LONG = 1_000_000;
const SHORT = 1_000;
const SEGMENT = 5_000;

const line: Change = { kind: 'log', level: 'info', message: 'a line of about forty characters, as many' };
const draft = draftOf('countdown');

export const row: Row = async () => {
  const [long, short] = [await logOf(LONG), await logOf(SHORT)];
  const both = (what: 'append' | 'resume') =>
    interleave(
      ROUNDS,
      { long: async () => [await timed(long[what])], short: async () => [await timed(short[what])] },
      SAMPLES,
    );
  const [appends, resumes] = [await both('append'), await both('resume')];
  const compared = (what: string, { long: ours, short: other }: typeof appends) =>
    figure({
      what: `${what} of ${LONG.toLocaleString('en')} events`,
      unit: 'ms',
      ours,
      other,
      beside: `of ${SHORT.toLocaleString('en')}`,
      aims: [{ of: 'ratio', is: 'at most', value: 1.5 }],
    });
  return [compared('append to a log', appends), compared('resume at the end of a log', resumes)];
};

/** A task with a log of that many events, in a database of its own. */
async function logOf(length: number) {
  const store = idbStore({ connection: connection(`log of ${length}`), publish: () => {} });
  const streams = openStreams({ store, hub: createHub(), isAlive: async () => true, report: console.error });
  const submission = await store.submit([draft], null);
  const task_id = 'tasks' in submission ? (submission.tasks[0]?.task_id ?? '') : '';
  let last = 1;
  const append = async (events: number) => {
    await commit(store, task_id, events);
    last += events;
  };
  while (last < length) await append(Math.min(SEGMENT, length - last));

  return {
    append: () => append(1),
    /** Opens a stream after the last event but one, and waits for the last. */
    async resume() {
      const request = new Request(`tasks/${task_id}/stream`, { headers: { 'Last-Event-ID': String(last - 1) } });
      const response = await streams.task(task_id, { request, client: null });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = ''; !text.includes(`id: ${last}\n`); ) {
        const { value } = (await reader?.read()) ?? {};
        if (value === undefined) throw new Error('the stream ended');
        text += value;
      }
      await reader?.cancel();
    },
  };
}

async function commit(store: TaskStore, task_id: string, events: number): Promise<void> {
  const lines = Array<Change>(events).fill(line);
  const [result] = await store.commit([{ task_id, decide: () => lines, durability: 'relaxed' }]);
  if (result?.status !== 'fulfilled') throw result?.reason;
}
