import 'fake-indexeddb/auto';
import { spawnSync } from 'node:child_process';
import { constants, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { FileMissing } from '../../../src/core/stored-files.ts';
import { job } from '../../../workers/jobs/grep/run.ts';
import { search } from '../../../workers/jobs/grep/search.ts';
import { bytesFile, type GateFile, linesFile, MiB, noiseFile, textFile } from '../../gate/gate.ts';
import { folderOf, outputsOf } from '../gate/outputs.ts';
import { NodeWorker } from '../node-worker.ts';
import { bytes, fileOf, killedAt, refsTo, undisturbed } from './harness.ts';

interface Result {
  lines: number;
  files: { name: string; lines: number; binary: boolean; too_long: number; error: string | null }[];
  first: { file: string; line: number; offset: number; text: string; ranges: [number, number][] }[];
}

const bytesOf = ({ parts }: GateFile) => new Uint8Array(Buffer.concat([...parts()]));

/** What a search gives: its result, and its list as text. */
async function grep(files: GateFile[], input: object) {
  const { outputs, result } = await outputsOf(job, { files, input: (refs) => ({ files: refs, ...input }) });
  const [[name, bytes] = ['', new Uint8Array()]] = outputs;
  return { result: result as Result, name, list: Buffer.from(bytes).toString() };
}

const text = 'one\nTwo two\nthree\n\nfive 5\nsix_6 six\nseven\n';

describe('what matches', () => {
  test.each([
    ['a word', { pattern: 'two' }, [2]],
    ['any case', { pattern: 'ONE|TWO', ignore_case: true }, [1, 2]],
    ['a whole word', { pattern: 'six', whole_word: true }, [6]],
    ['whole words only', { pattern: 'fiv|hree', whole_word: true }, []],
    ['what is no pattern', { pattern: 'o.', fixed: true }, []],
    ['the ends of a line', { pattern: '^$' }, [4]],
    ['the end of a line that Windows wrote', { pattern: 'end$' }, [8]],
    ['a class that could hold line breaks', { pattern: 'e[^x]+e' }, [7, 8]],
    ['escapes that Unicode rules forbid', { pattern: 'six\\_6' }, [6]],
    ['one character, however many bytes', { pattern: '^.$' }, [9]],
  ])('%s', async (_, input, lines) => {
    const { result } = await grep([textFile('a.txt', `${text}the end\r\n🦀`)], input);
    expect(result.first.map(({ line }) => line)).toEqual(lines);
    expect(result).toMatchObject({ lines: lines.length, files: [{ name: 'a.txt', lines: lines.length }] });
  });

  test.each(['\\p{L}+\\-\\d', '\\\\\\P{L}\\-', '\\u{1f980}\\-', '[🦀\\-]\\_'])(
    'what Unicode rules give a meaning, %s, is not read without them: the task fails and says what they forbid',
    async (pattern) => {
      await expect(grep([textFile('a.txt', 'abc-1')], { pattern })).rejects.toThrow(/is no regular expression.*escape/);
    },
  );

  test.each(['a)|(b', ')('])('what is no pattern by itself, %s, is none as a whole word', async (pattern) => {
    await expect(grep([textFile('a.txt', 'a b')], { pattern, whole_word: true })).rejects.toThrow(
      'is no regular expression',
    );
  });

  test('a sign that is escaped gives no meaning to what follows', async () => {
    const { result } = await grep([textFile('a.txt', 'C:\\p{L\\_\n')], { pattern: '\\\\p\\{L\\\\\\_' });
    expect(result.lines).toBe(1);
  });

  test('a mark before the text is no part of its first line', async () => {
    const { result } = await grep([textFile('a.txt', '\ufeffone\ntwo')], { pattern: '^(one|two)$' });
    expect(result.first.map(({ offset }) => offset)).toEqual([3, 7]);
  });
});

describe('the list', () => {
  test('of JSON lines has the places of the matches', async () => {
    const { list, name } = await grep([textFile('a.txt', 'é one two one\nx\n🦀one')], {
      pattern: 'one',
      after: 1,
      format: 'jsonl',
    });
    expect(name).toBe('matches.jsonl');
    expect(
      list
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        type: 'match',
        file: 'a.txt',
        line: 1,
        offset: 0,
        text: 'é one two one',
        ranges: [
          [2, 5],
          [10, 13],
        ],
      },
      { type: 'context', file: 'a.txt', line: 2, offset: 15, text: 'x' },
      { type: 'match', file: 'a.txt', line: 3, offset: 17, text: '🦀one', ranges: [[2, 5]] },
    ]);
  });

  test('ends at the most that is wanted of each file', async () => {
    const { result, list } = await grep([linesFile('a', 3 * MiB), linesFile('b', MiB)], {
      pattern: 'retry',
      max_matches: 5,
    });
    expect(result.files).toEqual([
      { name: 'a', lines: 5, binary: false, too_long: 0, error: null },
      { name: 'b', lines: 5, binary: false, too_long: 0, error: null },
    ]);
    expect(list.split('\n')).toHaveLength(11);
  });

  test('begins with a line of a file, also behind one whose lines are only counted', async () => {
    const { list } = await grep([textFile('a.bin', 'one\n\0'), textFile('b', 'x\n'), textFile('c', 'one\n')], {
      pattern: 'one',
      after: 1,
    });
    expect(list).toBe('c:1:one\n');
  });

  test.each(['text', 'jsonl'])(
    'of %s cuts long lines around a match at a character, and shows that',
    async (format) => {
      // Three bytes each: 16 KiB end within one.
      const long = '日'.repeat(10_000);
      const fits = `${'日'.repeat(5_461)}x`;
      const { list } = await grep([textFile('a', `${long}\none\n${fits}\n${long}\n`)], {
        pattern: 'one',
        before: 1,
        after: 2,
        format,
      });
      const texts = list
        .trim()
        .split('\n')
        .map((line) => (format === 'text' ? line.slice('a-1-'.length) : JSON.parse(line).text));
      const cut = `${'日'.repeat(5_461)}…`;
      expect(texts).toEqual([cut, 'one', fits, cut]);
    },
  );

  test('shows the first in the result, and long lines in part', async () => {
    const long = `${'x'.repeat(100_000)}needle${'y'.repeat(100_000)}`;
    const { result } = await grep([textFile('a', `needle\n`.repeat(150)), textFile('b', long)], { pattern: 'needle' });
    expect(result.first).toHaveLength(100);
    const alone = await grep([textFile('b', long)], { pattern: 'needle' });
    const [match] = alone.result.first;
    expect(match?.text.length).toBeLessThan(310);
    expect(match?.ranges.map(([start, end]) => match.text.slice(start, end))).toEqual(['needle']);
  });
});

