import type { Client } from '../../src/client/index.ts';
import { timed } from './bench.ts';

const TAG = 'post';

/** From each `POST tasks` to its answer, in ms. They are not due: what is measured is the answer, and not what runs after it. */
export async function posts(client: Client, count: number): Promise<number[]> {
  const later = new Date(Date.now() + 60 * 60 * 1000).toISOString();
  const samples: number[] = [];
  for (let i = 0; i < count; i += 1)
    samples.push(await timed(() => client.submit({ type: 'countdown', run_at: later, tags: [TAG] })));
  await client.cancelAll({ tag: TAG });
  await client.removeAll({ tag: TAG });
  return samples;
}
