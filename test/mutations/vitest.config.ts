/** The unit tests over a product with one mutation in it. The file on disk stays as it is: the text is changed on its way to the test. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

interface Mutation {
  name: string;
  /** From the root of the project. */
  file: string;
  /** What is there once, and what stands there instead. */
  edits: [find: string, replace: string][];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const mutations: Mutation[] = JSON.parse(readFileSync(new URL('mutations.json', import.meta.url), 'utf8'));
const mutation = mutations.find(({ name }) => name === process.env.HOLDFAST_MUTATION);

export default mergeConfig(base, {
  root,
  plugins: [
    {
      name: 'holdfast:mutation',
      enforce: 'pre',
      transform(code: string, id: string) {
        if (!mutation || id.split('?')[0] !== `${root}${mutation.file}`) return undefined;
        return mutation.edits.reduce((text, [find, replace]) => text.replace(find, () => replace), code);
      },
    },
  ],
});
