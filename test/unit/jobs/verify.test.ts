import 'fake-indexeddb/auto';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { job as checksum } from '../../../workers/jobs/checksum/run.ts';
import type { Algorithm } from '../../../workers/jobs/checksum/spec.ts';
import { lookup, plainPath } from '../../../workers/jobs/verify/lookup.ts';
import { job } from '../../../workers/jobs/verify/run.ts';
import { textFile } from '../../gate/gate.ts';
import { outputsOf } from '../gate/outputs.ts';
import { bytes, killedAt, refsTo, type Sources, undisturbed } from './harness.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function verified(sources: Sources) {
  const { result, outputs, logs } = await undisturbed(job, { files: refsTo(sources) }, { sources });
  const { files, unlisted: _, ...counts } = result as { files: { name: string; state: string }[]; unlisted: number };
  return { counts, states: Object.fromEntries(files.map(({ name, state }) => [name, state])), outputs, logs };
}

test('every file is intact, changed, missing or on no list', async () => {
  const { counts, states, outputs } = await verified({
    'd/SHA256SUMS': bytes(`${sha256('a')}  a\n${sha256('b')}  b\n${sha256('c')}  c\n`),
    'd/a': bytes('a'),
    'd/b': bytes('B'),
    'd/x': bytes('x'),
  });
  expect(counts).toEqual({ ok: 1, differs: 1, missing: 1, extra: 1 });
  expect(states).toEqual({ 'd/a': 'ok', 'd/b': 'differs', c: 'missing', 'd/x': 'extra' });
  expect(outputs).toEqual({ 'verified.txt': 'd/a: OK\nd/b: FAILED\nc: MISSING\nd/x: EXTRA\n' });
});

test.each<[what: string, list: string, path: string, file: string]>([
  ['beside the list', 'a/SUMS.md5', './b.txt', 'a/b.txt'],
  ['above the list', 'a/lists/SUMS.md5', '../b.txt', 'a/b.txt'],
  ['in a folder, when the list was dropped alone', 'MD5SUMS', 'b.txt', 'photos/b.txt'],
  ['dropped alone, when the list has folders', 'MD5SUMS', 'photos/b.txt', 'b.txt'],
  ['in a folder that the list has as Windows writes it', 'MD5SUMS', 'photos\\b.txt', 'photos/b.txt'],
  ['whose accents the list has apart, as a Mac has them', 'MD5SUMS', 'e\u0301.txt', '\u00e9.txt'],
  ['whose accents are apart on this disk', 'MD5SUMS', '\u00e9.txt', 'e\u0301.txt'],
  ['where it was on another machine', 'MD5SUMS', '/home/me/photos/b.txt', 'photos/b.txt'],
])('a file is found %s', async (_, list, path, file) => {
  const digest = createHash('md5').update('b').digest('hex');
  const { counts } = await verified({ [list]: bytes(`${digest}  ${path}\n`), [file]: bytes('b') });
  expect(counts).toEqual({ ok: 1, differs: 0, missing: 0, extra: 0 });
});

test('a file that only has the name of a list is a file as others are, when there is a list', async () => {
  const sources = {
    'docs/sha1.txt': bytes('SHA-1 is broken.'),
    md5: bytes('\x7fELF'),
    'bin/md5': bytes('#!/bin/sh\n'),
    SHA256SUMS: bytes(`${sha256('a')}  a\n${sha256('\x7fELF')}  md5\n`),
    a: bytes('a'),
  };
  const { states, logs } = await verified(sources);
  expect(states).toEqual({ a: 'ok', md5: 'ok', 'docs/sha1.txt': 'extra', 'bin/md5': 'extra' });
  expect(logs.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^docs\/sha1\.txt, line 1: /));
});

test.each([
  ['below a line that is fine', `${sha256('a')}  a\nhello\n`, /^B\.sha256, line 2: /],
  ['in the only list', null, /^docs\/sha1\.txt, line 1: /],
])('a line that is no claim, %s, fails the task', async (_, list, why) => {
  const sources: Sources = { 'docs/sha1.txt': bytes('hello'), a: bytes('a') };
  if (list) Object.assign(sources, { 'A.sha256': bytes(`${sha256('a')}  a\n`), 'B.sha256': bytes(list) });
  await expect(verified(sources)).rejects.toThrow(why);
});

test('a file that could be one of two is missing', async () => {
  const digest = createHash('md5').update('b').digest('hex');
  const sources = { MD5SUMS: bytes(`${digest}  b`), 'x/b': bytes('b'), 'y/b': bytes('b') };
  expect((await verified(sources)).counts).toEqual({ ok: 0, differs: 0, missing: 1, extra: 2 });
});

