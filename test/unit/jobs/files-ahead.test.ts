import { expect, test } from 'vitest';
import type { FileRef, InputFile } from '../../../src/core/job.ts';
import { filesAhead } from '../../../workers/jobs/documents/ahead.ts';

const refs: FileRef[] = [{ file_id: 'a' }, { file_id: 'b' }, { file_id: 'c' }];

/** Tells what is asked of the files, in order; `gone` cannot be opened. */
function shelf(size: number, gone = '') {
  const asked: string[] = [];
  const open = async (ref: FileRef): Promise<InputFile> => {
    const name = 'file_id' in ref ? ref.file_id : ref.name;
    asked.push(`open ${name}`);
    if (name === gone) throw new Error(`${name} is gone`);
    const read = async (start: number, end: number) => {
      asked.push(`read ${name} ${start}–${end}`);
      return Uint8Array.from({ length: end - start }, (_, at) => start + at);
    };
    return { name, size, last_modified: 0, read };
  };
  return { asked, take: filesAhead(refs, open, async (bytes) => `digest of ${bytes.length}`) };
}

test('a small file is read once, and the one after it while it is worked on', async () => {
  const { asked, take } = shelf(10);
  const { file: first, whole } = await take(0);
  expect(whole?.digest).toBe('digest of 10');
  expect(await first.read(0, 3)).toEqual(Uint8Array.of(0, 1, 2));
  expect(await first.read(4, 10)).toEqual(Uint8Array.of(4, 5, 6, 7, 8, 9));
  expect(asked).toEqual(['open a', 'open b', 'read a 0–10', 'read b 0–10']);
  await take(1);
  await take(2);
  expect(asked).toEqual(['open a', 'open b', 'read a 0–10', 'read b 0–10', 'open c', 'read c 0–10']);
});

test('a large file is not held in memory', async () => {
  const { asked, take } = shelf(5 * 1024 * 1024);
  const { file, whole } = await take(0);
  expect(whole).toBeNull();
  expect(asked).toEqual(['open a', 'open b']);
  await file.read(7, 9);
  expect(asked.at(-1)).toBe('read a 7–9');
});

test('what is wrong with a file is told in its turn, and not before', async () => {
  const { take } = shelf(10, 'b');
  await take(0);
  await expect(take(1)).rejects.toThrow('b is gone');
  expect((await take(2)).file.name).toBe('c');
});

test('a task that goes on takes no file before its own', async () => {
  const { asked, take } = shelf(10);
  await take(2);
  expect(asked).toEqual(['open c', 'read c 0–10']);
});
