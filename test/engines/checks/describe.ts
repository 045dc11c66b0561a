import { ask, client } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

test('types tell all that a form needs', async () => {
  const types = await client.types();
  const checksum = types.find(({ type }) => type === 'checksum');
  expect(Object.keys(checksum ?? {})).toEqual(['type', 'title', 'description', 'version', 'input', 'limits', 'redo']);
  expect(checksum?.input).toHave({ type: 'object', required: ['files'], additionalProperties: false });
  for (const type of ['countdown', 'spin', 'ledger'])
    expect(
      types.some((each) => each.type === type),
      `whether there is ${type}`,
    ).toBe(true);
});

test('health tells how it is, also where the browser hides its storage', async () => {
  const health = await client.health();
  expect(Object.keys(health)).toEqual([
    'status',
    'version',
    'uptime_ms',
    'executors',
    'running',
    'running_limit',
    'open_streams',
    'storage_used',
    'storage_quota',
    'persisted',
  ]);
  expect(health).toHave({ status: 'ok', version: 'engines', running_limit: 4 });
  expect(Number(health.executors), 'the executors').toBeAtLeast(1);
  expect(typeof health.persisted).toBe('boolean');
  const known = Boolean(navigator.storage);
  expect(typeof health.storage_used, 'the type of storage_used').toBe(known ? 'number' : 'object');
  expect(typeof health.storage_quota, 'the type of storage_quota').toBe(known ? 'number' : 'object');
});

interface Operation {
  parameters?: { name: string; in: string; required: boolean }[];
  responses: Record<string, { description: string }>;
}

test('openapi.json is whole: every reference resolves, every operation answers, every path parameter is declared', async () => {
  const response = await ask('openapi.json');
  expect(response.status).toBe(200);
  const api = await response.json();
  expect(api.openapi).toMatch(/^3\.1\.\d+$/);
  expect(api.servers).toEqual([{ url: client.base.slice(0, -1) }]);
  JSON.stringify(api, (key, value) => {
    if (key !== '$ref') return value;
    const target = String(value)
      .replace(/^#\//, '')
      .split('/')
      .reduce((at, part) => at?.[part], api);
    expect(typeof target, `what ${value} points to`).toBe('object');
    return value;
  });
  for (const [path, item] of Object.entries<Record<string, Operation>>(api.paths)) {
    for (const [method, { parameters = [], responses }] of Object.entries(item)) {
      const what = `${method} ${path}`;
      expect(Object.keys(responses).length, `the responses of ${what}`).toBeAtLeast(1);
      for (const [code, { description }] of Object.entries(responses)) {
        expect(code, what).toMatch(/^[1-5]\d\d$/);
        expect(typeof description, `the description of ${code} of ${what}`).toBe('string');
      }
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.filter((each) => each.in === 'path' && each.required).map(({ name }) => name);
      expect(declared.sort(), `the path parameters of ${what}`).toEqual(inPath.sort());
    }
  }
});

test('every path that openapi.json names is there', async () => {
  const { paths } = (await client.openApi()) as { paths: Record<string, Record<string, Operation>> };
  for (const [path, item] of Object.entries<Record<string, Operation>>(paths)) {
    const address = path.slice(1).replace('{id}', 'none').replace('{name}', 'none');
    // PUT is taken nowhere: 405 names what is.
    const { headers } = await ask(address, { method: 'PUT' });
    const allow = headers.get('Allow') ?? '';
    for (const method of Object.keys(item))
      expect(allow.split(', '), `Allow of ${path}`).toContain(method.toUpperCase());
  }
});
