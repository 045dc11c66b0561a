import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { HttpProblem } from '../../../src/client/problem.ts';
import { tasksAt } from '../../../src/client/tasks.ts';

/** A real server on localhost: what the client speaks is HTTP, whoever answers. */
async function serving(answer: (request: IncomingMessage, response: ServerResponse, n: number) => void) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { tasks: tasksAt(`http://127.0.0.1:${port}/app/`), requests };
}

const json = (response: ServerResponse, body: unknown, status = 200, type = 'application/json') => {
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
};

/** Breaks the first connection, like a service worker that is stopped while it answers. */
const breaking = (_: IncomingMessage, response: ServerResponse, n: number) =>
  n === 1 ? response.destroy() : json(response, { task_id: 'a', count: 2 });

test('a submission whose answer is lost is sent again under the same key', async () => {
  const { tasks, requests } = await serving(breaking);
  expect((await tasks.submit({ type: 'countdown' })).task_id).toBe('a');
  const keys = requests.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
  expect(keys[0]).toBe(keys[1]);
});

test('what only reads is asked again', async () => {
  const { tasks, requests } = await serving(breaking);
  await tasks.get('a');
  expect(requests.map(({ url }) => url)).toEqual(['/app/tasks/a', '/app/tasks/a']);
});

test('a removal whose answer is lost is sent again, and that nothing is left of it then is no error', async () => {
  const gone = { type: 'urn:holdfast:problem:not-found', title: 'No', detail: 'There is no task a.', status: 404 };
  const { tasks, requests } = await serving((_, response, n) =>
    n === 1 ? response.destroy() : json(response, gone, 404, 'application/problem+json'),
  );
  await tasks.remove('a');
  expect(requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  await expect(tasks.remove('a')).rejects.toMatchObject({ status: 404 });
});

test('what the site answered because the service worker was not asked is asked again, and a removal is not taken for done', async () => {
  const { tasks, requests } = await serving((_, response, n) =>
    n === 2 ? json(response, { task_id: 'a' }) : response.writeHead(404).end('<h1>Not found</h1>'),
  );
  expect((await tasks.get('a')).task_id).toBe('a');
  await expect(tasks.remove('a')).rejects.toMatchObject({ status: 404, message: 'The answer was 404.' });
  expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'DELETE', 'DELETE']);
});

test('so is what it answered with its page', async () => {
  const { tasks, requests } = await serving((_, response, n) =>
    n === 2
      ? json(response, { task_id: 'a' })
      : response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Home</h1>'),
  );
  expect((await tasks.get('a')).task_id).toBe('a');
  await expect(tasks.remove('a')).rejects.toMatchObject({ status: 200, message: 'The answer was 200.' });
  await expect(tasks.removeFile('a')).rejects.toMatchObject({ status: 200, message: 'The answer was 200.' });
  await expect(tasks.pause('a')).rejects.toMatchObject({ status: 200, problem: { type: 'about:blank' } });
  expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'DELETE', 'DELETE', 'DELETE', 'DELETE', 'POST']);
});

test('a file may be a page', async () => {
  const { tasks } = await serving((_, response) =>
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Mine</h1>'),
  );
  expect(await (await tasks.output('a', 'b.html')).text()).toBe('<h1>Mine</h1>');
  expect(await (await tasks.file('a')).text()).toBe('<h1>Mine</h1>');
});

test('what a query leaves open is not sent', async () => {
  const { tasks, requests } = await serving((_, response) => json(response, {}));
  await tasks.list({ status: ['pending', 'running'], q: undefined as never, limit: 5 });
  expect(requests[0]?.url).toBe('/app/tasks?status=pending%2Crunning&limit=5');
});

test('what could count twice is not sent again', async () => {
  const { tasks, requests } = await serving(breaking);
  await expect(tasks.retry('a')).rejects.toThrow(TypeError);
  expect(requests).toHaveLength(1);
});

test('a refusal carries its problem document', async () => {
  const problem = { type: 'urn:holdfast:problem:conflict', title: 'No', detail: 'Task a is completed.', status: 409 };
  const { tasks } = await serving((_, response) => json(response, problem, 409, 'application/problem+json'));
  const refused = await tasks.pause('a').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(HttpProblem);
  expect(refused).toMatchObject({ status: 409, problem, message: problem.detail });
});

test('a refusal without a document is told by its status', async () => {
  const { tasks } = await serving((_, response) => response.writeHead(502).end('<h1>Bad gateway</h1>'));
  await expect(tasks.health()).rejects.toMatchObject({ status: 502, message: 'The answer was 502.' });
});

test('filters are in the query, and all has to be said', async () => {
  const { tasks, requests } = await serving((_, response) => json(response, { count: 2 }));
  expect(await tasks.cancelAll({ status: ['pending', 'running'], tag: 'a b' })).toBe(2);
  expect(await tasks.removeAll('all')).toBe(2);
  expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /app/tasks/cancel?status=pending%2Crunning&tag=a+b',
    'DELETE /app/tasks?all=true',
  ]);
});
