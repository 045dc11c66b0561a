import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type FeedEvent, parse, StreamRefused, type WatchOptions, watch, watchAll } from '../../../src/client/watch.ts';

/** A real server on localhost, of another origin: the n-th request for a stream gets the n-th answer, and the last one again and again. */
async function serving(...answers: ((response: ServerResponse) => void)[]) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answers[Math.min(requests.length, answers.length) - 1]?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/app/`;
  const collect = async (events: AsyncIterable<FeedEvent>) => {
    const seen: string[] = [];
    for await (const { event, id, data } of events) seen.push(`${event} ${id} ${JSON.stringify(data)}`);
    return seen;
  };
  return {
    base,
    requests,
    /** Of each request, after which event it asked to go on. */
    asked: () => requests.map(({ headers }) => headers['last-event-id'] ?? null),
    watching: (options?: WatchOptions) => collect(watch(base, 'a b', options)),
    collect,
  };
}

const begin = (response: ServerResponse, text: string) =>
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(text);
const ends = (text: string) => (response: ServerResponse) => {
  begin(response, text);
  response.end();
};
/** Once it has arrived: what is written before a connection is broken may be lost with it. */
const breaks = (text: string) => (response: ServerResponse) => {
  begin(response, text);
  setImmediate(() => response.socket?.end());
};
const refuses =
  (status: number, body = '') =>
  (response: ServerResponse) =>
    void response.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(body);
const lists = (cursor: string) => (response: ServerResponse) =>
  void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ tasks: [], cursor }));
/** A host that answers whatever it does not know with its page. */
const site = (response: ServerResponse) =>
  void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>');

const SOON = 'retry: 1\n\n';
const line = (n: number) => `id: ${n}\ndata: {"n":${n}}\n\n`;
const end = (n: number) => `retry: 3600000\ndata: {"n":${n}}\n\nid: ${n}\nevent: complete\ndata: {"end":true}\n\n`;

test('each event comes once and in order, however often the connection breaks, ends or finds nobody', async () => {
  const connections: boolean[] = [];
  const { watching, asked, requests } = await serving(
    breaks(`${SOON}${line(1)}${line(2)}id: 3\ndata: {"n":`),
    refuses(503),
    ends(`${SOON}${line(3)}: heartbeat\n\n`),
    // Half of an end is none: both halves come again.
    breaks(`${SOON}data: {"n":4}\n\n`),
    ends(SOON + end(4)),
  );
  const seen = await watching({ onConnection: (connected) => void connections.push(connected) });
  expect(seen).toEqual([
    'message 1 {"n":1}',
    'message 2 {"n":2}',
    'message 3 {"n":3}',
    'message 4 {"n":4}',
    'complete 4 {"end":true}',
  ]);
  expect(asked()).toEqual([null, '2', '2', '3', '3']);
  expect(connections).toEqual([true, false, true, false, true, false, true]);
  expect(requests[0]?.url).toBe('/app/tasks/a%20b/stream');
});

test('after a reset whose events did not come it is asked for again, and a gap says of which event the state after it is', async () => {
  const { watching, asked } = await serving(
    ends(`${SOON}event: reset\ndata: {}\n\n`),
    ends(`${SOON}id: 12\nevent: gap\ndata: {"from":1,"to":12}\n\ndata: {"n":12}\n\n${line(13)}`),
    ends(SOON + end(14)),
  );
  expect(await watching({ after: '99' })).toEqual([
    'reset 99 {}',
    'gap 12 {"from":1,"to":12}',
    'message 12 {"n":12}',
    'message 13 {"n":13}',
    'message 14 {"n":14}',
    'complete 14 {"end":true}',
  ]);
  expect(asked()).toEqual(['99', '99', '13']);
});

test('all tasks are not begun from now on when the connection breaks right after a reset', async () => {
  const { base, asked } = await serving(
    ends(`${SOON}event: reset\ndata: {}\n\n`),
    ends(`${SOON}event: reset\ndata: {}\n\nid: new-1\ndata: {"n":1}\n\n`),
  );
  for await (const { id } of watchAll(base, { after: 'old-7' })) if (id === 'new-1') break;
  expect(asked()).toEqual(['old-7', 'old-7']);
});

test('what happens after all tasks were followed from now on is not lost when the first stream breaks before an event', async () => {
  const { base, requests, asked } = await serving(
    (response) => void response.destroy(),
    refuses(503, '{"type":"store-unavailable"}'),
    lists('e-4'),
    breaks(SOON),
    refuses(503),
    ends(`${SOON}id: e-5\ndata: {"n":5}\n\n`),
  );
  for await (const { id } of watchAll(base)) if (id === 'e-5') break;
  const list = '/app/tasks?limit=1';
  const stream = '/app/tasks/stream';
  expect(requests.map(({ url }) => url)).toEqual([list, list, list, stream, stream, stream]);
  expect(asked()).toEqual([null, null, null, 'e-4', 'e-4', 'e-4']);
});

test('a busy server is asked again, and events of names that nobody knows are passed over', async () => {
  const { watching } = await serving(
    ends(`${SOON}event: busy\ndata: {"detail":"full"}\n\n`),
    ends(`${SOON}id: 1\nevent: news\ndata: no JSON\n\n${end(2)}`),
  );
  expect(await watching()).toEqual(['message 2 {"n":2}', 'complete 2 {"end":true}']);
});

test('204 is the end, and a refusal is thrown with its problem', async () => {
  expect(await (await serving(refuses(204))).watching()).toEqual([]);
  const problem = { type: 'urn:holdfast:problem:not-found', title: 'No', detail: 'There is no task a b.', status: 404 };
  const { watching, requests } = await serving(refuses(404, JSON.stringify(problem)));
  const refused = await watching().catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(StreamRefused);
  expect(refused).toMatchObject({ status: 404, problem, message: problem.detail });
  expect(requests).toHaveLength(1);
});

test('a refusal that is of somebody else, who answers for a service worker that cannot be started, is none', async () => {
  const { watching, asked } = await serving(
    ends(SOON + line(1)),
    (response) => void response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>Not found</h1>'),
    ends(SOON + end(2)),
  );
  expect(await watching()).toEqual(['message 1 {"n":1}', 'message 2 {"n":2}', 'complete 2 {"end":true}']);
  expect(asked()).toEqual([null, '1', '1']);
});

test('a page that is there instead of a stream is no connection', async () => {
  const connections: boolean[] = [];
  const { watching, asked } = await serving(ends(SOON + line(1)), site, site, ends(SOON + end(2)));
  const seen = await watching({ onConnection: (connected) => void connections.push(connected) });
  expect(seen).toEqual(['message 1 {"n":1}', 'message 2 {"n":2}', 'complete 2 {"end":true}']);
  expect(asked()).toEqual([null, '1', '1', '1']);
  expect(connections).toEqual([true, false, true]);
});

test('a connection that is silent for as long as three heartbeats is lost', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let isCanceled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
    cancel() {
      isCanceled = true;
    },
  });
  const messages = parse(body, undefined, () => {});
  expect(await messages.next()).toMatchObject({ value: { data: '1' } });
  const next = messages.next();
  await vi.advanceTimersByTimeAsync(50_000);
  expect([await next, isCanceled, vi.getTimerCount()]).toEqual([{ done: true, value: undefined }, true, 0]);
});

test('all tasks are followed from a cursor, past the end of any of them, until the signal says so', async () => {
  const { base, collect, asked, requests } = await serving(
    ends(`${SOON}id: e-7\ndata: {"n":7}\n\n`),
    (response) =>
      void begin(
        response,
        `${SOON}data: {"n":8}\n\nid: e-8\nevent: complete\ndata: {}\n\nid: e-9\nevent: deleted\ndata: {}\n\n`,
      ),
  );
  const stop = new AbortController();
  const events = watchAll(base, { after: 'e-6', signal: stop.signal });
  async function* untilDeleted() {
    for await (const event of events) {
      yield event;
      if (event.event === 'deleted') stop.abort();
    }
  }
  expect(await collect(untilDeleted())).toEqual([
    'message e-7 {"n":7}',
    'message e-8 {"n":8}',
    'complete e-8 {}',
    'deleted e-9 {}',
  ]);
  expect(asked()).toEqual(['e-6', 'e-7']);
  expect(requests[0]?.url).toBe('/app/tasks/stream');
});
