/**
 * How workers are built, here and in the tests: as ES modules whose entries share nothing. A chunk that imports its worker's entry
 * makes WebKit run that a second time (measured, 2.50), so what a job has in common with the worker lies in a chunk of its own.
 *
 * @param {() => import('vite').Plugin[]} [plugins]
 * @returns {NonNullable<import('vite').UserConfig['worker']>}
 */
export const workerBuild = (plugins = () => []) => ({
  format: 'es',
  plugins: () => [...plugins(), entriesAlone()],
  rolldownOptions: {
    output: {
      codeSplitting: {
        groups: [{ name: 'shared', test: /\/(?:node_modules\/valibot|src\/core)\// }],
      },
    },
  },
});

/** @returns {import('vite').Plugin} */
function entriesAlone() {
  return {
    name: 'holdfast:entries-alone',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const entries = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
      for (const { fileName, imports } of chunks) {
        const entry = imports.find((each) => entries.has(each));
        if (entry) this.error(`${fileName} imports the entry ${entry} of its worker.`);
      }
    },
  };
}
