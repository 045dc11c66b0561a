import { readFileSync } from 'node:fs';
import { build, defineConfig, type InlineConfig, type Plugin } from 'vite';
import { type ManifestOptions, VitePWA } from 'vite-plugin-pwa';
import { onDemandScript } from './scripts/on-demand-script.mjs';
import { names, workerBuild } from './scripts/worker-build.mjs';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string };

/** Replaced in the page, the service worker, the workers and the unit tests. */
export const define = { __HOLDFAST_VERSION__: JSON.stringify(version) };

const target = 'es2022';

// Every address is relative: the same dist works at the root of a host and in any sub-folder.
const manifest: Partial<ManifestOptions> = {
  name: 'Holdfast',
  short_name: 'Holdfast',
  description: 'A task server that lives in the browser',
  start_url: './',
  scope: './',
  display: 'standalone',
  theme_color: '#0f3d3e',
  background_color: '#ffffff',
  file_handlers: [
    {
      action: './',
      accept: {
        'text/csv': ['.csv', '.tsv'],
        'application/x-ndjson': ['.jsonl', '.ndjson'],
        'application/zip': ['.zip'],
        'application/gzip': ['.gz', '.tgz'],
        'application/zstd': ['.zst'],
        'application/pdf': ['.pdf'],
        'text/markdown': ['.md'],
        'text/html': ['.html', '.htm'],
        'text/plain': ['.txt', '.log', '.md5', '.sfv', '.sha1', '.sha256', '.sha512'],
        'image/avif': ['.avif'],
        'image/gif': ['.gif'],
        'image/jpeg': ['.jpg', '.jpeg'],
        'image/png': ['.png'],
        'image/webp': ['.webp'],
      },
    },
  ],
  launch_handler: { client_mode: 'focus-existing' },
  share_target: {
    action: './share',
    method: 'POST',
    enctype: 'multipart/form-data',
    params: { title: 'title', text: 'text', url: 'url', files: [{ name: 'files', accept: ['*/*'] }] },
  },
  icons: [
    { src: './icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
    { src: './icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'maskable' },
  ],
};

/** `vite dev` answers `sw.js` with the same classic script as a build, with nothing to precache. */
function serviceWorkerInDev(): Plugin {
  const bundle: InlineConfig = {
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    mode: 'development',
    define: { ...define, 'self.__WB_MANIFEST': '[]', 'process.env.NODE_ENV': '"development"' },
    build: {
      target,
      write: false,
      minify: false,
      sourcemap: 'inline',
      lib: { entry: 'sw/main.ts', name: 'sw', formats: ['iife'] },
    },
  };
  return {
    name: 'holdfast:sw-in-dev',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use('/sw.js', async (_request, response, next) => {
        try {
          const [result] = [await build({ ...bundle, root: server.config.root })].flat();
          if (!result || !('output' in result)) throw new Error('sw/main.ts was not built');
          response.setHeader('Content-Type', 'text/javascript');
          response.end(result.output[0].code);
        } catch (error) {
          next(error);
        }
      });
    },
  };
}

export default defineConfig({
  base: './',
  define,
  build: {
    target,
    rolldownOptions: {
      output: {
        ...names,
        codeSplitting: {
          // One script of what the page and its lazy views share: many small ones pack worse. What only lazy views share stays theirs.
          groups: [
            {
              name: 'shared',
              minShareCount: 2,
              test: /\/src\/(?:client|ui)\/(?!samples|panel)[^/]+$|\/node_modules\/(?:@?preact|eventsource-parser)\//,
            },
          ],
        },
      },
    },
  },
  worker: workerBuild(),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [
    serviceWorkerInDev(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'sw',
      filename: 'main.ts',
      injectRegister: false,
      manifest,
      includeManifestIcons: false,
      injectManifest: {
        // A classic script: Firefox has had module service workers only since recently.
        rollupFormat: 'iife',
        swDest: 'dist/sw.js',
        buildPlugins: { vite: [onDemandScript(define)] },
        // The plugin adds manifest.webmanifest by itself; twice would make Workbox throw.
        // SQLite's package refers to workers of its own, which nothing here starts.
        // Codecs that most pictures do not need are 5 MB: they are cached when they are first used. So are pdf.js's tables (*.bcmap).
        globIgnores: [
          'sw-on-demand-*.js',
          '**/sqlite3-worker1*',
          '**/sqlite3-opfs-async-proxy*',
          '**/{avif,mozjpeg,webp,squoosh}_*.wasm',
        ],
        globPatterns: ['**/*.{js,css,html,svg,png,wasm}'],
        maximumFileSizeToCacheInBytes: 64 * 1024 * 1024,
      },
      integration: {
        // The plugin names the output after the entry; the entry is sw/main.ts, the output sw.js.
        configureCustomSWViteBuild: ({ build }) => {
          Object.assign(build?.rollupOptions?.output ?? {}, { entryFileNames: 'sw.js' });
        },
      },
    }),
  ],
});
