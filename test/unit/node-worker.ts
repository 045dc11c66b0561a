/** `Worker` as browsers have it, over a thread of Node: a job that starts one runs here as it is. */
import { fileURLToPath } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';

const PRELUDE = `
const { parentPort } = require('node:worker_threads');
globalThis.self = globalThis;
// What libraries tell a worker by.
self.location = { href: 'https://localhost/' };
self.importScripts = () => {};
// … and Node by.
Object.defineProperty(process, Symbol.toStringTag, { value: 'none' });
// Engines have had it for longer than Node 20.
Promise.withResolvers ??= function () {
  const made = {};
  made.promise = new this((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
// pdf.js makes one when it is loaded; what it draws with it, nobody draws here.
globalThis.DOMMatrix ??= class {};
self.addEventListener = (type, heard) => type === 'message' && parentPort.on('message', (data) => heard({ data }));
self.removeEventListener = () => {};
self.postMessage = (message, options) => parentPort.postMessage(message, options?.transfer);
parentPort.on('message', (data) => self.onmessage?.({ data }));
`;

const built = new Map<string, Promise<string>>();

/** The worker and all that it imports, as one script. */
function scriptOf(path: string): Promise<string> {
  const known = built.get(path) ?? bundle(path);
  built.set(path, known);
  return known;
}

async function bundle(entry: string): Promise<string> {
  // Loaded when it is wanted: few jobs have a worker of their own.
  const { build } = await import('vite');
  const [result] = [
    await build({
      configFile: false,
      publicDir: false,
      logLevel: 'warn',
      define: { 'import.meta.url': 'self.location.href' },
      build: { write: false, minify: false, target: 'node20', lib: { entry, name: 'worker', formats: ['iife'] } },
    }),
  ].flat();
  if (!result || !('output' in result)) throw new Error(`${entry} was not built`);
  return result.output[0].code;
}

export class NodeWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  #thread: Promise<Thread>;
  #gone = false;

  constructor(url: URL) {
    this.#thread = scriptOf(fileURLToPath(url)).then((script) => {
      const thread = new Thread(PRELUDE + script, { eval: true });
      // A worker whose task was killed is left behind here; it must not keep the process.
      thread.unref();
      thread.on('message', (data) => this.#gone || this.onmessage?.({ data }));
      thread.on('error', ({ message }) => this.onerror?.({ message, preventDefault: () => {} }));
      return thread;
    });
    this.#thread.catch((error: unknown) => this.onerror?.({ message: String(error), preventDefault: () => {} }));
  }

  postMessage(message: unknown, options?: { transfer: ArrayBuffer[] }) {
    this.#thread.then((thread) => this.#gone || thread.postMessage(message, options?.transfer ?? []));
  }

  terminate() {
    this.#gone = true;
    this.#thread.then((thread) => thread.terminate());
  }
}
