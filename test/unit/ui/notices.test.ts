import { expect, onTestFinished, test } from 'vitest';
import { createNotices } from '../../../src/ui/notices-model.ts';
import { speak } from '../../../src/ui/strings.ts';

await speak('en');

test('what undoes takes back what was done last, and never answers a question', () => {
  const notices = createNotices();
  onTestFinished(notices.settle);
  const done: string[] = [];
  const button = (label: string) => ({ label, run: () => void done.push(label) });
  notices.offer('One task removed.', button('restore'));
  notices.ask('Shall the browser tell you?', button('allow'));
  expect(notices.undo()).toBe(true);
  expect(notices.undo()).toBe(false);
  expect(done).toEqual(['restore']);
  expect(notices.list.value.map(({ text }) => text)).toEqual(['Shall the browser tell you?']);
});
