import { client, finished, reached, run, submit } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const csv = (rows: number): string =>
  `id,name,half\n${Array.from({ length: rows }, (_, n) => `${n},"naïve, ${n % 7}",${n / 2}\n`).join('')}`;

async function addCsv(rows: number) {
  const { file_id } = await client.addFile(new File([csv(rows)], 'numbers.csv', { type: 'text/csv' }));
  return [{ file_id }];
}

async function digestOf(task_id: string): Promise<string> {
  const bytes = await (await client.output(task_id, 'numbers.sqlite')).arrayBuffer();
  expect(new TextDecoder().decode(bytes.slice(0, 15))).toBe('SQLite format 3');
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join();
}

test('a table becomes a SQLite database, the same one after a pause, with OPFS or without', async () => {
  const files = await addCsv(100_000);
  const whole = await run('table', { files });
  expect(whole).toHave({ status: 'completed' });
  const { task_id } = await submit('table', { files });
  await reached(task_id, ({ status, done }) => status === 'running' && done > 0);
  await client.pause(task_id);
  await client.resume(task_id);
  expect(await finished({ task_id })).toHave({ status: 'completed', attempt: 2 });
  expect(await digestOf(task_id)).toBe(await digestOf(whole.task_id));
});

test('a table becomes Parquet and JSON', async () => {
  const files = await addCsv(1000);
  const parquet = await run('table', { files, to: 'parquet' });
  const bytes = await (await client.output(parquet.task_id, 'numbers.parquet')).text();
  expect([bytes.slice(0, 4), bytes.slice(-4)]).toEqual(['PAR1', 'PAR1']);
  const json = await run('table', { files, to: 'json' });
  const rows: unknown[] = JSON.parse(await (await client.output(json.task_id, 'numbers.json')).text());
  expect(rows.length).toBe(1000);
  expect(rows[999]).toEqual({ id: 999, name: 'naïve, 5', half: 499.5 });
});
