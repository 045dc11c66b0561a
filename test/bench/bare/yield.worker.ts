/** Steps through the generator of the `yields` job, and does nothing else. */
import { yields } from '../jobs/yields.ts';

self.onmessage = async ({ data: count }: MessageEvent<number>) => {
  const generator = yields(count);
  let step = await generator.next();
  while (!step.done) step = await generator.next();
  self.postMessage(step.value);
};