test('while the files of a task that was resumed are opened, its progress is what it was', async () => {
  vi.stubGlobal('Worker', NodeWorker);
  const sources = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`${n}.txt`, bytes('one\n')]));
  const { yields } = await killedAt(job, { files: refsTo(sources), pattern: 'two' }, { sources }, 20);
  expect(yields[0]).toMatchObject({ done: expect.any(Number), message: '100 of 150 files opened' });
  expect(yields[0]?.done).toBeGreaterThan(0);
  expect(yields[0]?.done).toBe(yields[1]?.done);
});

test('of a binary file lines are counted', async () => {
  const { result, list } = await grep([textFile('a.bin', 'one\n\0one\ntwo\n'), textFile('a.txt', 'one')], {
    pattern: 'one',
  });
  expect(result.files).toEqual([
    { name: 'a.bin', lines: 2, binary: true, too_long: 0, error: null },
    { name: 'a.txt', lines: 1, binary: false, too_long: 0, error: null },
  ]);
  expect(list).toBe('a.txt:1:one\n');
});

test.each([
  ['^one .*needle.* end$', [{ line: 2, offset: 6 }]],
  ['^x', []],
  ['^(?!.*one)', [{ line: 1 }, { line: 3 }]],
])('a line of many MiB is one line: /%s/', async (pattern, lines) => {
  // The needle lies across what is read at a time.
  const long = `one ${'x'.repeat(3 * MiB - 'first\none '.length - 3)}needle${'x'.repeat(5 * MiB)} end`;
  const { result } = await grep([textFile('a', `first\n${long}\nlast`)], { pattern });
  expect(result).toMatchObject({ lines: lines.length, files: [{ too_long: 0 }], first: lines });
});

