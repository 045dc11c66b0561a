/** Requests as nobody would send them. */
import 'fake-indexeddb/auto';
import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import type { Page } from '../../../src/core/store.ts';
import { fold } from '../../../src/core/task.ts';
import { EXPORT_TYPE } from '../../../sw/transfer.ts';
import { examples } from '../core/tasks.ts';
import { BASE, createServer, problemOf, type Server } from './server.ts';

const { completed, failed, paused, canceled, progress } = examples;

afterEach(() => void vi.unstubAllGlobals());

const SERVERS = 80;
const REQUESTS = 250;

const odd = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '%',
    '%00',
    '%E0%A4%A',
    '%2F',
    '..',
    '%2e%2e',
    '\u2028',
    '🦀',
    '__proto__',
    'constructor',
    'stream',
    'null',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.nat().map(String),
);
/** A place in the list of a server's own ids, or something else. */
const id = fc.oneof({ weight: 3, arbitrary: fc.nat(7) }, odd);
type Id = typeof id extends fc.Arbitrary<infer T> ? T : never;

const path = fc.oneof<fc.Arbitrary<(string | { id: Id })[]>[]>(
  fc.tuple(
    fc.constant('tasks/'),
    id.map((each) => ({ id: each })),
  ),
  fc.tuple(
    fc.constant('tasks/'),
    id.map((each) => ({ id: each })),
    fc.constantFrom('/stream', '/log', '/cancel', '/pause', '/resume', '/retry', '/result', '/', '//', '/x'),
  ),
  fc.tuple(
    fc.constant('tasks/'),
    id.map((each) => ({ id: each })),
    fc.constant('/files/'),
    fc.oneof(fc.constant('SUMS'), odd),
  ),
  fc.tuple(
    fc.constant('files/'),
    id.map((each) => ({ id: each })),
  ),
  fc.tuple(
    fc.constant('search/documents/'),
    id.map((each) => ({ id: each })),
    fc.constantFrom('', '/pages/1', '/pages/x', '/pages', '/'),
  ),
  fc.tuple(
    fc.constantFrom(
      'tasks',
      'files',
      'share',
      'search',
      'search/documents',
      'tasks/export',
      'tasks/import',
      'tasks/stream',
      'tasks/types',
      'tasks/settings',
      'tasks/health',
      'tasks/cancel',
      'submit',
      'stream',
      'stream-events',
      'stream-with-id',
      'openapi.json',
      '',
    ),
  ),
  fc.tuple(odd, fc.constant('/'), odd),
);

/** A cursor of the server's own epoch. */
const cursor = fc.oneof(fc.nat(30).map(String), fc.constantFrom('', 'x', '9'.repeat(16))).map((number) => ({ number }));

const value = fc.oneof(
  odd,
  cursor,
  fc.constantFrom('1', '0', '-1', 'true', 'running,failed', 'completed', 'start', '1e9', '9'.repeat(20)),
);
const query = fc.dictionary(
  fc.constantFrom(
    'limit',
    'page',
    'status',
    'type',
    'tag',
    'q',
    'after',
    'last_event_id',
    'cursor',
    'from',
    'at',
    'offset',
    'detail',
    'all',
    'name',
    'exclusive',
    'color',
  ),
  value,
  { maxKeys: 3 },
);
const latin = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    .filter((c) => c !== 0x7f)
    .map((c) => String.fromCharCode(c)),
  maxLength: 12,
});
const headers = fc.record(
  {
    'Content-Type': fc.constantFrom(
      'application/json',
      'application/json; charset=x',
      'text/plain',
      'multipart/form-data',
      'multipart/form-data; boundary=b',
      ';',
      'a/b/c',
      'application/octet-stream',
      EXPORT_TYPE,
    ),
    'Last-Event-ID': fc.oneof(latin, fc.nat(9).map(String), cursor),
    Range: fc.oneof(
      latin,
      fc.constantFrom('bytes=0-1', 'bytes=5-', 'bytes=-0', 'bytes=9-1', 'bytes=0-99999999999999999999'),
    ),
    'If-None-Match': fc.oneof(latin, fc.constant('*')),
    'Idempotency-Key': fc.oneof(latin, fc.constant('k')),
  },
  { requiredKeys: [] },
);

