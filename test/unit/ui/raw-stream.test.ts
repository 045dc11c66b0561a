import { afterEach, expect, test, vi } from 'vitest';
import type { StreamEvent } from '../../../src/client/index.ts';
import { readRaw } from '../../../src/ui/breaking/raw-stream.ts';

afterEach(() => void vi.unstubAllGlobals());

/** A body that breaks after the text. */
const breaks = (text: string) =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
      },
      pull(controller) {
        controller.error(new TypeError('network error'));
      },
    }),
  );

/** What a reader hears of a server that answers each request with the next of these, and the ids that it asks with. */
async function read(...answers: (() => Response)[]) {
  const asked: (string | null)[] = [];
  const heard: StreamEvent[] = [];
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    asked.push(new Headers(init.headers).get('Last-Event-ID'));
    const answer = answers.shift();
    if (!answer) throw new TypeError('no more answers');
    return answer();
  });
  const { signal } = new AbortController();
  await readRaw('https://example.org/stream', { after: 0, signal, heard: (event) => heard.push(event) });
  return { asked, heard: heard.map(({ event, id }) => `${id} ${event}`) };
}

test('a reader by hand comes back with its last id, and takes nothing of a frame that was cut', async () => {
  const lost = () => {
    throw new TypeError('network error');
  };
  const { asked, heard } = await read(
    () => breaks('retry: 250\n\nid: 1\ndata: {}\n\nid: 2\nda'),
    lost,
    () => new Response('id: 2\nevent: log\ndata: {}\n\ndata: {}\n\nid: 3\nevent: complete\ndata: {}\n\n'),
  );
  expect(asked).toEqual([null, '1', '1']);
  expect(heard).toEqual(['1 message', '2 log', '3 message', '3 complete']);
});

test('a whole frame that cannot be read is told', async () => {
  await expect(read(() => new Response('id: 1\ndata: {"n":\n\n'))).rejects.toThrow(SyntaxError);
});