test('anywhere a file is found by its last steps, if it is the only one', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'aa', '.', '..'), { minLength: 1, maxLength: 4 })
    .map((to) => to.join('/'));
  const endsIn = (path: string, end: string) => `/${path}`.endsWith(`/${end}`);
  fc.assert(
    fc.property(fc.array(path, { maxLength: 6 }), path, (names, path) => {
      const wanted = plainPath(path);
      const found = names
        .map((name, index) => ({ plain: plainPath(name), index }))
        .filter(({ plain }) => endsIn(plain, wanted) || endsIn(wanted, plain));
      expect(lookup(names)('far/from/all/of/them/list', path)).toBe(found.length === 1 ? found[0]?.index : undefined);
    }),
    { numRuns: 2_000 },
  );
});

test('as many files as a task may have can all have one name, in folders of their own', () => {
  const names = Array.from({ length: 20_000 }, (_, n) => `site/${n}/index.html`);
  const find = lookup(names);
  for (const n of names.keys()) expect(find('SHA256SUMS', `/home/me/old/site/${n}/index.html`)).toBe(n);
});

test('of very many files the result has 20,000, what is wrong first, and the output has all', async () => {
  const digest = createHash('md5').update('b').digest('hex');
  const lines = Array.from({ length: 20_005 }, (_, n) => `${digest}  ${n === 0 ? 'b' : 'gone'}\n`);
  const files = [textFile('MD5SUMS', lines.join('')), textFile('b', 'b')];
  const { result, outputs } = await outputsOf(job, { files, input: (refs) => ({ files: refs }) });
  expect(result).toMatchObject({ ok: 1, missing: 20_004, unlisted: 5 });
  const { files: rows } = result as { files: { name: string }[] };
  expect(rows).toHaveLength(20_000);
  expect(rows[0]).toMatchObject({ name: 'gone', state: 'missing' });
  const said = Buffer.from(outputs.get('verified.txt') ?? []).toString();
  expect(said.match(/\n/g)).toHaveLength(20_005);
});

test('of two files whose names are written otherwise, each is found by its own', async () => {
  const digest = (text: string) => createHash('md5').update(text).digest('hex');
  const sources = {
    MD5SUMS: bytes(`${digest('1')}  \u00e9\n${digest('2')}  e\u0301\n\\${digest('3')}  x\\\\y\n${digest('4')}  x/y\n`),
    '\u00e9': bytes('1'),
    'e\u0301': bytes('2'),
    'x\\y': bytes('3'),
    'x/y': bytes('4'),
  };
  expect((await verified(sources)).counts).toEqual({ ok: 4, differs: 0, missing: 0, extra: 0 });
});

test.each<Algorithm>(['sha256', 'sha1', 'sha512', 'md5', 'crc32', 'blake3', 'xxh3'])(
  'what a checksum task lists is intact: %s',
  async (algorithm) => {
    const sources: Sources = { 'a b.txt': bytes('1'), 'd/back\\slash': bytes('2'), '🦀': bytes('') };
    if (algorithm === 'crc32') delete sources['d/back\\slash'];
    const { outputs } = await undisturbed(checksum, { files: refsTo(sources), algorithm }, { sources });
    const lists = Object.fromEntries(Object.entries(outputs).map(([name, text]) => [name, bytes(text)]));
    const { counts } = await verified({ ...sources, ...lists });
    expect(counts).toEqual({ ok: Object.keys(sources).length, differs: 0, missing: 0, extra: 0 });
  },
);

test.for(['sha256sum', 'md5sum', 'b3sum'])('what %s lists is intact, tagged too', async (tool, context) => {
  for (const tag of [[], ['--tag']]) {
    const { error, stdout } = spawnSync(tool, [...tag, '--', '-'], { input: 'abc', encoding: 'utf8' });
    context.skip(Boolean(error), `no ${tool} here`);
    const { counts } = await verified({ [`x.${tool}`]: bytes(stdout), '-': bytes('abc') });
    expect(counts).toMatchObject({ ok: 1 });
  }
});

test('a task that goes on says how far it was while it opens its files', async () => {
  const names = Array.from({ length: 250 }, (_, n) => `${n}`);
  const list = names.map((name) => `${sha256(name)}  ${name}\n`).join('');
  const sources: Sources = { SHA256SUMS: bytes(list) };
  for (const name of names) sources[name] = bytes(name);
  const input = { files: refsTo(sources) };
  const { yields } = await undisturbed(job, input, { sources });
  const { yields: after } = await killedAt(job, input, { sources }, 200);
  expect(yields[199]?.done).toBeGreaterThan(0);
  expect(after[0]).toMatchObject({ done: yields[199]?.done, message: '100 of 251 files opened' });
});
