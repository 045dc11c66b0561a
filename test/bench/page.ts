/** The page of the bench. What drives the browser calls `run` with a row's name. */
import { type Client, connect } from '../../src/client/index.ts';
import type { Bare } from './bare/page.ts';
import type { Bench, Row } from './bench.ts';
import { cellsOf } from './table.ts';

declare global {
  /** Puts a new file of that many bytes into the page's input. */
  var chooseFile: (bytes: number) => Promise<void>;
  var peakMemory: () => Promise<number | null>;
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

  async bare() {
    const frame = document.createElement('iframe');
    frame.src = 'bare/';
    document.body.append(frame);
    await new Promise((loaded) => frame.addEventListener('load', loaded, { once: true }));
    return (frame.contentWindow as unknown as { bare: Promise<Bare> }).bare;
  },

  async file(bytes) {
    await chooseFile(bytes);
    const file = document.querySelector('input')?.files?.[0];
    if (!file) throw new Error('no file was chosen');
    return file;
  },

  peakMemory: () => globalThis.peakMemory(),
};

globalThis.run = async (name) => {
  const load = rows[`./rows/${name}.ts`];
  if (!load) throw new Error(`There is no row ${name}.`);
  const figures = await (await load()).row(bench);
  return { figures, cells: figures.map((figure) => cellsOf(name, figure)) };
};
