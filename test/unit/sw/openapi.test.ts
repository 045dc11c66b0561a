/** What openapi.json says of requests is what becomes of them. */
import 'fake-indexeddb/auto';
import { afterEach, expect, test, vi } from 'vitest';
import { examples } from '../core/tasks.ts';
import { createServer } from './server.ts';

afterEach(() => void vi.unstubAllGlobals());

interface Schema {
  type?: string;
  enum?: string[];
  const?: string;
  items?: Schema;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
}

interface Operation {
  parameters?: { name: string; in: string; required: boolean; schema: Schema }[];
  responses: Record<string, unknown>;
  requestBody?: { required: boolean; content: Record<string, { schema: { oneOf: Schema[] } }> };
}

/** What the schema takes, as far as it goes, and what lies just past that. */
function boundsOf(schema: Schema): { inside: string[]; outside: string[] } {
  const { minimum, maximum, minLength, maxLength, pattern } = schema;
  const named = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (named) return { inside: named, outside: ['', 'x', `${named[0]}x`] };
  if (schema.type === 'array') {
    const { inside, outside } = boundsOf(schema.items ?? {});
    return { inside: [...inside, inside.join(',')], outside: [...outside, `${inside[0]},`] };
  }
  if (schema.type === 'integer') {
    const [least, most] = [Number(minimum), Number(maximum)];
    const outside = [least - 1, most + 1, least + 0.5, '', 'x', '1e1'];
    return { inside: [least, most, schema.default ?? least].map(String), outside: outside.map(String) };
  }
  if (pattern) return { inside: ['01970000-0000-7000-8000-000000000000'], outside: ['', 'x'] };
  const lengths = [minLength, maxLength].filter((length) => length !== undefined);
  return {
    inside: lengths.map((length) => 'x'.repeat(length)),
    outside: [
      ...(minLength ? ['x'.repeat(minLength - 1)] : []),
      ...(maxLength === undefined ? [] : ['x'.repeat(maxLength + 1)]),
    ],
  };
}

async function described() {
  const server = createServer();
  const { task_id } = await server.started({ type: 'countdown' });
  await server.change(task_id, [examples.failed]);
  const { paths, components } = await (await server.request('openapi.json')).json();
  const operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path.slice(1).replace('{id}', task_id),
      ...operation,
    })),
  );
  return { ...server, operations, components };
}

test('a query value at a bound is taken, and one past it is 400', async () => {
  const { request, operations } = await described();
  const unbound = new Set<string>();
  for (const { method, path, parameters = [] } of operations) {
    const queries = parameters.filter((each) => each.in === 'query');
    const needed = Object.fromEntries(
      queries.filter(({ required }) => required).map(({ name, schema }) => [name, boundsOf(schema).inside[0] ?? '']),
    );
    for (const { name, schema } of queries) {
      const { inside, outside } = boundsOf(schema);
      if (outside.length === 0) unbound.add(name);
      const isRefused = async (value: string) => {
        const headers = { 'Content-Type': 'text/plain' };
        const response = await request(`${path}?${new URLSearchParams({ ...needed, [name]: value })}`, {
          method,
          headers,
        });
        await response.body?.cancel();
        expect(response.status).toBeLessThan(500);
        return [method, path, name, value, response.status === 400];
      };
      for (const value of inside) expect(await isRefused(value)).toEqual([method, path, name, value, false]);
      for (const value of outside) expect(await isRefused(value)).toEqual([method, path, name, value, true]);
      if (schema.type === 'integer') expect(['number', 'undefined']).toContain(typeof schema.default);
    }
  }
  // Any text, but for the two that this server gives out itself.
  expect([...unbound].toSorted()).toEqual(['cursor', 'last_event_id', 'name', 'q', 'tag', 'type']);
});

test('what has to be there is required', async () => {
  const { request, operations } = await described();
  const required = operations.flatMap(({ method, path, parameters = [] }) =>
    parameters.filter((each) => each.in === 'query' && each.required).map(({ name }) => ({ method, path, name })),
  );
  expect(required).toEqual([
    { method: 'GET', path: 'search', name: 'q' },
    { method: 'DELETE', path: 'search/documents', name: 'all' },
  ]);
  for (const { method, path } of required) expect((await request(path, { method })).status).toBe(400);
  for (const { requestBody } of operations) if (requestBody) expect(requestBody.required).toBe(true);
});

test('whatever writes to the store may find it closed or full, and says so', async () => {
  const { operations } = await described();
  const writes = operations.filter(({ method, path }) => method !== 'GET' && !path.startsWith('search/'));
  const statuses = writes.map(({ method, path, responses }) => [method, path, '503' in responses, '507' in responses]);
  expect(writes.length).toBeGreaterThan(12);
  expect(statuses).toEqual(writes.map(({ method, path }) => [method, path, true, true]));
});

test('a bulk request is described as it is checked', async () => {
  const { operations } = await described();
  for (const [method, path] of [
    ['DELETE', 'tasks'],
    ['POST', 'tasks/cancel'],
  ]) {
    const found = operations.find((each) => each.method === method && each.path === path);
    const schemas = Object.fromEntries((found?.parameters ?? []).map(({ name, schema }) => [name, schema]));
    expect(schemas).toMatchObject({
      all: { const: 'true' },
      q: { type: 'string', minLength: 1 },
      status: { type: 'array', items: { enum: ['pending', 'running', 'paused', 'completed', 'failed', 'canceled'] } },
    });
  }
});

test('an array of drafts has its bounds, and a draft an object for its input', async () => {
  const { operations, components } = await described();
  const submit = operations.find(({ method, path }) => method === 'POST' && path === 'tasks');
  expect(submit?.requestBody?.content['application/json']?.schema.oneOf[1]).toMatchObject({
    minItems: 1,
    maxItems: 1_000,
  });
  expect(components.schemas.TaskDraft.properties.input).toEqual({ type: 'object', default: {} });
});