const draft = fc.record(
  {
    type: fc.oneof(fc.constantFrom('countdown', 'spin', 'checksum'), fc.string()),
    input: fc.oneof(
      fc.constant({}),
      fc.record({ steps: fc.integer({ min: -1, max: 5 }) }),
      fc.jsonValue({ maxDepth: 2 }),
    ),
    priority: fc.oneof(fc.integer({ min: -2000, max: 2000 }), fc.constant(1.5)),
    run_at: fc.oneof(
      fc.constantFrom(
        '2020-01-01T00:00:00Z',
        '2020-02-31T00:00:00Z',
        '2020-01-01T00:00:00+01',
        '2020-01-01 00:00:00.123456789Z',
        '9999-12-31T23:59:59-01:00',
        '0000-01-01T00:00:00+01:00',
        null,
      ),
      fc.string(),
    ),
    depends_on: fc.array(fc.string(), { maxLength: 2 }),
    tags: fc.array(fc.string(), { maxLength: 3 }),
    timeout_ms: fc.oneof(fc.nat(), fc.constant(null)),
    max_attempts: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: [] },
);
/** An export of another server, whole or cut. */
const exported = fc.record({ end: fc.oneof(fc.constant(undefined), fc.nat(9_000)) });
type Exported = typeof exported extends fc.Arbitrary<infer T> ? T : never;
const bodies: fc.Arbitrary<string | Uint8Array<ArrayBuffer> | Exported | undefined>[] = [
  exported,
  draft.map((each) => JSON.stringify(each)),
  fc.array(draft, { maxLength: 3 }).map((each) => JSON.stringify(each)),
  draft.map((each) => JSON.stringify(each).slice(0, -2)),
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
  fc.constant(
    '--b\r\nContent-Disposition: form-data; name="f"; filename="a\u{1f980}"\r\nContent-Type: é\r\n\r\nx\r\n--b--\r\n',
  ),
  fc.constant(`{"running_limit": 2, "max_streams": 3}`),
  fc.constant('['.repeat(100_000)),
  fc.constant(undefined),
];

const request = fc.record({
  method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'POST', 'HEAD', 'DELETE', 'PATCH', 'PUT', 'OPTIONS', 'QUERY'),
  path,
  query,
  headers,
  body: fc.oneof(...bodies),
});
type Sent = typeof request extends fc.Arbitrary<infer T> ? T : never;
/** What is drawn seldom by chance: a whole export that says what it is. */
const moved: fc.Arbitrary<Sent> = fc.record({
  method: fc.constant('POST' as const),
  path: fc.constant<Sent['path']>(['tasks/import']),
  query: fc.constant({}),
  headers: fc.constant<Sent['headers']>({ 'Content-Type': EXPORT_TYPE }),
  body: exported,
});

/** Tasks in every status, a file, an output. */
async function populated() {
  const server = createServer();
  const ids: string[] = [];
  for (const end of [completed, failed, paused, canceled, progress]) {
    const { task_id } = await server.started({ type: 'countdown' });
    const output = await server.files.openOutput(task_id, 'SUMS', 'text/plain', 0);
    await output.write('0123456789');
    await output.flush();
    const files = [{ name: 'SUMS', size: 10, type: 'text/plain' }];
    await server.change(task_id, [end === completed ? { ...completed, files } : end]);
    ids.push(task_id);
  }
  ids.push((await server.submit({ type: 'spin' })).task_id);
  ids.push((await server.files.addInput(new Blob(['hello']), 'a.txt')).file_id);
  return { ...server, ids, epoch: await server.store.epoch() };
}

