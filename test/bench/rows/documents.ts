/** PDF into the index: what everything around the libraries costs; and how long a search takes in 5,000 pages. */
import type { Client } from '../../../src/client/index.ts';
import { closedIndex } from '../../closed-index.ts';
import { type Row, timed } from '../bench.ts';
import { besideBare } from '../beside.ts';
import { figure, interleave, type Rounds } from '../figure.ts';
import { linesOf, papers } from '../papers.ts';

const FILES = 12;
const PAGES = 50;
const TIMES = 5;
const INDEXED = 5_000;
/** Papers for a task that is not through while searches are timed. */
const LONG = 120;
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
  const sides = {
    search: () => times(QUERIES, (q) => client.search(q)),
    health: () => times(QUERIES, () => client.health()),
  };
  const idle = await interleave(10, sides);
  const first = await interleave(5, {
    search: async () => {
      await closedIndex(client);
      return times(QUERIES.slice(0, 1), (q) => client.search(q));
    },
    health: () => times(QUERIES.slice(0, 1), () => client.health()),
  });
  const { busy, pages } = await whileIndexing(client, () => interleave(5, sides));
  await client.forgetAll();
  type Sides = Record<keyof typeof sides, Rounds>;
  const searches = (what: string, { search, health }: Sides, quantile: number, most = 100) =>
    figure({
      what: `a search in ${what}`,
      unit: 'ms',
      ours: search,
      other: health,
      beside: 'GET tasks/health',
      quantile,
      aims: [{ of: 'ours', is: 'at most', value: most }],
    });
  return [
    ...speed,
    searches(`${INDEXED} pages, p95`, idle, 0.95),
    searches(`${INDEXED} pages while a task indexes ${pages} more, p95`, busy, 0.95),
    // As for the first event after the service worker was stopped: a thread, its code and the database are opened first.
    searches(`${INDEXED} pages, the first after the index was closed`, first, 0.5, 200),
  ];
};

/** Measures while a task brings pages into the index, from the first one on; throws when that was not all the time. */
async function whileIndexing<T>(client: Client, measure: () => Promise<T>) {
  const files = [];
  for (const paper of papers(LONG, PAGES, 1)) files.push({ file_id: (await client.addFile(paper)).file_id });
  const { task_id } = await client.submit({ type: 'documents', input: { files } });
  let done = 0;
  for await (const { event, data } of client.watch(task_id)) {
    if (event !== 'message' || !('done' in data) || !data.done) continue;
    done = data.done;
    break;
  }
  const busy = await measure();
  const task = await client.get(task_id);
  if (task.status !== 'running' || !(task.done > done)) throw new Error(`The task is ${task.status}, at ${task.done}.`);
  await client.cancel(task_id);
  return { busy, pages: LONG * PAGES };
}

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
