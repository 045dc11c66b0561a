import { expect, onTestFinished, test } from 'vitest';
import type { Files } from '../../../src/core/files.ts';
import type { Job, JobContext, Progress } from '../../../src/core/job.ts';
import type { Batch } from '../../../src/core/schema.ts';
import { runJob } from '../../../workers/job/runner.ts';
import { sinkOver } from '../../../workers/job/sink.ts';
import { spec } from '../../../workers/jobs/spin/spec.ts';
import { after, examples } from '../core/tasks.ts';

type Run = (input: unknown, context: JobContext<unknown>) => AsyncGenerator<Progress<unknown>, unknown, void>;

const cannotBeCloned = () => {};

/** A sink, and an executor's end of it that commits whatever comes. */
function open() {
  const { port1, port2 } = new MessageChannel();
  const batches: Batch[] = [];
  port2.onmessage = ({ data }: MessageEvent<Batch>) => {
    batches.push(data);
    port2.postMessage({ error: null });
  };
  onTestFinished(() => port1.close());
  return { sink: sinkOver(port1), batches };
}

test('what cannot be sent is refused, and what is said after it is answered all the same', async () => {
  const { sink, batches } = open();
  const refused = sink.append({ events: [], checkpoint: { version: 1, data: cannotBeCloned, outputs: [] } });
  await expect(refused).rejects.toMatchObject({ name: 'DataCloneError' });
  const log = { kind: 'log', level: 'info', message: 'after it' } as const;
  await sink.append({ events: [log], checkpoint: null });
  expect(batches).toEqual([{ events: [log], checkpoint: null }]);
});

/** Runs a job over such a sink. */
async function runOver({ sink, batches }: ReturnType<typeof open>, run: Run) {
  const { outcome, batch } = await runJob(
    async () => ({ ...spec, run }) as Job,
    { task: after(examples.created, examples.started), checkpoint: null },
    {
      files: {} as Files,
      lasting: { open: () => Promise.reject(new Error('nothing outlasts this task')) },
      sink,
      signal: new AbortController().signal,
    },
  );
  return { outcome, events: [...batches, batch].flatMap(({ events }) => events) };
}

test('a job whose checkpoint cannot be sent fails with the reason, and its last words are kept', async () => {
  const { outcome, events } = await runOver(open(), async function* (_, { log }) {
    try {
      for (let done = 0; ; done += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        yield { done, checkpoint: () => cannotBeCloned };
      }
    } finally {
      log('info', 'cleaned up');
      log('info', 'and went');
    }
  });
  expect(outcome).toMatchObject({ kind: 'failed', error: { detail: expect.stringContaining('cloned') } });
  expect(events.flatMap((event) => (event.kind === 'log' ? [event.message] : []))).toEqual(['cleaned up', 'and went']);
});

test('whatever a job says is sent, so that its executor can refuse it', async () => {
  const { outcome, events } = await runOver(open(), async function* (_, { log }) {
    const said: unknown = {
      done: cannotBeCloned,
      total: cannotBeCloned,
      unit: cannotBeCloned,
      message: Symbol('words'),
    };
    yield said as Progress<unknown>;
    log(cannotBeCloned as never, 'some words');
    return 'all';
  });
  expect(outcome).toMatchObject({ kind: 'completed' });
  const function_ = String(cannotBeCloned);
  expect(events).toEqual([
    { kind: 'progress', done: Number.NaN, total: Number.NaN, unit: function_, message: 'Symbol(words)' },
    { kind: 'log', level: function_, message: 'some words' },
  ]);
});
