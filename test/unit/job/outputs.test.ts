import 'fake-indexeddb/auto';
import { beforeEach, expect, test, vi } from 'vitest';
import { filesOf } from '../../../src/core/files.ts';
import { FileMissing } from '../../../src/core/stored-files.ts';
import { openOutputs } from '../../../workers/job/outputs.ts';
import { freshStore } from '../core/database.ts';

// Without OPFS, as in private windows of Firefox.
beforeEach(() => void vi.stubGlobal('navigator', {}));

const files = () => filesOf(freshStore().database, 'folder');
const textOf = async (from: ReturnType<typeof files>, name: string) => (await from.output('task', name))?.text();

test('a file that the job closed is in every checkpoint after that, and goes on where it was when it is opened again', async () => {
  const kept = files();
  const outputs = openOutputs(kept, 'task', null);
  const first = await outputs.open('a', 'text/plain');
  await first.write('one');
  await first.close();
  const second = await outputs.open('b', 'text/plain');
  await second.write('two');
  expect(await outputs.flush()).toEqual([
    { name: 'a', type: 'text/plain', size: 3 },
    { name: 'b', type: 'text/plain', size: 3 },
  ]);
  expect(await textOf(kept, 'a')).toBe('one');
  const again = await outputs.open('a', 'text/plain');
  expect(again.size).toBe(3);
  await again.write(' more');
  await outputs.flush();
  expect(await textOf(kept, 'a')).toBe('one more');
});

test('a close of a file that was opened again since closes nothing', async () => {
  const kept = files();
  const outputs = openOutputs(kept, 'task', null);
  const first = await outputs.open('a', 'text/plain');
  await first.close();
  const again = await outputs.open('a', 'text/plain');
  await first.close();
  await again.write('still open');
  await outputs.flush();
  expect(await textOf(kept, 'a')).toBe('still open');
});

test('what one task wrote another can read; what is gone is missed by its name', async () => {
  const kept = files();
  const outputs = openOutputs(kept, 'task', null);
  await (await outputs.open('dir/a.txt', 'text/plain')).write('0123456789');
  await outputs.flush();
  const file = await kept.readOutput({ task_id: 'task', name: 'dir/a.txt' });
  expect(file).toMatchObject({ name: 'dir/a.txt', size: 10 });
  expect(new TextDecoder().decode(await file.read(2, 5))).toBe('234');
  const gone = kept.readOutput({ task_id: 'task', name: 'b.txt' });
  await expect(gone).rejects.toThrow(FileMissing);
  await expect(gone).rejects.toThrow('b.txt, an output of task task, is gone.');
});
