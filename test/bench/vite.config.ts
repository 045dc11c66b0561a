import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { workerBuild } from '../../scripts/worker-build.mjs';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = pathOf('.');
const outDir = pathOf('../../node_modules/.cache/bench');
const define = { __HOLDFAST_VERSION__: '"bench"', 'self.__WB_MANIFEST': '[]' };

/** Gives the product the jobs of the bench beside its own. */
function benchJobs(): Plugin {
  return {
    name: 'bench:jobs',
    enforce: 'pre',
    resolveId(source, importer) {
      const name = /\/(?:jobs\/)?(specs|runs)\.ts$/.exec(source)?.[1];
      if (name && !importer?.startsWith(root) && /\/(?:sw|workers)\//.test(importer ?? ''))
        return pathOf(`jobs/${name}.ts`);
    },
  };
}

const shared = { root, base: './', publicDir: false, configFile: false, logLevel: 'warn', define } as const;

const script = (entry: string, output: string): UserConfig => ({
  ...shared,
  plugins: [benchJobs()],
  define: { ...define, 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'es2022',
    outDir,
    emptyOutDir: false,
    lib: { entry: pathOf(entry), name: 'sw', formats: ['iife'], fileName: () => output },
  },
});

const pages = ['', 'bare/', 'bare/hono/', 'bare/app/', 'race/', 'race/polling/'];

/** What is built is the mode: the pages with their workers first, then each service worker. */
const parts: Record<string, UserConfig> = {
  pages: {
    ...shared,
    plugins: [benchJobs()],
    worker: workerBuild(() => [benchJobs()]),
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: true,
      rolldownOptions: { input: pages.map((page) => pathOf(`${page}index.html`)) },
    },
  },
  backend: script('../../sw/main.ts', 'sw.js'),
  bare: script('bare/sw.ts', 'bare/sw.js'),
  hono: script('bare/hono/sw.ts', 'bare/hono/sw.js'),
  app: script('bare/app/sw.ts', 'bare/app/sw.js'),
  polling: script('race/polling/sw.ts', 'race/polling/sw.js'),
};

export default defineConfig(({ mode }) => {
  const part = parts[mode];
  if (!part) throw new RangeError(`There is no part ${mode} to build.`);
  return part;
});
