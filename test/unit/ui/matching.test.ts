import { expect, test } from 'vitest';
import { matches } from '../../../src/ui/matching.ts';
import { taskAfter } from './tasks.ts';

test('a task is found by text as it was given, though JSON escapes it, and as it is in JSON', () => {
  const task = taskAfter(1, { input: { path: 'C:\\Dir', name: 'a"B' } });
  const isFound = (q: string) => matches(task, { status: [], type: '', tag: '', q });
  expect(['c:\\dir', 'A"b', '"path":"C:\\\\d', 'c:/dir'].map(isFound)).toEqual([true, true, true, false]);
});