test('a line that is too long is searched in pieces, which is told; it counts once, from where it begins', async () => {
  vi.stubGlobal('Worker', NodeWorker);
  const long = `${'x'.repeat(16 * MiB)} needle needle`;
  const sources = { 'a.log': bytes(`first\n${long}\nlast needle\n${long}`) };
  const input = { files: refsTo(sources), pattern: 'needle', format: 'jsonl' };
  const { result, logs, outputs } = await undisturbed(job, input, { sources });
  expect(result).toMatchObject({ lines: 3, files: [{ name: 'a.log', lines: 3, too_long: 2 }] });
  const offsets = [6, 6 + long.length + 1, 6 + long.length + 1 + 'last needle\n'.length];
  expect((result as Result).first).toMatchObject(offsets.map((offset, n) => ({ line: n + 2, offset })));
  const listed = outputs['matches.jsonl']?.trim().split('\n') ?? [];
  expect(listed.map((line) => /"line":\d+,"offset":\d+/.exec(line)?.[0])).toEqual(
    offsets.map((offset, n) => `"line":${n + 2},"offset":${offset}`),
  );
  expect(logs.filter(({ level }) => level === 'warn')).toEqual([
    { level: 'warn', message: 'a.log:2: a line of more than 16 MiB is searched in pieces' },
  ]);
});

test('lines before one that matches are listed, also if what matches is in a later piece of it', async () => {
  const long = 'x'.repeat(16 * MiB);
  const { list } = await grep([textFile('a', `zero\none\n${long}needle\n${long}y\nneedle`)], {
    pattern: 'needle',
    before: 1,
  });
  const cut = `${'x'.repeat(16 * 1024)}…`;
  expect(list === `a-2-one\na:3:needle\na-4-${cut}\na:5:needle\n`).toBe(true);
});

const LONG = 'x'.repeat(16 * MiB);

test.each([
  [1, 0, ['--', 'a:6:needle', 'a-7-…', '--', 'a:10:needle']],
  [2, 1, ['a-4-four', 'a-5-five', 'a:6:needle', 'a-7-…', 'a-8-eight', 'a-9-…', 'a:10:needle']],
])('%i lines after one that matches are listed once, also if one matches in a later piece of it', async (...row) => {
  const [after, before, rest] = row;
  const text = `one needle\n${LONG}needle\nthree\nfour\nfive\nneedle\n${LONG}${LONG}y\neight\n${LONG}y\nneedle`;
  const { list } = await grep([textFile('a', text)], { pattern: 'needle', after, before });
  // A difference would be megabytes long.
  const short = list.replaceAll('x'.repeat(16 * 1024), '').slice(0, 1_000);
  expect(short.split('\n')).toEqual(['a:1:one needle', 'a:2:needle', 'a-3-three', ...rest, '']);
});

test('a line after one that matches is listed, also if what is read ends with a piece of it', async () => {
  const packed = new Uint8Array(gzipSync(`needle\n${LONG}${LONG}yyy`));
  const { list } = await grep([bytesFile('a.gz', packed.slice(0, -12))], {
    pattern: 'needle',
    after: 1,
    on_error: 'skip',
  });
  expect(list.slice(0, 60)).toBe(`a.gz:1:needle\na.gz-2-${'x'.repeat(39)}`);
});

