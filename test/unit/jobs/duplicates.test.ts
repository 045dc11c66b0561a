import * as v from 'valibot';
import { expect, test } from 'vitest';
import { job } from '../../../workers/jobs/duplicates/run.ts';
import { type Bytes, bytes, fileOf, killedAt, refsTo, type Sources, undisturbed } from './harness.ts';

const KiB = 1024;

const filled = (size: number, changes: Record<number, number> = {}): Bytes => {
  const data = new Uint8Array(size).fill(1);
  for (const [at, value] of Object.entries(changes)) data[Number(at)] = value;
  return data;
};

async function found(sources: Sources, more = {}) {
  const run = await undisturbed(job, { files: refsTo(sources), ...more }, { sources });
  const { groups, ...rest } = run.result as { groups: { names: string[]; freeable: number }[]; freeable: number };
  return { ...run, rest, groups: groups.map(({ names }) => names) };
}

test('files with the same bytes are found, the largest first, with what could be freed', async () => {
  const sources = {
    a: bytes('same'),
    b: bytes('same'),
    c: bytes('other'),
    'big one': filled(300 * KiB),
    'big two': filled(300 * KiB),
    d: bytes('same'),
  };
  const { groups, rest, logs, outputs } = await found(sources);
  expect(groups).toEqual([
    ['big one', 'big two'],
    ['a', 'b', 'd'],
  ]);
  expect(rest).toEqual({ files: 6, freeable: 300 * KiB + 8 });
  const [first = '', second = ''] = logs.map(({ message }) => message);
  expect(first).toBe('2 × 307.2 kB, 307.2 kB could be freed:\n  big one\n  big two');
  expect(outputs).toEqual({ 'duplicates.txt': `${first}\n${second}\n` });
});

test.each([0, 64 * KiB - 1, 64 * KiB, 150 * KiB, 236 * KiB, 300 * KiB - 1])(
  'one byte that differs, at %i of 300 KiB, tells two files apart',
  async (at) => {
    expect((await found({ a: filled(300 * KiB), b: filled(300 * KiB, { [at]: 2 }) })).groups).toEqual([]);
  },
);

test.each([1, 64 * KiB, 64 * KiB + 1, 128 * KiB, 128 * KiB + 1])(
  'two files of %i bytes are compared to their end',
  async (size) => {
    const sources = { a: filled(size), b: filled(size), c: filled(size, { [size - 1]: 2 }) };
    expect((await found(sources)).groups).toEqual([['a', 'b']]);
  },
);

test('empty files are no duplicates, nor are those that are smaller than asked for', async () => {
  const sources = { a: bytes(''), b: bytes(''), c: bytes('12'), d: bytes('12'), e: bytes('123'), f: bytes('123') };
  expect((await found(sources)).groups).toEqual([
    ['e', 'f'],
    ['c', 'd'],
  ]);
  expect((await found(sources, { min_bytes: 3 })).groups).toEqual([['e', 'f']]);
});

test('a file that is given twice is one file', async () => {
  const sources = { a: bytes('x') };
  const { result } = await undisturbed(job, { files: [...refsTo(sources), ...refsTo(sources)] }, { sources });
  expect(result).toMatchObject({ groups: [] });
});

test('only what could be a duplicate is read, and in full only what has the same ends', async () => {
  const sources = {
    alone: filled(500 * KiB),
    a: filled(400 * KiB),
    b: filled(400 * KiB, { 0: 9 }),
    c: filled(300 * KiB),
    d: filled(300 * KiB),
  };
  const read: Record<string, number> = {};
  await undisturbed(
    job,
    { files: refsTo(sources) },
    {
      async file(ref) {
        const file = fileOf(sources, ref);
        return {
          ...file,
          read(start, end) {
            read[file.name] = (read[file.name] ?? 0) + end - start;
            return file.read(start, end);
          },
        };
      },
    },
  );
  expect(read).toEqual({ a: 128 * KiB, b: 128 * KiB, c: 428 * KiB, d: 428 * KiB });
});

test('groups are told while others are still looked for', async () => {
  const sources = { a: filled(9), b: filled(9), c: filled(5), d: filled(5) };
  const told: number[] = [];
  const run = job.run(v.parse(job.input, { files: refsTo(sources) }), {
    signal: new AbortController().signal,
    resumeFrom: null,
    log: () => void told.push(1),
    output: async () => ({ size: 0, write: async () => {}, close: async () => {} }),
    task_id: 'task',
    randomOutput: () => Promise.reject(new Error('nothing is written in place')),
    lasting: () => Promise.reject(new Error('nothing outlasts it')),
    file: async (ref) => fileOf(sources, ref),
  });
  const after: number[] = [];
  for await (const _ of run) after.push(told.length);
  expect(after).toContain(1);
  expect(told).toHaveLength(2);
});

test('a task that goes on says how far it was while it opens its files', async () => {
  const sources = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`${n}`, filled(9 + (n % 50))]));
  const input = { files: refsTo(sources) };
  const { yields } = await undisturbed(job, input, { sources });
  const { yields: after } = await killedAt(job, input, { sources }, 200);
  expect(yields[199]?.done).toBeGreaterThan(0);
  expect(after[0]).toMatchObject({ done: yields[199]?.done, message: '100 of 250 files opened' });
});
