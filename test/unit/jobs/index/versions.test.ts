/** Which document a name has, while several tasks bring some and after they have ended. */
import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { LastingFile } from '../../../../src/core/job.ts';
import { type Index, openIndex } from '../../../../workers/jobs/index/open.ts';
import { openDatabase } from '../../../../workers/jobs/sqlite/database.ts';
import { freshStore } from '../../core/database.ts';
import { lastingIn } from '../../lasting.ts';

async function freshFile(): Promise<LastingFile> {
  vi.stubGlobal('navigator', {});
  return lastingIn(freshStore().database).open('index');
}

const findIn = (index: Index, file: string, digest: string) =>
  index.find({ file, digest, encoding: 'auto' }).find((each) => each.file === file)?.id ?? null;

/** As a task does it with a file whose bytes are `digest`. */
function bring(index: Index, task: string, n: number, file: string, digest: string) {
  const known = findIn(index, file, digest);
  if (known !== null) return index.recognise(task, n, file, known);
  const begun = index.begin(task, { file, digest, format: 'text', encoding: 'auto', size: 1 });
  index.add(begun, file, [`words of ${digest}`], 'null');
  index.finish(task, n, begun, file, null);
}

const listed = (index: Index) =>
  index
    .documents('', 100, 0)
    .documents.map(({ file, digest }) => `${file} ${digest}`)
    .sort();

const found = (index: Index) =>
  index
    .search('words', 100, 0)
    .hits.map(({ file, snippet }) => `${file} ${snippet.replace('words of ', '')}`)
    .sort();

const settings: [string, second: string, ends: ['complete' | 'cancel', 'A' | 'B'][], left: string][] = [
  [
    'the same, which the other is canceled with',
    'v2',
    [
      ['cancel', 'B'],
      ['complete', 'A'],
    ],
    'v2',
  ],
  [
    'the same, which the other completes with',
    'v2',
    [
      ['complete', 'B'],
      ['cancel', 'A'],
    ],
    'v2',
  ],
  [
    'another, which the other completes with',
    'v3',
    [
      ['complete', 'B'],
      ['cancel', 'A'],
    ],
    'v3',
  ],
  [
    'another, which the other completes with first',
    'v3',
    [
      ['complete', 'B'],
      ['complete', 'A'],
    ],
    'v3',
  ],
  [
    'another, and both are canceled',
    'v3',
    [
      ['cancel', 'A'],
      ['cancel', 'B'],
    ],
    'v1',
  ],
  [
    'what was there before, and both complete',
    'v1',
    [
      ['complete', 'A'],
      ['complete', 'B'],
    ],
    'v1',
  ],
];

test.each(settings)('two tasks bring a file, the second %s', async (_, second, ends, left) => {
  const index = await openIndex(await freshFile());
  bring(index, 'before', 0, 'a.txt', 'v1');
  index.settle('before', true);
  bring(index, 'A', 0, 'a.txt', 'v2');
  bring(index, 'B', 0, 'a.txt', second);
  for (const [end, task] of ends) index.settle(task, end === 'complete');
  expect(listed(index)).toEqual([`a.txt ${left}`]);
  expect(found(index)).toEqual(listed(index));
});

test('what a task has brought is told of at its end, also when another has replaced it since and completed', async () => {
  const index = await openIndex(await freshFile());
  bring(index, 'A', 0, 'a.txt', 'v2');
  bring(index, 'B', 0, 'a.txt', 'v3');
  index.settle('B', true);
  await index.sweep();
  expect(index.report('A')).toMatchObject([{ file: 'a.txt', document: { digest: 'v2', pages: 1 } }]);
});

test('what was forgotten does not come back with the end of a task', async () => {
  const index = await openIndex(await freshFile());
  bring(index, 'before', 0, 'a.txt', 'v1');
  index.settle('before', true);
  bring(index, 'A', 0, 'a.txt', 'v2');
  expect(index.forget(index.documents('', 1, 0).documents[0]?.document_id ?? 0)).toBe(1);
  index.settle('A', false);
  expect(listed(index)).toEqual([]);
});

type Doing =
  | { kind: 'bring' | 'begin'; task: string; file: string; digest: string }
  | { kind: 'complete' | 'cancel' | 'restart'; task: string }
  | { kind: 'forget'; file: string }
  | { kind: 'sweep' };

const task = fc.constantFrom('A', 'B', 'C');
const file = fc.constantFrom('a.txt', 'b.txt');
const digest = fc.constantFrom('v1', 'v2', 'v3');
const doings = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('bring', 'begin'), task, file, digest }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('complete', 'cancel', 'restart'), task }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget'), file }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep') }) },
  ) as fc.Arbitrary<Doing>,
  { maxLength: 16 },
);

test('a name has what was brought last by a task that was not canceled, and nothing else is left once all have ended', async () => {
  await fc.assert(
    fc.asyncProperty(doings, fc.subarray(['A', 'B', 'C']), async (steps, canceled) => {
      const lasting = await freshFile();
      const index = await openIndex(lasting);
      let brought: { task: string | null; file: string; digest: string }[] = [];
      const ends = ['A', 'B', 'C'].map((each): Doing => {
        return { kind: canceled.includes(each) ? 'cancel' : 'complete', task: each };
      });
      for (const [n, step] of [...steps, ...ends].entries()) {
        switch (step.kind) {
          case 'bring':
            brought = brought.filter((each) => each.task !== step.task || each.file !== step.file);
            brought.push(step);
            bring(index, step.task, n, step.file, step.digest);
            break;
          case 'begin':
            if (findIn(index, step.file, step.digest) === null)
              index.begin(step.task, {
                file: step.file,
                digest: step.digest,
                format: 'text',
                encoding: 'auto',
                size: 1,
              });
            break;
          case 'complete':
            brought = brought.map((each) => (each.task === step.task ? { ...each, task: null } : each));
            index.settle(step.task, true);
            break;
          case 'cancel':
            brought = brought.filter((each) => each.task !== step.task);
            index.settle(step.task, false);
            break;
          case 'restart':
            index.restart(step.task);
            break;
          case 'forget': {
            brought = brought.filter((each) => each.file !== step.file);
            for (const { document_id } of index.documents(step.file, 1, 0).documents) index.forget(document_id);
            break;
          }
          case 'sweep':
            await index.sweep();
        }
        const newest = new Map(brought.map((each) => [each.file, `${each.file} ${each.digest}`]));
        expect(listed(index)).toEqual([...newest.values()].sort());
      }
      expect(found(index)).toEqual(listed(index));
      expect(index.unsettled()).toEqual([]);
      await index.sweep();
      const names = listed(index).length;
      index.close();
      const database = await openDatabase(lasting);
      for (const table of ['documents', 'versions', 'pages', 'texts'])
        expect(database.rows(`select '${table}' as t, count(*) as n from ${table}`)).toEqual([{ t: table, n: names }]);
      database.close();
    }),
    { numRuns: 50 },
  );
});
