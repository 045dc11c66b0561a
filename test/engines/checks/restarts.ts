import { at, client, submit, upTo } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const RESTARTS = 5;

/** Runs a countdown for as long as it takes the service worker to have been started so many times anew, and a bit. */
async function throughRestarts(read: (task_id: string) => Promise<string[]>) {
  const { task_id } = await submit('countdown', { steps: 10_000, step_ms: 100 });
  let restarts = 0;
  const enough = new Promise<void>((resolve) =>
    navigator.serviceWorker.addEventListener('message', ({ data }) => {
      if (data?.kind !== 'backend-started') return;
      restarts += 1;
      if (restarts >= RESTARTS) resolve();
    }),
  );
  const reading = read(task_id);
  await Promise.race([enough, reading]);
  await client.cancel(task_id);
  const ids = await reading;
  const { last_event_id, attempt } = await client.get(task_id);
  expect(restarts, 'how often the service worker started anew').toBeAtLeast(RESTARTS);
  expect(attempt, 'the attempt').toBe(1);
  return { ids, last: Number(last_event_id) };
}

test('a watch gets each event once, however often the service worker is stopped', async () => {
  const { ids, last } = await throughRestarts(async (task_id) => {
    const seen = [];
    for await (const { event, id } of client.watch(task_id)) if (event !== 'complete') seen.push(id);
    return seen;
  });
  expect(ids).toEqual(upTo(last));
});

test('a native EventSource gets each event once, however often the service worker is stopped', async (check) => {
  const { ids, last } = await throughRestarts((task_id) => {
    const source = new EventSource(at(`tasks/${task_id}/stream`));
    check.after(() => source.close());
    const seen: string[] = [];
    return new Promise((resolve) => {
      const see = ({ lastEventId }: MessageEvent) => void seen.push(lastEventId);
      source.addEventListener('message', see);
      source.addEventListener('log', see);
      source.addEventListener('complete', () => resolve(seen));
    });
  });
  // The message of the end has no id of its own: an EventSource gives it the one before.
  expect(ids).toEqual([...upTo(last - 1), String(last - 1)]);
});
