import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asking } from '../../../src/client/asking.ts';
import { messages } from '../../../sw/message.ts';

const QUESTION = { kind: 'add-file', source: new File(['abc'], 'a.txt'), name: 'a.txt' } as const;

let pages: EventTarget;
/** What was sent to the service worker. */
let sent: { data: unknown; ports: MessagePort[] }[];
/** The names of the files that one has kept. */
let kept: string[];
let ask: ReturnType<typeof asking>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  pages = new EventTarget();
  vi.stubGlobal('navigator', { serviceWorker: Object.assign(pages, { controller: null }) });
  sent = [];
  kept = [];
  const active = { postMessage: (data: unknown, ports: MessagePort[]) => sent.push({ data, ports }) };
  ask = asking({ active } as unknown as ServiceWorkerRegistration);
});

afterEach(() => {
  for (const { ports } of sent) for (const port of ports) port.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The service worker starts, and says so. Returns how it takes a message. */
function started() {
  const addInput = async (_: unknown, name: string) => {
    if (name === 'too large.bin') throw new Error('no room');
    kept.push(name);
    return { file_id: name };
  };
  const handle = messages({ files: { addInput } } as unknown as Parameters<typeof messages>[0]);
  pages.dispatchEvent(Object.assign(new Event('message'), { data: { kind: 'backend-started' } }));
  return (which: number) => handle({ source: null, ...sent[which] } as unknown as Parameters<typeof handle>[0]);
}

test('a question that starts the service worker is answered once, in whatever order it hears of both', async () => {
  const answer = ask(QUESTION);
  const take = started();
  expect(sent).toHaveLength(2);
  await Promise.all([take(1), take(0)]);
  expect(await answer).toEqual({ file_id: 'a.txt' });
  expect(kept).toEqual(['a.txt']);
  vi.advanceTimersByTime(60_000);
  started();
  expect(sent).toHaveLength(2);
});

test('a service worker that is slow to answer is asked again, and does it once', async () => {
  const answer = ask(QUESTION);
  const take = started();
  vi.advanceTimersByTime(12_000);
  expect(sent).toHaveLength(4);
  for (const which of sent.keys()) await take(which);
  expect(await answer).toEqual({ file_id: 'a.txt' });
  expect(kept).toEqual(['a.txt']);
});

test('what is lost on its way, or with a service worker that was stopped, is asked again', async () => {
  const answer = ask(QUESTION);
  vi.advanceTimersByTime(5_000);
  // Both are lost; that the second came wakes the next one.
  const take = started();
  await take(2);
  expect(await answer).toEqual({ file_id: 'a.txt' });
});

test('two questions are two, though they say the same', async () => {
  const answers = [ask(QUESTION), ask(QUESTION)];
  const take = started();
  for (const which of sent.keys()) await take(which);
  expect(await Promise.all(answers)).toEqual(Array(2).fill({ file_id: 'a.txt' }));
  expect(kept).toEqual(['a.txt', 'a.txt']);
});

test('what goes wrong there is told, and so is a service worker that is gone', async () => {
  const answer = ask({ ...QUESTION, name: 'too large.bin' });
  await started()(0);
  await expect(answer).rejects.toThrow('no room');
  const gone = asking({ active: null } as ServiceWorkerRegistration);
  await expect(gone(QUESTION)).rejects.toMatchObject({ reason: 'not-controlled' });
});
