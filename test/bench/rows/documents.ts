/** PDF into the index: what everything around the libraries costs; and how long a search takes in 5,000 pages. */
import type { Client } from '../../../src/client/index.ts';
import { type Row, timed } from '../bench.ts';
import { besideBare } from '../beside.ts';
import { figure, interleave } from '../figure.ts';
import { linesOf, papers } from '../papers.ts';

const FILES = 12;
const PAGES = 50;
const TIMES = 5;
const INDEXED = 5_000;
/** A form feed is a page. */
const PER_TEXT = 250;
/** One word that is on every page, one of few, a phrase, two words, many, beginnings, a word of names. */
const QUERIES = [
  'anchor',
  'w12345',
  '"rope harbour"',
  'kelp storm',
  'anchor rope harbour kelp tide mooring vessel sand',
  'w12*',
  'a*',
  'r* s* k* t*',
  'shelf',
];

export const row: Row = async (bench) => {
  const client = await bench.client();
  const speed = await besideBare(bench, {
    what: `PDF of ${TIMES * FILES * PAGES} pages into the index`,
    type: 'documents',
    files: papers(FILES, PAGES),
    times: TIMES,
    // What is there already is not read again.
    before: async () => void (await client.forgetAll()),
    worker: () => new Worker(new URL('../bare/documents.worker.ts', import.meta.url), { type: 'module' }),
    agrees: (result) => (result as { pages: number }).pages,
    rounds: 4,
    memory: 400,
  });
  await client.forgetAll();
  await fill(client);
  const measured = await interleave(10, {
    search: () => times(QUERIES, (q) => client.search(q)),
    health: () => times(QUERIES, () => client.health()),
  });
  await client.forgetAll();
  return [
    ...speed,
    figure({
      what: `a search in ${INDEXED} pages, p95`,
      unit: 'ms',
      ours: measured.search,
      other: measured.health,
      beside: 'GET tasks/health',
      quantile: 0.95,
      aims: [{ of: 'ours', is: 'at most', value: 100 }],
    }),
  ];
};

async function times<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number[]> {
  const each: number[] = [];
  for (const item of items) each.push(await timed(() => work(item)));
  return each;
}

async function fill(client: Client): Promise<void> {
  const files = [];
  for (let from = 0; from < INDEXED; from += PER_TEXT) {
    const pages = Array.from({ length: PER_TEXT }, (_, n) => linesOf(from + n).join('\n'));
    const { file_id } = await client.addFile(new File([pages.join('\f')], `shelf/${from}.txt`));
    files.push({ file_id });
  }
  const { task_id } = await client.submit({ type: 'documents', input: { files } });
  for await (const { event, data } of client.watch(task_id)) {
    if (event === 'complete' && data.status !== 'completed') throw new Error(JSON.stringify(data));
  }
}
