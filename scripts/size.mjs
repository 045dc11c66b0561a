#!/usr/bin/env node
// What the client costs a page in bytes, with its dependencies: `npm run size`.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

/** Builds the client as a library; resolves with its bytes, minified, and those gzipped. The executor's worker is a file of its own. */
export async function clientSize() {
  const [built] = [
    await build({
      root: fileURLToPath(new URL('..', import.meta.url)),
      configFile: false,
      publicDir: false,
      logLevel: 'error',
      define: { __HOLDFAST_VERSION__: '"size"' },
      worker: { format: 'es' },
      build: {
        target: 'es2022',
        write: false,
        lib: { entry: 'src/client/index.ts', formats: ['es'] },
        // Vite leaves the white space of a library for whoever builds with it; what counts is what arrives in the end.
        rolldownOptions: { output: { minify: true } },
      },
    }),
  ].flat();
  if (!built || !('output' in built)) throw new Error('src/client was not built');
  const chunks = built.output.filter((part) => part.type === 'chunk');
  const sum = (/** @type {(code: string) => number} */ size) => chunks.reduce((all, { code }) => all + size(code), 0);
  return { minified: sum((code) => Buffer.byteLength(code)), gzipped: sum((code) => gzipSync(code).length) };
}

if (import.meta.filename === process.argv[1]) {
  const { minified, gzipped } = await clientSize();
  console.log(`src/client with its dependencies: ${minified} bytes minified, ${gzipped} gzipped`);
}
