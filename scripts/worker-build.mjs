/** The names of built files: 36 bits of what is in one are enough to tell it from others of its name, and the service worker lists them all. */
export const names = {
  entryFileNames: 'assets/[name]-[hash:6].js',
  chunkFileNames: 'assets/[name]-[hash:6].js',
  assetFileNames: 'assets/[name]-[hash:6][extname]',
};

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
      ...names,
      codeSplitting: {
        groups: [
          { name: 'shared', test: /\/(?:node_modules\/valibot|src\/core)\// },
          // What several jobs use and is small: a file each would cost more than it holds, in the list of what is cached, too.
          { name: 'jobs', minShareCount: 2, test: /\/workers\/jobs\/(?!gunzip|content)[^/]+\.ts$/ },
        ],
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