/** In bytes; of an array, and of a number in one, no less than engines take. */
function weightOf(found: object): number {
  if (ArrayBuffer.isView(found)) return found.byteLength;
  return Object.values(found).reduce((sum, value) => sum + (typeof value === 'object' ? weightOf(value) : 8), 16);
}

test.each([
  ['short lines', '1\n', '1'],
  ['empty lines', '\n', '^'],
  ['a match at every place', `${'x'.repeat(99)}\n`, '.'],
])('what is found in a block takes few bytes for each of its own: %s', (_, line, pattern) => {
  const bytes = new Uint8Array(Buffer.from(line.repeat(MiB / 16 / line.length)));
  const order = {
    bytes,
    skip: false,
    careful: false,
    limit: Number.POSITIVE_INFINITY,
    ranges: Number.POSITIVE_INFINITY,
  };
  const found = search(order, new RegExp(pattern), () => {});
  expect(found.hits.length).toBeGreaterThan(0);
  expect(weightOf(found) / bytes.length).toBeLessThan(17);
});

test('a line that nobody wants searched any more may be more than the engine has room for', async () => {
  const deep = textFile('deep.txt', `ac\n${'fine\n'.repeat(250_000)}${'a'.repeat(5_000_000)}\n`);
  const { result } = await grep([deep, textFile('b.txt', 'bc')], { pattern: '^(?:(a)|(b))*c', max_matches: 1 });
  expect(result.files).toMatchObject([{ lines: 1 }, { lines: 1 }]);
});

test('a pattern that finds nothing at each place of a long line is not looked for at all of them', async () => {
  // Half a minute at all of its places.
  const line = 'x'.repeat(15 * MiB);
  const { result } = await grep([textFile('a', line)], { pattern: '(?=.{400})\\d*' });
  expect(result.lines).toBe(1);
});

test('what is found behind nothing at all is shown where it is', async () => {
  const { list } = await grep([textFile('a', `${'x'.repeat(50_000)}42 7`)], { pattern: '\\d*', format: 'jsonl' });
  expect(JSON.parse(list).ranges).toEqual([
    [50_000, 50_002],
    [50_003, 50_004],
  ]);
});

