import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import * as v from 'valibot';
import { expect, onTestFinished, test, vi } from 'vitest';
import { answered, isPageMessage } from '../../../src/client/control.ts';
import { PageMessageSchema } from '../../../src/core/protocol.ts';

const kinds = fc.constantFrom(...PageMessageSchema.options.map(({ entries }) => entries.kind.literal), 'erase', '');
const values = fc.oneof(fc.nat(), fc.constantFrom(-1, 0.5, Number.NaN, 2 ** 53, '1', null));
const messages = fc.record({ kind: kinds, read: values, size: values }, { requiredKeys: [] });

test('what the client takes for a message of its service worker is what fits the schema', () => {
  const agree = (data: unknown) => {
    expect(isPageMessage(data)).toBe(v.is(PageMessageSchema, data));
  };
  fc.assert(fc.property(fc.oneof({ weight: 3, arbitrary: messages }, fc.anything()), agree), { numRuns: 2_000 });
  expect(isPageMessage({ kind: 'import-progress', read: 1, size: 2 })).toBe(true);
});

/** A server that answers every request with this type, and counts them. */
async function answering(status: number, type: string) {
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    response.writeHead(status, { 'Content-Type': type }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { base: `http://127.0.0.1:${port}/`, requests: () => requests };
}

test.each([
  [200, 'text/event-stream; charset=utf-8'],
  // It cannot open its database just now, say: the page that is told to be past it would only be loaded again, and again.
  [503, 'application/problem+json'],
])('a service worker that answers %i is there', async (status, type) => {
  const { base, requests } = await answering(status, type);
  await answered(base);
  expect(requests()).toBe(1);
});

test('a site that answers in its place is asked a few times, and then the page says so', async () => {
  const { base, requests } = await answering(404, 'text/html');
  await expect(answered(base)).rejects.toMatchObject({ name: 'Unavailable', reason: 'not-controlled' });
  expect(requests()).toBe(4);
});

test('a service worker that lets requests wait for good is told of', async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    vi.restoreAllMocks();
  });
  const real = AbortSignal.timeout.bind(AbortSignal);
  // A hundredth of the time.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => real(ms / 100));
  const { port } = server.address() as AddressInfo;
  await expect(answered(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ reason: 'not-controlled' });
});
