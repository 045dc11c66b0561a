import { client, run } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const LINES = 20_000;

test('lines are found in a text and in the same text gzipped, with their numbers and neighbours', async () => {
  const text = Array.from({ length: LINES }, (_, n) => `${n % 1_000 === 7 ? 'needle' : 'hay'} ${n + 1}\n`).join('');
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const files = [];
  for (const file of [new File([text], 'a.log'), new File([await new Response(packed).blob()], 'a.log.gz')])
    files.push({ file_id: (await client.addFile(file)).file_id });
  const task = await run('grep', { files, pattern: 'n(e+)dle', before: 1, after: 1 });
  expect([task.error, task.status]).toEqual([null, 'completed']);
  const { lines, files: counts } = task.result as { lines: number; files: { name: string; lines: number }[] };
  expect([lines, ...counts.map((file) => [file.name, file.lines])]).toEqual([40, ['a.log', 20], ['a.log.gz', 20]]);
  const listed = (await (await client.output(task.task_id, 'matches.txt')).text()).split('\n');
  for (const name of ['a.log', 'a.log.gz']) {
    expect(listed.includes(`${name}:1008:needle 1008`), `whether ${name} has its second match`).toBe(true);
    expect(listed.includes(`${name}-1007-hay 1007`), `whether ${name} has the line before`).toBe(true);
    expect(listed.filter((line) => line.startsWith(`${name}:`)).length).toBe(20);
  }
});

/** JavaScriptCore gives a pattern up by itself after so many steps, and says that nothing matches (measured, WebKitGTK 2.50). */
const givesUp = /AppleWebKit/.test(navigator.userAgent) && !/Chrome/.test(navigator.userAgent);

test('a pattern that takes too long is ended, and where is said', async () => {
  const { file_id } = await client.addFile(new File([`${'a'.repeat(60)}!\n`], 'slow.txt'));
  const task = await run('grep', { files: [{ file_id }], pattern: '^(a+)+$' });
  expect(task.status).toBe(givesUp ? 'completed' : 'failed');
  expect(task.error?.detail ?? '').toMatch(givesUp ? /^$/ : /pattern too slow at byte 0 of slow\.txt/);
});
