/** What the view Breaking it on purpose keeps, for two tabs of one browser. */
import { beforeEach, expect, test, vi } from 'vitest';
import { kept } from '../../../src/ui/breaking/kept.ts';

beforeEach(() => {
  const items = new Map<string, string>();
  vi.stubGlobal('location', { href: 'https://example.test/app/' });
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  });
});

test('a fault that was survived in one tab is counted beside those of another', () => {
  const [here, there] = [kept.counter(), kept.counter()];
  expect([here, there]).toEqual([{}, {}]);
  kept.count('job');
  kept.count('streams');
  expect(kept.count('job')).toEqual({ job: 2, streams: 1 });
  expect(kept.counter()).toEqual({ job: 2, streams: 1 });
});

test('another tab that counts is heard', () => {
  const events = new EventTarget();
  vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
  const heard: unknown[] = [];
  kept.onCount((counter) => heard.push(counter));
  localStorage.setItem('holdfast:/app/:survived', '{"reload":3}');
  events.dispatchEvent(Object.assign(new Event('storage'), { key: 'holdfast:/app/:survived' }));
  events.dispatchEvent(Object.assign(new Event('storage'), { key: 'another' }));
  expect(heard).toEqual([{ reload: 3 }]);
});
