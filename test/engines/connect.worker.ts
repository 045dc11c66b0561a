/** Connects in a worker, and says what came of it. */
import { connect, type Unavailable } from '../../src/client/index.ts';

export type Found =
  | { base: string; events: string[]; file: { name: string; size: number; type: string }; executor: string }
  | Pick<Unavailable, 'name' | 'reason' | 'message'>;

self.onmessage = async ({ data: base }: MessageEvent<string>) => {
  const found = await use(base).catch(({ name, reason, message }) => ({ name, reason, message }));
  self.postMessage(found satisfies Found);
};

async function use(base: string): Promise<Found> {
  const client = await connect({ script: new URL('sw.js', base) });
  const { file_id, name, size, type } = await client.addFile(new File(['abc'], 'a.txt', { type: 'text/plain' }));
  await client.removeFile(file_id);
  const { task_id } = await client.submit({ type: 'countdown', run_at: '2199-01-01T00:00:00.000Z' });
  await client.cancel(task_id);
  const events: string[] = [];
  for await (const { event } of client.watch(task_id)) events.push(event);
  await client.remove(task_id);
  const executor = await Promise.try(() => client.startExecutor()).then(
    () => 'started',
    (error: Error) => error.name,
  );
  return { base: client.base, events, file: { name, size, type }, executor };
}
