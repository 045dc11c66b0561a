import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { job } from '../../../workers/jobs/checksum/run.ts';
import type { Algorithm } from '../../../workers/jobs/checksum/spec.ts';
import { bytes, refsTo, type Sources, undisturbed } from './harness.ts';

const list = async (sources: Sources, algorithm: Algorithm) => {
  const { outputs, logs } = await undisturbed(job, { files: refsTo(sources), algorithm }, { sources });
  return { outputs, logs };
};
const nothing = bytes('');

/** A folder on disk that holds `sources`. */
async function folderOf(sources: Sources): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, data] of Object.entries(sources)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), data);
  }
  return folder;
}

describe('the list is checked by the real tool, whatever the names', () => {
  const sources: Sources = {
    'plain.txt': bytes('plain'),
    'dir/in a folder.txt': bytes('folder'),
    'back\\slash': bytes('backslash'),
    'new\nline': bytes('newline'),
    '\\n': bytes('no newline'),
    'quote"s\'': bytes('quotes'),
    '🦀 é.bin': bytes('emoji'),
    ' led and trailed ': bytes('spaces'),
    '*star': bytes('star'),
    empty: nothing,
  };

  test.for([
    ['sha256', 'sha256sum', 'SHA256SUMS'],
    ['sha1', 'sha1sum', 'SHA1SUMS'],
    ['sha512', 'sha512sum', 'SHA512SUMS'],
    ['md5', 'md5sum', 'MD5SUMS'],
    ['blake3', 'b3sum', 'B3SUMS'],
  ] as const)('%s by %s', async ([algorithm, tool, name], context) => {
    const { outputs } = await list(sources, algorithm);
    expect(Object.keys(outputs)).toEqual([name]);
    context.skip(Boolean(spawnSync(tool, ['--version']).error), `no ${tool} here`);
    const cwd = await folderOf(sources);
    const { status, stdout } = spawnSync(tool, ['-c', '-'], { cwd, input: outputs[name], encoding: 'utf8' });
    expect(stdout.match(/: OK$/gm)).toHaveLength(Object.keys(sources).length);
    expect(status).toBe(0);
  });

  test('sha256 by sha256sum itself: the same bytes', async (context) => {
    const names = Object.keys(sources);
    const cwd = await folderOf(sources);
    const { error, stdout } = spawnSync('sha256sum', ['--', ...names], { cwd, encoding: 'utf8' });
    context.skip(Boolean(error), 'no sha256sum here');
    expect((await list(sources, 'sha256')).outputs.SHA256SUMS).toBe(stdout);
  });
});

test('a name with a line break or a backslash is escaped, and its line begins with a backslash', async () => {
  const { outputs } = await list({ 'a\\b\nc\rd': nothing }, 'md5');
  expect(outputs.MD5SUMS).toBe('\\d41d8cd98f00b204e9800998ecf8427e  a\\\\b\\nc\\rd\n');
});

test('a carriage return stays as it is for b3sum, which knows no escape for it', async () => {
  const { outputs } = await list({ 'c\rd': nothing }, 'blake3');
  expect(outputs.B3SUMS).toBe('af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262  c\rd\n');
});

test('XXH3 lines are tagged, so that xxhsum does not take them for XXH64', async () => {
  const { outputs } = await list({ 'a b.txt': bytes('abc'), 'a\\b': bytes('abc') }, 'xxh3');
  expect(outputs.XXH3SUMS).toBe('XXH3 (a b.txt) = 78af5f94892f3950\n\\XXH3 (a\\\\b) = 78af5f94892f3950\n');
});

test('an .sfv has the name first, the digest in upper case, and no name that would read as a comment', async () => {
  const sources = { 'a b.txt': bytes('123456789'), ';c': bytes('123456789') };
  const { outputs, logs } = await list(sources, 'crc32');
  expect(outputs['checksums.sfv']).toBe('a b.txt CBF43926\r\n./;c CBF43926\r\n');
  expect(logs).toEqual([]);
});

test('a name that an .sfv cannot hold is left out, and the log says so', async () => {
  const { outputs, logs } = await list({ 'a\nb': nothing }, 'crc32');
  expect(outputs['checksums.sfv']).toBe('; left out, its name has a line break: "a\\nb"\r\n');
  expect(logs).toEqual([{ level: 'warn', message: '"a\\nb" is left out of the list: its name has a line break' }]);
});

test('a file that is given twice is listed twice', async () => {
  const sources = { a: nothing };
  const files = [...refsTo(sources), ...refsTo(sources)];
  const { outputs } = await undisturbed(job, { files, algorithm: 'xxh3' }, { sources });
  expect(outputs.XXH3SUMS).toBe('XXH3 (a) = 2d06800538d394c2\n'.repeat(2));
});
