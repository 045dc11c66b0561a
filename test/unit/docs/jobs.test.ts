/** `docs/jobs.md` against the schemas of the jobs, and against what the jobs give. */
import 'fake-indexeddb/auto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { outputsOf } from '../gate/outputs.ts';
import { gates } from '../gate/stage.ts';
import { inputRows } from './input-rows.ts';

const page = readFileSync(new URL('../../../docs/jobs.md', import.meta.url), 'utf8');
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => [/^`(\w+)`/.exec(text)?.[1] ?? '', text]),
);

/** The rows of the table whose first heading that is. */
function tableIn(text: string, heading: string): string[] {
  const [, table = ''] = text.split(new RegExp(`^\\| ${heading} .*\\n\\| -+ .*\\n`, 'm'));
  return table.split('\n\n')[0]?.split('\n').filter(Boolean) ?? [];
}

/** However an editor has filled up its cells. */
const plain = (row: string) => row.replace(/\s+/g, ' ');

test('the page has a section for each job, and for no other', () => {
  expect([...sections.keys()].sort()).toEqual(gates.map(({ type }) => type).sort());
});

test.each(gates)('$type: the page has what the job is, takes and does again', ({ type, job }) => {
  const text = sections.get(type) ?? '';
  expect(text).toContain(`\`${type}\`: ${job.title}\n\n${job.description}\n`);
  expect(tableIn(text, 'input').map(plain)).toEqual(inputRows(job).map(plain));
  expect(text).toContain(`Done again after a kill, at most: ${job.redo}.`);
  expect(text).toMatch(/^Outputs: ./m);
  expect(text).toMatch(/^Limits: ./m);
});

/** The fields of a result as the page names them; `ends`: those that have nothing in them. */
function fieldsOf(value: unknown, path = '', found = new Set<string>(), ends = new Set<string>()) {
  if (Array.isArray(value)) {
    if (value.length === 0) ends.add(path);
    for (const item of value) if (typeof item === 'object') fieldsOf(item, `${path}[]`, found, ends);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inside] of Object.entries(value)) {
      const at = path ? `${path}.${name}` : name;
      if (typeof inside !== 'object' || inside === null || Array.isArray(inside)) found.add(at);
      if (inside === null) ends.add(at);
      fieldsOf(inside, at, found, ends);
    }
  }
  return { found, ends };
}

/** One work a job is enough, but for what only a profile tells. */
const enough = gates.map(({ type, job, gate: { works } }) => ({
  type,
  job,
  works: [Object.values(works)[0], works.profile],
}));

test.each(enough)('$type: the page has each field of the result', async ({ type, job, works }) => {
  const found = new Set<string>();
  const ends = new Set<string>();
  for (const work of works) if (work) fieldsOf((await outputsOf(job, work)).result, '', found, ends);
  const told = tableIn(sections.get(type) ?? '', 'result').map((row) => /`(.+?)`/.exec(row)?.[1] ?? '');
  expect([...found].filter((field) => !told.includes(field))).toEqual([]);
  // What is told and was not seen is in something that was empty this time, or only holds what is told too.
  const unseen = told.filter(
    (field) =>
      !found.has(field) &&
      ![...ends].some((end) => field.startsWith(end)) &&
      ![...found].some((inside) => inside.startsWith(`${field}.`)),
  );
  expect(unseen).toEqual([]);
});
