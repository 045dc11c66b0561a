import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Mutation {
  name: string;
  file: string;
  edits: [find: string, replacement: string][];
}

const textOf = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const mutations = JSON.parse(textOf('test/mutations/mutations.json')) as Mutation[];

test.for(mutations)('the mutation "$name" still finds its place, once', ({ file, edits }) => {
  const text = textOf(file);
  for (const [find] of edits) expect(text.split(find)).toHaveLength(2);
});
