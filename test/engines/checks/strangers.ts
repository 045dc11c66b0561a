import { client, finished, submit } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const { serviceWorker } = navigator;

const garbage = [
  null,
  'committed',
  42,
  {},
  { kind: 'committed' },
  { kind: 'committed', tasks: null, newest: 'all' },
  { kind: 'committed', tasks: [{ task_id: 7 }], newest: 1 },
  { kind: 'stop', task_id: null },
  { kind: 'erase everything' },
];

test('messages that are none of ours are passed over by the service worker and the executors', async () => {
  const task = await submit('countdown', { steps: 20, step_ms: 20 });
  const { scope } = await serviceWorker.ready;
  const channel = new BroadcastChannel(`holdfast:${new URL(scope).pathname}`);
  const { port1, port2 } = new MessageChannel();
  serviceWorker.controller?.postMessage({ kind: 'executor-port' }, [port2]);
  for (const message of garbage) {
    channel.postMessage(message);
    port1.postMessage(message);
    serviceWorker.controller?.postMessage(message);
  }
  const { status } = await finished(task);
  expect(status).toBe('completed');
  expect((await client.health()).status).toBe('ok');
  channel.close();
  port1.close();
});

test('a question that is none of ours is answered with why', async () => {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<{ error: string }>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  serviceWorker.controller?.postMessage({ kind: 'add-file', source: 'a path', name: 'x' }, [port2]);
  expect((await answer).error).toMatch(/A File or a FileSystemFileHandle is wanted/);
});
