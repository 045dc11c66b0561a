import { digestsOf, expect, finished, open, submitLongChecksum, test } from './app.ts';

test.use({
  launchOptions: async ({ launchOptions }, use) => {
    await use({ ...launchOptions, args: [...(launchOptions.args ?? []), '--js-flags=--expose-gc'] });
  },
});

test('a file is read to its end however often garbage is collected meanwhile', async ({ page, site, random }) => {
  await open(page, site.url);
  const { task, digests } = await submitLongChecksum(page, random);
  const ended = finished(page, task.task_id);
  const over = ended.then(() => true);
  // A worker that is just ending cannot be asked.
  const collect = () => Promise.all(page.workers().map((worker) => worker.evaluate('gc()').catch(() => {})));
  while (!(await Promise.race([over, collect().then(() => false)])));
  expect(await ended).toMatchObject({ status: 'completed', attempt: 1 });
  expect(digestsOf(await ended)).toEqual(digests);
});