/** The statuses that openapi.json names for a request; what it does not name is not there, or takes another method. */
async function described(server: Server) {
  type Operations = Record<string, { responses: object }>;
  const { paths }: { paths: Record<string, Operations> } = await (await server.request('openapi.json')).json();
  // In its order, where "stream" comes before "{id}".
  const known = Object.entries(paths).map(([path, operations]) => {
    const pattern = path
      .replaceAll('.', '\\.')
      .replace('{name}', '.+')
      .replaceAll(/\{\w+\}/g, '[^/]+');
    return { pattern: new RegExp(`^${BASE.slice(0, -1)}${pattern}/?$`), operations };
  });
  return (method: string, path: string): number[] => {
    const { pathname } = new URL(`${BASE}${path}?`, 'http://localhost');
    const found = known.find(({ pattern }) => pattern.test(pathname));
    const operation = found?.operations[method === 'HEAD' ? 'get' : method.toLowerCase()];
    return operation ? Object.keys(operation.responses).map(Number) : [404, 405];
  };
}

/** One to send requests to, and what another has exported. */
async function fuzzed() {
  const elsewhere = new Uint8Array(await (await (await populated()).request('tasks/export')).arrayBuffer());
  const server = await populated();
  return { ...server, elsewhere, statusesOf: await described(server) };
}

async function send(server: Awaited<ReturnType<typeof fuzzed>>, sent: Sent) {
  const { method } = sent;
  const body =
    typeof sent.body === 'object' && 'end' in sent.body ? server.elsewhere.slice(0, sent.body.end) : sent.body;
  const text = (given: string | { number: string }) =>
    typeof given === 'string' ? given : `${server.epoch}-${given.number}`;
  const at = sent.path
    .map((part) => (typeof part === 'string' ? part : typeof part.id === 'number' ? server.ids[part.id] : part.id))
    .join('');
  const search = Object.entries(sent.query)
    .map(([name, given]) => `${name}=${text(given)}`)
    .join('&');
  const bare = method === 'GET' || method === 'HEAD' || body === undefined;
  const response = await server.request(`${at}?${search}`, {
    method,
    headers: Object.entries(sent.headers).map(([name, given]): [string, string] => [name, text(given)]),
    ...(bare ? {} : { body }),
  });
  expect(response.status, `${method} ${at}?${search}`).toBeLessThan(500);
  expect(server.statusesOf(method, at), `${method} ${at}?${search}`).toContain(response.status);
  // Whatever may be kept has an ETag, to ask again with.
  const kept = response.headers.get('Cache-Control') !== 'no-store';
  expect(kept, `${method} ${at} is cached`).toBe(response.headers.has('ETag'));
  if (response.status >= 400 && method !== 'HEAD') await problemOf(response);
  else if (response.headers.get('Content-Type') === 'application/json' && method !== 'HEAD') await response.json();
  else await response.body?.cancel();
}

/** The snapshots are the folds of the logs, the numbers have no holes, and the counts count. */
async function expectWhole({ store, events }: Server) {
  const counts: Record<string, number> = { pending: 0, running: 0, paused: 0, completed: 0, failed: 0, canceled: 0 };
  let page: string | null = null;
  do {
    const found: Page = await store.list({}, 500, page);
    for (const { task_id, status } of found.tasks) {
      const log = await events(task_id);
      expect(log.map(({ n }) => n)).toEqual(log.map((_, i) => i + 1));
      expect(fold(null, log)).toEqual(await store.get(task_id));
      counts[status] = (counts[status] ?? 0) + 1;
    }
    page = found.next_page;
    if (!page) expect(found.counts).toEqual(counts);
  } while (page);
}

test(`whatever is sent: no 5xx, no rejection, no status that openapi.json does not name, every error is a problem document, and the store stays whole (${SERVERS * REQUESTS} requests)`, {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 99, arbitrary: request }, { weight: 1, arbitrary: moved }), {
        minLength: REQUESTS,
        maxLength: REQUESTS,
        size: 'max',
      }),
      async (requests) => {
        const server = await fuzzed();
        for (const each of requests) await send(server, each);
        expect(server.streams.count()).toBe(0);
        expect(server.reports).toEqual([]);
        await expectWhole(server);
      },
    ),
    { numRuns: SERVERS, endOnFailure: false },
  );
});
