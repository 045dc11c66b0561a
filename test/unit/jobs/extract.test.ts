import 'fake-indexeddb/auto';
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { job as archive } from '../../../workers/jobs/archive/run.ts';
import { job } from '../../../workers/jobs/extract/run.ts';
import { bytesFile, type GateFile, linesFile, MiB, noiseFile, textFile } from '../../gate/gate.ts';
import { zipOf } from '../../gate/zip-file.ts';
import { folderOf, type Outputs, outputsOf } from '../gate/outputs.ts';
import { killedAt, refsTo, undisturbed } from './harness.ts';

const bytesOf = ({ parts }: GateFile) => new Uint8Array(Buffer.concat([...parts()]));
const own = (bytes: Uint8Array) => new Uint8Array(bytes);
const log = bytesOf(linesFile('log', 3 * MiB));
const unpacked = (...files: GateFile[]) => outputsOf(job, { files, input: (refs) => ({ files: refs }) });
const texts = (outputs: Outputs) =>
  Object.fromEntries([...outputs].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
const isLog = (bytes: Uint8Array | undefined) => Buffer.from(log).equals(bytes ?? new Uint8Array());

describe('ZIP', () => {
  test('what was packed comes out', async () => {
    const files = [
      linesFile('d/a.log', 5 * MiB),
      noiseFile('d/b', 100),
      textFile('d/é/🦀', 'x'),
      textFile('d/none', ''),
    ];
    const { outputs } = await outputsOf(archive, { files, input: (refs) => ({ files: refs }) });
    const zip = outputs.get('d.zip');
    if (!zip) throw new Error('no ZIP');
    const out = await unpacked(bytesFile('d.zip', zip));
    expect(out.result).toEqual({ archives: 1, files: 4, bytes: 5 * MiB + 101 });
    for (const file of files) {
      expect(Buffer.from(bytesOf(file)).equals(out.outputs.get(file.name) ?? new Uint8Array())).toBe(true);
    }
  });

  test('what zip packs comes out', async (context) => {
    const folder = await folderOf([
      ['in/a b.txt', Buffer.from('one')],
      ['in/log', log],
    ]);
    const { error } = spawnSync('zip', ['-qr', 'out.zip', 'in'], { cwd: folder });
    context.skip(Boolean(error), 'no zip here');
    const { stdout } = spawnSync('cat', ['out.zip'], { cwd: folder, maxBuffer: 10 * MiB });
    const { outputs } = await unpacked(bytesFile('out.zip', own(stdout)));
    expect([...outputs.keys()].sort()).toEqual(['in/a b.txt', 'in/log']);
    expect(isLog(outputs.get('in/log'))).toBe(true);
  });

  test('the folders of Windows are folders, and names of before UTF-8 are read', async () => {
    const { outputs } = await unpacked(
      bytesFile(
        'a.zip',
        zipOf([
          { name: 'a\\', data: '' },
          { name: '.\\a\\b.txt', data: '1' },
          // é in code page 437.
          { name: Uint8Array.of(0x82), data: '2', flags: 0 },
        ]),
      ),
    );
    expect(texts(outputs)).toEqual({ 'a/b.txt': '1', é: '2' });
  });

  test('one that something was put before is read', async () => {
    const zip = zipOf([{ name: 'a', data: '1' }]);
    const { outputs } = await unpacked(bytesFile('setup.exe', own(Buffer.concat([Buffer.from('MZ, a program'), zip]))));
    expect(texts(outputs)).toEqual({ a: '1' });
  });

  test('several have a folder each', async () => {
    const zip = bytesFile('x/a.zip', zipOf([{ name: 'f', data: '1' }]));
    const { outputs } = await unpacked(zip, zip, bytesFile('b.gz', own(gzipSync('2'))));
    expect(texts(outputs)).toEqual({ 'x/a/f': '1', 'x/a (2)/f': '1', b: '2' });
  });
});

describe('gzip', () => {
  test('of twenty members all come out, one after the other', async () => {
    const parts = Array.from({ length: 20 }, (_, i) => gzipSync(`part ${i}\n`));
    const { outputs } = await unpacked(bytesFile('parts.txt.gz', own(Buffer.concat(parts))));
    expect(texts(outputs)).toEqual({ 'parts.txt': Array.from({ length: 20 }, (_, i) => `part ${i}\n`).join('') });
  });

  test.each([1, 100, 256 * 1024, MiB, 3 * MiB])(
    'a member that ends at byte %i of what is packed is not the last',
    async (at) => {
      const { outputs } = await unpacked(
        bytesFile('a.gz', own(Buffer.concat([gzipSync(log.subarray(0, at)), gzipSync(log.subarray(at))]))),
      );
      expect(isLog(outputs.get('a'))).toBe(true);
    },
  );

  test('what follows the last member is left out', async () => {
    const { outputs } = await unpacked(bytesFile('a.gz', own(Buffer.concat([gzipSync('a'), Buffer.alloc(512)]))));
    expect(texts(outputs)).toEqual({ a: 'a' });
  });

  test.each([
    ['a.tgz', 'a.tar'],
    ['d/a.txt.GZ', 'd/a.txt'],
    ['a', 'a.out'],
    ['.gz', '.gz.out'],
  ])('%s becomes %s', async (name, out) => {
    const { outputs } = await unpacked(bytesFile(name, own(gzipSync('x'))));
    expect(texts(outputs)).toEqual({ [out]: 'x' });
  });
});

describe('Zstandard', () => {
  /** "hello hello hello" by zstd 1.5.4, with a checksum. */
  const hello = own(Buffer.from('KLUv/QRYZQAAMGhlbGxvIAEAMUoRou0eDA==', 'base64'));

  test('a frame comes out', async () => {
    expect(texts((await unpacked(bytesFile('a.zst', hello))).outputs)).toEqual({ a: 'hello hello hello' });
  });

  test('a frame whose checksum differs is refused', async () => {
    const changed = hello.with(-1, 0);
    await expect(unpacked(bytesFile('a.zst', own(changed)))).rejects.toThrow(
      /a\.zst: it is broken at byte 25: the checksum/,
    );
  });

  test.for([
    ['-1', '--no-check'],
    ['-3', '--check'],
    ['-19', '--check'],
    ['--ultra', '-22'],
    ['-1', '--long=27'],
  ])('what zstd packs with %o comes out', async (options, context) => {
    const { error, stdout } = spawnSync('zstd', ['-q', '-c', ...options], { input: log, maxBuffer: 10 * MiB });
    context.skip(Boolean(error), 'no zstd here');
    expect(isLog((await unpacked(bytesFile('log.zst', own(stdout)))).outputs.get('log'))).toBe(true);
  });

  test('empty frames, skippable ones and several of them come out as one file', async (context) => {
    const frame = (text: string) => spawnSync('zstd', ['-q', '-c'], { input: text });
    const { error } = frame('');
    context.skip(Boolean(error), 'no zstd here');
    const skippable = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const all = [frame('one ').stdout, skippable, frame('').stdout, frame('two').stdout, skippable];
    const { outputs } = await unpacked(bytesFile('a.zst', own(Buffer.concat(all))));
    expect(texts(outputs)).toEqual({ a: 'one two' });
  });
});

test('a task that goes on says how far it was while it opens its files', async () => {
  const sources = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`${n}`, own(gzipSync(`${n}`))]));
  const input = { files: refsTo(sources) };
  const { yields } = await undisturbed(job, input, { sources });
  const { yields: after } = await killedAt(job, input, { sources }, 200);
  expect(yields[199]?.done).toBeGreaterThan(0);
  expect(after[0]).toMatchObject({ done: yields[199]?.done, message: '100 of 250 files opened' });
});
