import 'fake-indexeddb/auto';
import { spawnSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { commonName, entryNames } from '../../../workers/jobs/archive/names.ts';
import { job } from '../../../workers/jobs/archive/run.ts';
import {
  dataDescriptor,
  directoryEnd,
  directoryHeader,
  localHeader,
} from '../../../workers/jobs/archive/zip-format.ts';
import { directoryOf } from '../../../workers/jobs/extract/zip-directory.ts';
import { bytesFile, type GateFile, linesFile, MiB, noiseFile, textFile } from '../../gate/gate.ts';
import { folderOf, outputsOf } from '../gate/outputs.ts';

const bytesOf = ({ parts }: GateFile) => Buffer.concat([...parts()]);
const files = [
  linesFile('folder/big.log', 5 * MiB),
  noiseFile('folder/noise.bin', MiB, 2),
  bytesFile('folder/empty', new Uint8Array()),
  textFile('folder/sub folder/été 日本 🦀.txt', 'hello'),
];
const packed = (input: object, given = files) =>
  outputsOf(job, { files: given, input: (refs) => ({ files: refs, ...input }) });

describe.each(['normal', 'fast', 'none'])('a ZIP, compression %s', (compression) => {
  test('is intact, says unzip, and has the files that went in', async (context) => {
    const { outputs, result } = await packed({ compression });
    const zip = outputs.get('folder.zip');
    expect([...outputs.keys()]).toEqual(['folder.zip']);
    expect(result).toEqual({ files: 4, bytes: 6 * MiB + 5, packed: zip?.length });
    const folder = await folderOf(outputs);
    const tested = spawnSync('unzip', ['-t', 'folder.zip'], { cwd: folder, encoding: 'utf8' });
    context.skip(Boolean(tested.error), 'no unzip here');
    expect(tested.stdout).toContain('No errors detected');
    expect(tested.status).toBe(0);
    for (const file of files) {
      const { stdout } = spawnSync('unzip', ['-p', 'folder.zip', file.name], { cwd: folder, maxBuffer: 10 * MiB });
      expect(stdout.equals(bytesOf(file))).toBe(true);
    }
  });

  test('is read by other tools too', async (context) => {
    const { outputs } = await packed({ compression });
    const folder = await folderOf(outputs);
    const { error, stdout } = spawnSync(
      'python3',
      ['-c', 'import zipfile; z = zipfile.ZipFile("folder.zip"); print(z.testzip(), ascii(z.namelist()))'],
      { cwd: folder, encoding: 'utf8' },
    );
    context.skip(Boolean(error), 'no python3 here');
    expect(stdout).toMatch(/^None \['folder\/big.log', .*\\u65e5\\u672c \\U0001f980.txt'\]$/m);
  });
});

test('compression makes lines smaller, and noise hardly larger', async () => {
  const [log, noise] = [await packed({}, files.slice(0, 1)), await packed({}, files.slice(1, 2))];
  expect(log.outputs.get('folder.zip')?.length).toBeLessThan(2.5 * MiB);
  expect(noise.outputs.get('folder.zip')?.length).toBeLessThan(MiB + 1_000);
});

test.each(['normal', 'fast', 'none'])('gzip, compression %s: a .gz of each file', async (compression) => {
  const { outputs } = await packed({ format: 'gzip', compression });
  expect([...outputs.keys()].sort()).toEqual(files.map(({ name }) => `${name}.gz`).sort());
  for (const file of files) {
    expect(gunzipSync(outputs.get(`${file.name}.gz`) ?? '').equals(bytesOf(file))).toBe(true);
  }
});

test('a .gz is intact, says gzip, and has its name', async (context) => {
  const { outputs } = await packed({ format: 'gzip' }, files.slice(0, 1));
  const folder = await folderOf(outputs);
  const { error, status } = spawnSync('gzip', ['-t', 'folder/big.log.gz'], { cwd: folder });
  context.skip(Boolean(error), 'no gzip here');
  expect(status).toBe(0);
  const { stdout } = spawnSync('gzip', ['-lN', 'folder/big.log.gz'], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toMatch(/big\.log$/m);
});

test('sizes and places beyond 4 GiB are written as ZIP64', async (context) => {
  const last_modified = Date.UTC(2026, 0, 2, 3, 4, 6);
  const large = { name: 'large', size: 5 * 1024 ** 3, compressed: 5 * 1024 ** 3, offset: 0, crc: 1, last_modified };
  const first = localHeader(large);
  const after = dataDescriptor(large);
  const offset = first.length + large.compressed + after.length;
  // 5 bytes in a stored block, the last.
  const data = Buffer.from([1, 5, 0, 250, 255, ...Buffer.from('hello')]);
  const small = { name: 'småll', size: 5, compressed: data.length, offset, crc: 0x3610a686, last_modified };
  const head = localHeader(small);
  const directory = [directoryHeader(large), directoryHeader(small)];
  const start = offset + head.length + data.length + 16;
  const length = directory.reduce((sum, each) => sum + each.length, 0);
  const folder = await folderOf([]);
  const file = await open(join(folder, 'large.zip'), 'w+');
  // The file has a hole of 5 GiB: it takes no room.
  await file.write(first, 0, first.length, 0);
  const tail = Buffer.concat([after, head, data, dataDescriptor(small), ...directory, directoryEnd(2, start, length)]);
  await file.write(tail, 0, tail.length, first.length + large.compressed);
  const { size } = await file.stat();
  const read = async (from: number, to: number) => {
    const bytes = new Uint8Array(to - from);
    await file.read(bytes, 0, bytes.length, from);
    return bytes;
  };
  const found = directoryOf({ name: 'large.zip', size, last_modified, read }, { done: 0 });
  const { value } = await found.next();
  expect(value).toMatchObject([
    { name: 'large', offset: 0, size: large.size, compressed: large.compressed },
    { name: 'småll', offset, size: 5, compressed: data.length },
  ]);
  await file.close();
  const env = { ...process.env, TZ: 'UTC' };
  const listed = spawnSync('unzip', ['-lv', 'large.zip'], { cwd: folder, encoding: 'utf8', env });
  context.skip(Boolean(listed.error), 'no unzip here');
  expect(listed.stdout).toMatch(/5368709120.*2026-01-02 03:04.*large/);
  expect(spawnSync('unzip', ['-p', 'large.zip', 'sm*'], { cwd: folder, encoding: 'utf8' }).stdout).toBe('hello');
});

test('more entries than 16 bits count are written as ZIP64', async (context) => {
  const count = 70_000;
  // An empty block, the last.
  const data = Uint8Array.of(3, 0);
  const files: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (let n = 0; n < count; n += 1) {
    const entry = {
      name: `folder ${n % 100}/${n}`,
      size: 0,
      compressed: data.length,
      offset,
      crc: 0,
      last_modified: 0,
    };
    const parts = [localHeader(entry), data, dataDescriptor(entry)];
    files.push(...parts);
    offset += parts.reduce((sum, { length }) => sum + length, 0);
    directory.push(directoryHeader(entry));
  }
  const length = directory.reduce((sum, each) => sum + each.length, 0);
  const zip = Buffer.concat([...files, ...directory, directoryEnd(count, offset, length)]);
  const cwd = await folderOf([['many.zip', zip]]);
  const tested = spawnSync('unzip', ['-tqq', 'many.zip'], { cwd, encoding: 'utf8' });
  context.skip(Boolean(tested.error), 'no unzip here');
  expect(tested).toMatchObject({ status: 0, stdout: '', stderr: '' });
  const listed = spawnSync('unzip', ['-Z1', 'many.zip'], { cwd, encoding: 'utf8', maxBuffer: 10 * MiB });
  expect(listed.stdout.trimEnd().split('\n')).toHaveLength(count);
});

test('names stay in their folder and are never the same', () => {
  expect(entryNames(['/a//b', '../a/b', 'a/b', 'x.txt', './x.txt', '.x', '.x', '..', 'a\0b'])).toEqual([
    'a/b',
    'a/b (2)',
    'a/b (3)',
    'x.txt',
    'x (2).txt',
    '.x',
    '.x (2)',
    'file',
    'a_b',
  ]);
});

test('a name that is taken gets the lowest number that is free', () => {
  expect(entryNames(['a', 'a (3)', 'a', 'a', 'a', 'a (3)', 'a'])).toEqual([
    'a',
    'a (3)',
    'a (2)',
    'a (4)',
    'a (5)',
    'a (3) (2)',
    'a (6)',
  ]);
});

test('as many files as a task may have can all have one name', () => {
  expect(entryNames(Array(20_000).fill('photos/IMG.JPG')).at(-1)).toBe('photos/IMG (20000).JPG');
});

test('an archive is called as the folder that all are in, or the only file', () => {
  expect(commonName(['photos/a.jpg', 'photos/2026/b.jpg'])).toBe('photos');
  expect(commonName(['photos/a.jpg', 'photos 2/b.jpg'])).toBe('archive');
  expect(commonName(['a.txt'])).toBe('a.txt');
});
