import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { speak } from '../../../src/ui/strings.ts';
import { createConnection, type State } from '../../../src/ui/wire/connection-model.ts';
import type { Entry } from '../../../src/ui/wire/entry-log.ts';
import { textOf } from '../../../src/ui/wire/frames.ts';

await speak('en');

afterEach(() => void vi.unstubAllGlobals());

/** A server that answers each request with the next of these. */
function connectionTo(...answers: (() => Response)[]) {
  const asked: (string | null)[] = [];
  vi.stubGlobal('fetch', async (_: URL, init: RequestInit) => {
    asked.push(new Headers(init.headers).get('Last-Event-ID'));
    const answer = answers.shift();
    if (!answer) throw new TypeError('no more answers');
    return answer();
  });
  const connection = createConnection({ url: new URL('https://example.org/app/tasks/a/stream'), comesBack: true });
  onTestFinished(connection.stop);
  const until = (is: State['is']) =>
    new Promise<void>((resolve) => {
      onTestFinished(connection.state.subscribe((state) => void (state.is === is && resolve())));
    });
  return { connection, asked, until };
}

const stream = (...chunks: string[]) => new Response(new Blob(chunks).stream());

/** A stream that stays open. */
const open = (text: string) =>
  new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
      },
    }),
  );

/** A stream that breaks after the text. */
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

const textIn = (entries: readonly Entry[]) =>
  entries.map((entry) => (entry.kind === 'frame' ? textOf(entry.frame.lines) : '')).join('');
const kindsIn = (entries: readonly Entry[]) => entries.map((entry) => (entry.kind === 'over' ? entry.why : entry.kind));

test('a stream that ends before its task is asked for again after the last id, until its end is there', async () => {
  const first = 'retry: 1\n\nid: 3\ndata: x\n\n';
  const second = 'id: 4\ndata: y\n\n: heartbeat\n\n';
  const third = 'data: z\n\nid: 5\nevent: complete\ndata: {}\n\n';
  const { connection, asked, until } = connectionTo(
    () => stream(first),
    () => breaks(second),
    () => stream(third),
  );
  connection.connect(null);
  await until('finished');
  connection.stop();
  expect(asked).toEqual([null, '3', '4']);
  expect(textIn(connection.entries.value)).toBe(first + second + third);
  expect(kindsIn(connection.entries.value).filter((kind) => kind !== 'frame')).toEqual([
    ...['sent', 'answered', 'ended'],
    ...['sent', 'answered', 'broke'],
    ...['sent', 'answered', 'ended'],
  ]);
});

test('who drops it is told what a client would do next, and nothing comes until somebody asks', async () => {
  const { connection, asked, until } = connectionTo(
    () => open('retry: 250\n\nid: 7\ndata: x\n\n'),
    () => stream('id: 8\nevent: complete\ndata: {}\n\n'),
  );
  connection.connect('6');
  await new Promise<void>((resolve) => {
    connection.lastId.subscribe((id) => id === '7' && resolve());
  });
  connection.drop();
  expect([connection.state.value, connection.retry.value, connection.lastId.value]).toEqual([
    { is: 'dropped' },
    250,
    '7',
  ]);
  expect(kindsIn(connection.entries.value).at(-1)).toBe('dropped');
  expect(asked).toEqual(['6']);
  connection.connect(connection.lastId.value);
  await until('finished');
  expect(asked).toEqual(['6', '7']);
});

test('a refusal is the end, and its words are there', async () => {
  const { connection, until } = connectionTo(() => new Response('{"detail":"no such id"}', { status: 400 }));
  connection.connect('x');
  await until('refused');
  connection.stop();
  expect(connection.entries.value.at(-1)).toMatchObject({
    why: 'refused',
    detail: '400',
    rest: '{"detail":"no such id"}',
  });
});

test('what was cut off in the middle of a frame is shown as that, and moves no id', async () => {
  const { connection, until } = connectionTo(
    () => breaks('id: 1\ndata: x\n\nid: 2\nda'),
    () => new Response(null, { status: 204 }),
  );
  connection.connect(null);
  await until('lost');
  expect(connection.lastId.value).toBe('1');
  connection.stop();
  expect(connection.entries.value.at(-1)).toMatchObject({ why: 'broke', detail: 'network error', rest: 'id: 2\nda' });
});

test('of very many frames the last 2,000 are kept, and the others are counted', async () => {
  const count = 25_000;
  const text = Array.from({ length: count }, (_, i) => `id: ${i + 1}\ndata: x\n\n`).join('');
  const { connection, until } = connectionTo(() => stream(text, 'event: complete\ndata: {}\n\n'));
  connection.connect(null);
  await until('finished');
  connection.stop();
  const { entries, forgotten } = connection;
  expect(entries.value).toHaveLength(2_000);
  // The request, its answer, the frames, the end and the stream's end.
  expect(forgotten.value + entries.value.length).toBe(count + 4);
  connection.forget();
  expect([entries.value, forgotten.value]).toEqual([[], 0]);
});
