/** Builds a page whose workers know the hostile jobs. */
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Plugin } from 'vite';
import { workerBuild } from '../../../scripts/worker-build.mjs';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = pathOf('.');

/** Gives the product the jobs of this folder instead of its own. */
function hostileJobs(): Plugin {
  return {
    name: 'hostile:jobs',
    enforce: 'pre',
    resolveId(source, importer = '') {
      const name = /\/(?:jobs\/)?(specs|runs)\.ts$/.exec(source)?.[1];
      return name && !importer.startsWith(root) && /\/(?:sw|workers)\//.test(importer)
        ? pathOf(`${name}.ts`)
        : undefined;
    },
  };
}

export async function buildHostile(outDir: string): Promise<void> {
  const shared: InlineConfig = {
    root,
    base: './',
    publicDir: false,
    configFile: false,
    logLevel: 'warn',
    define: { __HOLDFAST_VERSION__: '"test"', 'self.__WB_MANIFEST': '[]', 'process.env.NODE_ENV': '"production"' },
    plugins: [hostileJobs()],
  };
  await build({
    ...shared,
    worker: workerBuild(() => [hostileJobs()]),
    build: { target: 'es2022', outDir, emptyOutDir: true },
  });
  await build({
    ...shared,
    build: {
      target: 'es2022',
      outDir,
      emptyOutDir: false,
      lib: { entry: pathOf('../../../sw/main.ts'), name: 'sw', formats: ['iife'], fileName: () => 'sw.js' },
    },
  });
}
