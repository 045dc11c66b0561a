/** From a `POST tasks` in one tab to its answer, while a job of another computes without a break and while nothing runs. */
import { pause, type Row } from '../bench.ts';
import { figure, interleave } from '../figure.ts';

const ROUNDS = 5;
const POSTS = 60;

export const row: Row = async (bench) => {
  const client = await bench.client();
  const posts = () => bench.postsInAnotherTab(POSTS);
  const { busy, idle } = await interleave(ROUNDS, {
    async busy() {
      const { task_id } = await client.submit({ type: 'spin', input: { ms: 60_000 } });
      for await (const { event, data } of client.watch(task_id)) if (event === 'message' && data.message) break;
      const samples = await posts();
      const was = await client.get(task_id);
      if (was.status !== 'running') throw new Error(JSON.stringify([was, await client.log(task_id)]));
      await client.cancel(task_id);
      // Chromium stops the thread of a busy worker about two seconds after it was terminated.
      await pause(2_500);
      return samples;
    },
    idle: posts,
  });
  const post = { unit: 'ms', ours: busy, other: idle, beside: 'with nothing running' };
  return [
    figure({ what: 'POST while a job of another tab computes, p50', ...post, aims: [] }),
    figure({
      what: 'POST while a job of another tab computes, p99',
      ...post,
      quantile: 0.99,
      aims: [{ of: 'ours', is: 'at most', value: 50 }],
    }),
  ];
};
