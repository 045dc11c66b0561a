import { toJsonSchema } from '@valibot/to-json-schema';
import { expect, test } from 'vitest';
import { loadRun } from '../../../workers/jobs/runs.ts';
import { specOf, specs } from '../../../workers/jobs/specs.ts';

test('every type is listed once', () => {
  expect(new Set(specs.map(({ type }) => type)).size).toBe(specs.length);
});

test('a spec is found by its type', () => {
  for (const spec of specs) expect(specOf(spec.type)).toBe(spec);
  expect(specOf('constructor')).toBeUndefined();
});

test.each(specs.map((spec) => [spec.type, spec] as const))(
  '%s has code that does what its spec says',
  async (type, spec) => {
    expect(await loadRun(type)).toMatchObject(spec);
  },
);

test.each(specs.map((spec) => [spec.type, spec] as const))('the input of %s can be told as JSON Schema', (_, spec) => {
  expect(toJsonSchema(spec.input)).toMatchObject({ type: 'object', additionalProperties: false });
});

test('a type without code is refused by name', async () => {
  await expect(loadRun('nothing')).rejects.toThrow('no job of type "nothing"');
});
