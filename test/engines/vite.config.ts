import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { workerBuild } from '../../scripts/worker-build.mjs';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = pathOf('.');
const outDir = pathOf('../../node_modules/.cache/engines');
const define = { __HOLDFAST_VERSION__: '"engines"', 'self.__WB_MANIFEST': '[]' };

/** Gives the product the jobs of the checks beside its own. */
function checkJobs(): Plugin {
  return {
    name: 'engines:jobs',
    enforce: 'pre',
    resolveId(source, importer) {
      const name = /\/(?:jobs\/)?(specs|runs)\.ts$/.exec(source)?.[1];
      if (name && !importer?.startsWith(root) && /\/(?:sw|workers)\//.test(importer ?? ''))
        return pathOf(`jobs/${name}.ts`);
    },
  };
}

const shared = { root, base: './', publicDir: false, configFile: false, logLevel: 'warn', define } as const;

const script = (output: string): UserConfig => ({
  ...shared,
  plugins: [checkJobs()],
  define: { ...define, 'process.env.NODE_ENV': '"production"' },
  build: {
    target: 'es2022',
    outDir,
    emptyOutDir: false,
    lib: { entry: pathOf('sw.ts'), name: 'sw', formats: ['iife'], fileName: () => output },
  },
});

/** What is built is the mode: the pages with their workers first, then the service worker of each folder. */
const parts: Record<string, UserConfig> = {
  pages: {
    ...shared,
    plugins: [checkJobs()],
    worker: workerBuild(() => [checkJobs()]),
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: true,
      rolldownOptions: { input: ['index.html', 'frame.html', 'elsewhere/index.html'].map(pathOf) },
    },
  },
  backend: script('sw.js'),
  elsewhere: script('elsewhere/sw.js'),
};

export default defineConfig(({ mode }) => {
  const part = parts[mode];
  if (!part) throw new RangeError(`There is no part ${mode} to build.`);
  return part;
});
