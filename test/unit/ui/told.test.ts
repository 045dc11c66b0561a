import { signal } from '@preact/signals';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Task } from '../../../src/client/index.ts';
import { createNotices } from '../../../src/ui/notices-model.ts';
import { createRow, type Row } from '../../../src/ui/row.ts';
import { speak } from '../../../src/ui/strings.ts';
import { taskAfter } from './tasks.ts';

await speak('en');

/** A page that nobody looks at, of a browser that shows badges and notifications, and a person who wants both, or was not asked yet. */
async function openHidden(permission: 'granted' | 'default' = 'granted') {
  const badges: number[] = [];
  const shown: string[] = [];
  const page = Object.assign(new EventTarget(), { hidden: true });
  vi.stubGlobal('document', page);
  const Notification = { permission };
  vi.stubGlobal('Notification', Notification);
  vi.stubGlobal('window', { Notification });
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => (name === 'holdfast:notify' && permission === 'granted' ? 'on' : null),
  });
  const showNotification = async (title: string) => void shown.push(title);
  vi.stubGlobal('navigator', {
    languages: ['en'],
    serviceWorker: { ready: Promise.resolve({ showNotification }) },
    setAppBadge: async (count: number) => void badges.push(count),
    clearAppBadge: async () => void badges.push(0),
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  // What the browser can and the person wants is read once, when the page is loaded.
  vi.resetModules();
  await (await import('../../../src/ui/strings.ts')).speak('en');
  const { LONG_MS, tellOfEnds } = await import('../../../src/ui/manners/told.ts');
  const ended = signal<Task | null>(null);
  const name = signal('');
  const running = signal<readonly Row[]>([]);
  const notices = createNotices();
  const stop = tellOfEnds(
    {
      tasks: { ended, running },
      types: { titleOf: () => 'Checksum' },
      names: { summary: () => name.value },
    },
    notices,
  );
  onTestFinished(() => {
    stop();
    notices.settle();
  });
  const end = (ms: number) => {
    const [started_at, finished_at] = [0, ms].map((at) => new Date(at).toISOString());
    ended.value = taskAfter(1, {
      status: 'completed',
      started_at: started_at ?? null,
      finished_at: finished_at ?? null,
    });
  };
  /** Somebody comes back to a task that has run for so long. */
  const comeBack = (ms: number) => {
    running.value = [
      createRow(taskAfter(1, { status: 'running', started_at: new Date(Date.now() - ms).toISOString() })),
    ];
    page.hidden = false;
    page.dispatchEvent(new Event('visibilitychange'));
    return notices.list.value.map(({ text }) => text);
  };
  return { badges, shown, page, name, end, comeBack, LONG_MS };
}

test('a long task that ends unseen is told and counted once, also when the name of its file is learned later', async () => {
  const { badges, shown, page, name, end, LONG_MS } = await openHidden();
  end(LONG_MS - 1);
  expect(badges).toEqual([]);
  end(LONG_MS);
  name.value = 'a.txt';
  expect(badges).toEqual([1]);
  end(2 * LONG_MS);
  expect(badges).toEqual([1, 2]);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(badges).toEqual([1, 2, 0]);
  await expect.poll(() => shown).toEqual(['Checksum: completed', 'Checksum a.txt: completed']);
});

test('who comes back to a task that has run for long is asked once whether to be told, and not for a short one', async () => {
  const { comeBack, LONG_MS } = await openHidden('default');
  const question = 'Shall the browser tell you when a long task ends?';
  expect(comeBack(LONG_MS / 2)).toEqual([]);
  expect(comeBack(2 * LONG_MS)).toEqual([question]);
  expect(comeBack(2 * LONG_MS)).toEqual([question]);
});

test('who has been asked already is not asked again', async () => {
  const { comeBack, LONG_MS } = await openHidden('granted');
  expect(comeBack(2 * LONG_MS)).toEqual([]);
});
