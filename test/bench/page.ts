/** The page of the bench. What drives the browser calls `run` with a row's name. */
import { type Client, connect } from '../../src/client/index.ts';
import type { Bench, Row } from './bench.ts';
import { frame } from './frame.ts';
import { posts } from './posts.ts';
import { cellsOf } from './table.ts';

declare global {
  /** Puts a new file of that many bytes into the page's input. */
  var chooseFile: (bytes: number, what: 'noise' | 'lines') => Promise<void>;
  var peakMemory: () => Promise<number | null>;
  var liveHeap: () => Promise<number>;
  var stopServiceWorkers: () => Promise<void>;
  var app: Bench['app'];
  /** In this tab, which need not have an executor. */
  var postsHere: (count: number) => Promise<number[]>;
  var postsInAnotherTab: Bench['postsInAnotherTab'];
  var run: (name: string) => Promise<{ figures: unknown; cells: string[][] }>;
}

const rows = import.meta.glob<{ row: Row }>('./rows/*.ts');

let client: Promise<Client> | undefined;

const bench: Bench = {
  client() {
    client ??= connect().then((connected) => {
      connected.startExecutor();
      return connected;
    });
    return client;
  },

  bare: async () => (await frame('bare/')).bare,
  hono: async () => (await frame('bare/hono/')).hono,

  async file(bytes, what = 'noise') {
    await chooseFile(bytes, what);
    const file = document.querySelector('input')?.files?.[0];
    if (!file) throw new Error('no file was chosen');
    return file;
  },

  peakMemory: () => globalThis.peakMemory(),
  liveHeap: () => globalThis.liveHeap(),
  app: (what, side) => globalThis.app(what, side),
  stopServiceWorkers: () => globalThis.stopServiceWorkers(),
  postsInAnotherTab: (count) => globalThis.postsInAnotherTab(count),
};

globalThis.postsHere = async (count) => posts(await connect(), count);

globalThis.run = async (name) => {
  const load = rows[`./rows/${name}.ts`];
  if (!load) throw new Error(`There is no row ${name}.`);
  const figures = await (await load()).row(bench);
  return { figures, cells: figures.map((figure) => cellsOf(name, figure)) };
};
