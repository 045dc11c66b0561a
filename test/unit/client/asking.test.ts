import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asking } from '../../../src/client/asking.ts';
import type { BackendMessage } from '../../../src/core/protocol.ts';

const QUESTION: BackendMessage = { kind: 'add-file', source: new File(['abc'], 'a.txt'), name: 'a.txt' };
const ANSWER = { file_id: 'a' };

let pages: EventTarget;
/** What came to the service worker, with the port to answer on. */
let came: { kind: string; port: MessagePort }[];
let ask: ReturnType<typeof asking>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  pages = new EventTarget();
  vi.stubGlobal('navigator', { serviceWorker: Object.assign(pages, { controller: null }) });
  came = [];
  const active = {
    postMessage: ({ kind }: BackendMessage, [port]: MessagePort[]) => port && came.push({ kind, port }),
  };
  ask = asking({ active } as unknown as ServiceWorkerRegistration);
});

afterEach(() => {
  for (const { port } of came) port.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const started = () => pages.dispatchEvent(Object.assign(new Event('message'), { data: { kind: 'backend-started' } }));
const kinds = () => came.map(({ kind }) => kind);
/** Says that it was taken, and resolves when the page has heard it. */
async function take(which: number) {
  came[which]?.port.postMessage('taken');
  await new Promise((done) => setTimeout(done));
}

test('a question that starts the service worker is asked once', async () => {
  const answer = ask(QUESTION);
  started();
  await take(0);
  came[0]?.port.postMessage(ANSWER);
  expect(await answer).toEqual(ANSWER);
  expect(kinds()).toEqual(['add-file']);
  vi.advanceTimersByTime(60_000);
  expect(kinds()).toEqual(['add-file']);
});

test('a service worker that is slow to take a question is not asked twice', async () => {
  ask(QUESTION).catch(() => {});
  vi.advanceTimersByTime(12_000);
  await take(0);
  await take(1);
  expect(kinds()).toEqual(['add-file', 'claim', 'claim']);
});

test('a question that is lost on its way is asked again', async () => {
  const answer = ask(QUESTION);
  vi.advanceTimersByTime(5_000);
  await take(1);
  expect(kinds()).toEqual(['add-file', 'claim', 'add-file']);
  await take(2);
  came[2]?.port.postMessage(ANSWER);
  expect(await answer).toEqual(ANSWER);
});

test('one that a service worker took with it wakes it, and is asked again', async () => {
  const answer = ask(QUESTION);
  await take(0);
  vi.advanceTimersByTime(5_000);
  expect(kinds()).toEqual(['add-file', 'claim']);
  started();
  await take(1);
  expect(kinds()).toEqual(['add-file', 'claim', 'add-file']);
  came[2]?.port.postMessage(ANSWER);
  expect(await answer).toEqual(ANSWER);
});

test('what goes wrong there is told, and so is a service worker that is gone', async () => {
  const answer = ask(QUESTION);
  came[0]?.port.postMessage({ error: 'no room' });
  await expect(answer).rejects.toThrow('no room');
  const gone = asking({ active: null } as ServiceWorkerRegistration);
  await expect(gone(QUESTION)).rejects.toMatchObject({ reason: 'not-controlled' });
});
