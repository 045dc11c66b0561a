import { gzipSync } from 'node:zlib';
import { addText, expect, finished, linesOf, logOf, open, submit, test } from './app.ts';

test('a pattern that takes forever is ended within seconds, and its place is named', async ({ page, site }) => {
  await open(page, site.url);
  const { file_id } = await addText(page, 'slow.txt', `aaa\n${'fine\n'.repeat(100_000)}${'a'.repeat(60)}!\nmore\n`);
  const began = Date.now();
  const { task_id } = await submit(page, 'grep', { files: [{ file_id }], pattern: '^(a+)+$' });
  const task = await finished(page, task_id);
  expect(task).toMatchObject({ status: 'failed', error: { type: 'urn:holdfast:problem:job-failed' } });
  expect(task.error?.detail).toContain('pattern too slow at byte 500004 of slow.txt');
  expect(Date.now() - began).toBeLessThan(30_000);
  // Its thread is gone: the next task has it to itself.
  const next = await submit(page, 'grep', { files: [{ file_id }], pattern: '^a' });
  expect(await finished(page, next.task_id)).toMatchObject({ status: 'completed', result: { lines: 2 } });
});

test('a line that nobody wants searched any more may take forever', async ({ page, site }) => {
  await open(page, site.url);
  // The second MiB is searched ahead, while the first one's match is all that is wanted.
  const one = await addText(page, 'one.txt', `aaa\n${'fine\n'.repeat(250_000)}${'a'.repeat(60)}!\n`);
  const two = await addText(page, 'two.txt', 'fine\naaa\n');
  const files = [one, two].map(({ file_id }) => ({ file_id }));
  const { task_id } = await submit(page, 'grep', { files, pattern: '^(a+)+$', max_matches: 1 });
  expect(await finished(page, task_id)).toMatchObject({
    status: 'completed',
    result: {
      files: [
        { name: 'one.txt', lines: 1 },
        { name: 'two.txt', lines: 1 },
      ],
    },
  });
  const slow = await addText(page, 'slow.txt', `fine\n${'a'.repeat(60)}!\n`);
  const last = await submit(page, 'grep', {
    files: [...files, { file_id: slow.file_id }],
    pattern: '^(a+)+$',
    max_matches: 1,
  });
  const { error } = await finished(page, last.task_id);
  expect(error?.detail).toContain('pattern too slow at byte 5 of slow.txt');
});

test('the first matches are in the log, all of them in the list, and counts in the result', async ({ page, site }) => {
  await open(page, site.url);
  const one = await addText(page, 'one.log', `ok\n${'error 7\n'.repeat(30)}`);
  const two = await addText(page, 'two.log', 'fine\nERROR 8\n');
  const files = [one, two].map(({ file_id }) => ({ file_id }));
  const { task_id } = await submit(page, 'grep', { files, pattern: 'error \\d', ignore_case: true });
  expect(await finished(page, task_id)).toMatchObject({
    status: 'completed',
    result: {
      lines: 31,
      files: [
        { name: 'one.log', lines: 30 },
        { name: 'two.log', lines: 1 },
      ],
    },
    files: [{ name: 'matches.txt' }],
  });
  expect(linesOf(await logOf(page, task_id)).filter((line) => line === 'one.log:2: error 7')).toHaveLength(1);
  const list = await page.evaluate(
    async (url) => (await fetch(url)).text(),
    `${site.url}tasks/${task_id}/files/matches.txt`,
  );
  expect(list.split('\n')).toHaveLength(32);
  expect(list).toMatch(/^one\.log:2:error 7\n[\s\S]*\ntwo\.log:2:ERROR 8\n$/);
});

test('its page shows which of several files a match is in, how many have none, and what could not be searched', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const added = [await addText(page, 'one.log', 'ok\nerror 7\n')];
  for (const name of ['two.log', 'three.log', 'four.log']) added.push(await addText(page, name, 'fine\n'));
  const cut = [...gzipSync('fine\n'.repeat(1_000)).subarray(0, -12)];
  added.push(
    await page.evaluate((bytes) => globalThis.holdfast.addFile(new File([new Uint8Array(bytes)], 'cut.gz')), cut),
    await page.evaluate(() => globalThis.holdfast.addFile(new File(['x'.repeat(17 * 1024 * 1024)], 'long.log'))),
  );
  const files = added.map(({ file_id }) => ({ file_id }));
  const { task_id } = await submit(page, 'grep', { files, pattern: 'error \\d', on_error: 'skip' });
  await finished(page, task_id);
  await page.evaluate((hash) => location.assign(hash), `#/tasks/${task_id}`);
  const result = page.getByRole('article').getByRole('region', { name: 'Result' });
  await expect(result).toContainText('1 line matches in 1 file. 5 files have none.');
  await expect(result.getByRole('row')).toHaveText([
    /Lines$/,
    'one.log1',
    /^cut\.gznot read to its end: it ends at byte \d+ .*0$/,
    'long.log1 line longer than 16 MiB, searched in pieces0',
  ]);
  await expect(result.getByRole('list', { name: 'First matches' }).getByRole('listitem')).toHaveText(
    'one.log:2error 7',
  );
});

test('a match is shown while the search goes on', async ({ page, site }) => {
  await open(page, site.url);
  const file_id = await page.evaluate(async () => {
    const lines = 'an ordinary line of a log that goes on\n'.repeat(20_000);
    const file = new File(['the needle\n', ...Array.from({ length: 64 }, () => lines)], 'long.log');
    return (await globalThis.holdfast.addFile(file)).file_id;
  });
  // Some microseconds a line: it is not over before somebody has read of the first match.
  const pattern = 'needle|(?:[a-z]+ ?){3}\\d';
  const { task_id } = await submit(page, 'grep', { files: [{ file_id }], pattern });
  const task = await page.evaluate(async (id) => {
    for await (const { event, data } of globalThis.holdfast.watch(id)) {
      if (event === 'log' && data.message === 'long.log:1: the needle') return globalThis.holdfast.pause(id);
    }
    throw new Error('no match was shown');
  }, task_id);
  expect(task).toMatchObject({ status: 'paused', paused: { reason: 'user' } });
  expect(task.done).toBeLessThan(task.total ?? 0);
  await page.evaluate((id) => globalThis.holdfast.cancel(id), task_id);
});
