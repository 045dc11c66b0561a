// Splits the service worker: what few requests need (sw/on-demand.ts) is a script of its own. A classic service worker cannot `import()`,
// but it may load a script at any time that it has loaded once while it was installed.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const pathOf = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const ENTRY = pathOf('sw/on-demand.ts');
const LOADER = '\0on-demand-loader';
const GLOBAL = 'holdfastOnDemand';
/** An error's class has to be the same in both scripts. What each is called there as a global. @type {Record<string, string>} */
const SHARED = { 'src/core/store.ts': 'holdfastStore', 'sw/problem.ts': 'holdfastProblem' };

/**
 * A plugin for the build of the service worker.
 *
 * @param {Record<string, string>} define
 * @returns {import('vite').Plugin}
 */
export function onDemandScript(define) {
  let file = '';
  let source = '';
  return {
    name: 'holdfast:on-demand-script',
    enforce: 'pre',
    async buildStart() {
      source = await script(define);
      // Named after its content: a host may let browsers keep what a service worker imports.
      file = `sw-on-demand-${createHash('sha256').update(source).digest('hex').slice(0, 8)}.js`;
    },
    resolveId: (id) => (id.endsWith('/on-demand.ts') ? LOADER : undefined),
    load: (id) => (id === LOADER ? loader(file) : undefined),
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: file, source });
    },
  };
}

/**
 * What an install listener throws is only reported: as a promise it keeps a service worker from being installed that could never load it.
 *
 * @param {string} file
 */
const loader = (file) => `
${Object.entries(SHARED)
  .map(([path, name]) => `import * as ${name} from ${JSON.stringify(pathOf(path))};`)
  .join('\n')}
Object.assign(globalThis, { ${Object.values(SHARED).join(', ')} });
export function onDemand() {
  if (!globalThis.${GLOBAL}) importScripts(${JSON.stringify(file)});
  return ${GLOBAL}.onDemand();
}
addEventListener('install', (event) => event.waitUntil((async () => onDemand())()));
`;

/** @param {Record<string, string>} define */
async function script(define) {
  const shared = new Map(Object.entries(SHARED).map(([path, name]) => [pathOf(path), name]));
  const [built] = [
    await build({
      configFile: false,
      publicDir: false,
      logLevel: 'warn',
      define: { ...define, 'process.env.NODE_ENV': '"production"' },
      build: {
        target: 'es2022',
        write: false,
        lib: { entry: ENTRY, name: GLOBAL, formats: ['iife'] },
        rolldownOptions: {
          external: [...shared.keys()],
          output: { globals: (/** @type {string} */ id) => shared.get(id) ?? '' },
        },
      },
    }),
  ].flat();
  if (!built || !('output' in built)) throw new Error('sw/on-demand.ts was not built');
  return built.output[0].code;
}