describe('a damaged file', () => {
  const packed = new Uint8Array(gzipSync(`${'one\n'.repeat(20_000)}two`));
  const cut = bytesFile('cut.gz', packed.slice(0, -12));
  const rest = deflateRawSync('one\ntwo\nno', { finishFlush: constants.Z_SYNC_FLUSH });
  // What follows is of a kind that there is not.
  const broken = bytesFile('broken.gz', new Uint8Array([...packed.slice(0, 10), ...rest, 7, 0, 0, 0]));
  const fine = textFile('fine.txt', 'one');

  test('ends the task', async () => {
    await expect(grep([broken, fine], { pattern: 'one' })).rejects.toThrow(/broken\.gz: it is broken at byte \d+/);
  });

  test('is searched as far as it can be read if that is asked for, and so are those behind it', async () => {
    const { result, list } = await grep([broken, fine], { pattern: '[on]', on_error: 'skip' });
    expect(result.files).toMatchObject([
      { name: 'broken.gz', lines: 3, error: expect.stringMatching(/^it is broken at byte \d+/) },
      { name: 'fine.txt', lines: 1, error: null },
    ]);
    expect(list).toBe('broken.gz:1:one\nbroken.gz:2:two\nbroken.gz:3:no\nfine.txt:1:one\n');
  });

  test('that is cut off is searched to its end, and told of in the log', async () => {
    vi.stubGlobal('Worker', NodeWorker);
    const sources = { 'cut.gz': bytesOf(cut) };
    const input = { files: refsTo(sources), pattern: 'one', on_error: 'skip' };
    const { result, logs } = await undisturbed(job, input, { sources });
    const all = gunzipSync(bytesOf(cut), { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    expect((result as Result).lines).toBe(all.split('one').length - 1);
    expect(logs.filter(({ level }) => level === 'warn')).toEqual([
      { level: 'warn', message: expect.stringMatching(/^cut\.gz: it ends at byte \d+ .*: only what is before/) },
    ]);
  });

  test('is not read to its damage if as many lines are found before', async () => {
    const { result } = await grep([cut], { pattern: 'one', max_matches: 3 });
    expect(result.files).toMatchObject([{ lines: 3, error: null }]);
  });

  test('fails by what is wrong first in it', async () => {
    const deep = gzipSync(`${'a'.repeat(5_000_000)}\nmore`);
    await expect(
      grep([bytesFile('deep.gz', new Uint8Array(deep.subarray(0, -12)))], { pattern: '^(?:(a)|(b))*c' }),
    ).rejects.toThrow('pattern too deep at byte 0 of deep.gz');
  });

  test('is one that is there: a gzip that is gone while it is read is waited for', async () => {
    vi.stubGlobal('Worker', NodeWorker);
    const sources = { 'gone.gz': packed };
    const gone = new FileMissing('gone.gz is gone');
    const file = async (ref: { file_id: string } | { task_id: string; name: string }) => ({
      ...fileOf(sources, ref),
      read: async (start: number, end: number) => {
        if (end > 3) throw gone;
        return packed.slice(start, end);
      },
    });
    const input = { files: refsTo(sources), pattern: 'one', on_error: 'skip' };
    await expect(undisturbed(job, input, { sources, file })).rejects.toBe(gone);
  });
});

describe('as grep finds them', () => {
  const big = linesFile('big.log', 4 * MiB);
  const odd: GateFile = {
    name: 'odd.txt',
    parts: () => [new Uint8Array(Buffer.from([0x61, 0xff, 0x62, 10, 0xc3, 10, 0xe9, 0x61, 10, 0x61, 0x62]))],
  };
  const noise = noiseFile('noise.bin', 2 * MiB);
  // The first needle ends what is read at a time; what comes after it is in the next part.
  const edge: GateFile = {
    name: 'edge.txt',
    parts: () => [bytes(`${'x'.repeat(99)}\n`.repeat(10_484)), bytes(`needle\n${'y'.repeat(300)}\nneedle\nz\n`)],
  };

  test.for<[string, GateFile, object, string[]]>([
    ['a word', big, { pattern: 'début1' }, ['-e', 'début1']],
    ['any case', big, { pattern: 'RETRY25', ignore_case: true }, ['-i', '-e', 'RETRY25']],
    ['alternatives', big, { pattern: 'POST9|日本8' }, ['-E', '-e', 'POST9|日本8']],
    ['whole words', big, { pattern: 'late25', whole_word: true }, ['-w', '-e', 'late25']],
    ['a plain text', big, { pattern: '/tasks1', fixed: true }, ['-F', '-e', '/tasks1']],
    ['lines before', big, { pattern: 'late254 ', before: 3 }, ['-B3', '-e', 'late254 ']],
    ['lines after', big, { pattern: 'late254 ', after: 2 }, ['-A2', '-e', 'late254 ']],
    ['lines around', big, { pattern: 'late25', before: 2, after: 1 }, ['-B2', '-A1', '-e', 'late25']],
    ['lines around few', big, { pattern: '^\\d+1234 ', before: 20, after: 20 }, ['-C20', '-E', '-e', '^[0-9]+1234 ']],
    ['every line', big, { pattern: '^', before: 1, after: 1 }, ['-C1', '-e', '^']],
    ['the first of them', big, { pattern: 'retry', max_matches: 7 }, ['-m7', '-e', 'retry']],
    [
      'the first of them at a border, and lines after',
      edge,
      { pattern: 'needle', max_matches: 1, after: 3 },
      ['-m1', '-A3', '-e', 'needle'],
    ],
    [
      'the first of them and lines after',
      big,
      { pattern: 'retry', max_matches: 7, after: 20 },
      ['-m7', '-A20', '-e', 'retry'],
    ],
    ['bytes that are no text', odd, { pattern: 'a' }, ['-a', '-e', 'a']],
    ['lines of a binary file', noise, { pattern: 'ab|xy' }, ['-E', '-e', 'ab|xy']],
  ])('%s', async ([, file, input, args], context) => {
    const folder = await folderOf([[file.name, bytesOf(file)]]);
    const run = (...more: string[]) =>
      spawnSync('grep', [...more, ...args, file.name], {
        cwd: folder,
        encoding: 'buffer',
        maxBuffer: 64 * MiB,
        env: { ...process.env, LC_ALL: 'C.UTF-8' },
      });
    const counted = run('-c');
    context.skip(Boolean(counted.error), 'no grep here');
    const { result, list } = await grep([file], input);
    expect(result.lines).toBe(Number(counted.stdout.toString()));
    expect(result.lines).toBeGreaterThan(0);
    if (file === noise) return;
    expect(list === run('-nH').stdout.toString()).toBe(true);
  });

  const small = ['a', 'b', 'c'].map((name) => textFile(name, `one\ntwo\nthree\nfour\none\n`));
  const several = [...small, textFile('none', 'two\n'), odd, textFile('last', 'one')];

  test.for<[string, object, string[]]>([
    ['without lines around', { pattern: 'one|b' }, ['-E', '-e', 'one|b']],
    ['with lines before', { pattern: 'one|b', before: 1 }, ['-B1', '-E', '-e', 'one|b']],
    ['with lines after', { pattern: 'one|b', after: 1 }, ['-A1', '-E', '-e', 'one|b']],
    ['with lines around', { pattern: 'two|b', before: 3, after: 3 }, ['-C3', '-E', '-e', 'two|b']],
  ])('in several files, %s', async ([, input, args], context) => {
    const folder = await folderOf(several.map((file) => [file.name, bytesOf(file)] as const));
    const names = several.map(({ name }) => name);
    const { error, stdout } = spawnSync('grep', ['-nHa', ...args, ...names], {
      cwd: folder,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    context.skip(Boolean(error), 'no grep here');
    const { list } = await grep(several, input);
    expect(list).toBe(stdout.toString());
  });

  test('in a gzip that is padded with zeros, as on a tape', async (context) => {
    const padded = Buffer.concat([gzipSync('one\ntwo\n'), gzipSync('one'), Buffer.alloc(2 * MiB)]);
    const folder = await folderOf([['padded.gz', padded]]);
    const { error, stdout, status } = spawnSync('zgrep', ['-c', 'one', 'padded.gz'], { cwd: folder });
    context.skip(Boolean(error), 'no zgrep here');
    expect([status, stdout.toString()]).toEqual([0, '2\n']);
    const { result } = await grep([bytesFile('padded.gz', new Uint8Array(padded))], { pattern: 'one' });
    expect(result.lines).toBe(2);
  });

  test('in a gzip of many members', async (context) => {
    const log = bytesOf(big);
    const members = Array.from({ length: 20 }, (_, i) =>
      gzipSync(log.subarray((i * log.length) / 20, ((i + 1) * log.length) / 20)),
    );
    const packed = bytesFile('big.log.gz', new Uint8Array(Buffer.concat(members)));
    const folder = await folderOf([['big.log.gz', bytesOf(packed)]]);
    const { error, stdout } = spawnSync('zgrep', ['-c', 'retry1', 'big.log.gz'], { cwd: folder });
    context.skip(Boolean(error), 'no zgrep here');
    const { result } = await grep([packed], { pattern: 'retry1' });
    expect(result.lines).toBe(Number(stdout.toString()));
    expect(result.lines).toBeGreaterThan(100);
  });
});
