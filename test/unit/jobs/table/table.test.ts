import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import * as v from 'valibot';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { JobContext, Output } from '../../../../src/core/job.ts';
import { distinctNames } from '../../../../workers/jobs/table/names.ts';
import { job } from '../../../../workers/jobs/table/run.ts';
import type { Checkpoint } from '../../../../workers/jobs/table/stage.ts';
import { bytes, fileOf, refsTo, type Sources } from '../harness.ts';
import { convert, convertOne, jsonOf } from './task.ts';

const contextOver = (sources: Sources, output: Output): JobContext<Checkpoint> => ({
  task_id: 'task',
  signal: new AbortController().signal,
  resumeFrom: null,
  log: () => {},
  output: async () => output,
  randomOutput: () => Promise.reject(new Error('nothing is written in place')),
  lasting: () => Promise.reject(new Error('nothing outlasts the task')),
  file: async (ref) => fileOf(sources, ref),
});

const spectrum = dirname(createRequire(import.meta.url).resolve('csv-spectrum'));
const cases = readdirSync(join(spectrum, 'csvs'))
  .map((file) => file.replace('.csv', ''))
  // Its CSV and its JSON disagree about a telephone number.
  .filter((name) => name !== 'location_coordinates');

test.each(cases)('csv-spectrum: %s', async (name) => {
  const csv = readFileSync(join(spectrum, 'csvs', `${name}.csv`));
  const expected: Record<string, string>[] = JSON.parse(readFileSync(join(spectrum, 'json', `${name}.json`), 'utf8'));
  // The cases know only text.
  const types = Object.fromEntries(Object.keys(expected[0] ?? {}).map((column) => [column, 'text']));
  expect(await jsonOf(`${name}.csv`, new Uint8Array(csv), { types, header: 'yes' })).toEqual(expected);
});

describe('JSON lines', () => {
  test('every kind of value comes out as it went in', async () => {
    const first =
      '{"text":"é\\u2028\\"\\\\\\n","number":1.5e300,"flag":true,"nothing":null,"list":[1,{"a":[]}],"":"no name"}';
    const second = '{"text":"","number":-0.5,"flag":false,"list":{},"__proto__":1,"constructor":"x"}';
    const { table, output } = await convertOne('a.jsonl', `${first}\r\n\n  \n${second}`, { to: 'json' });
    expect(table.malformed.listed).toEqual([]);
    expect(output.toString().split('\n').slice(1, 3)).toEqual([
      '{"text":"é\u2028\\"\\\\\\n","number":1.5e+300,"flag":true,"nothing":null,"list":[1,{"a":[]}],"column_6":"no name","__proto__":null,"constructor":null},',
      '{"text":"","number":-0.5,"flag":false,"nothing":null,"list":{},"column_6":null,"__proto__":1,"constructor":"x"}',
    ]);
  });

  test('an integer of many digits keeps them', async () => {
    const { output } = await convertOne(
      'a.jsonl',
      '{"n":9223372036854775807,"t":"12345678901234567890"}\n{"n":1,"t":""}',
      {
        to: 'json',
      },
    );
    expect(output.toString()).toContain('{"n":9223372036854775807,"t":"12345678901234567890"}');
  });

  test.each([
    ['an integer of many digits in a list', '{"a":{"b":-12345678901234567890,"c":[9007199254740993,"x\\"9"]}}'],
    ['a number of many digits behind its point', '{"a":0.30000000000000004,"b":[-1.2345678901234567e-20]}'],
    ['an integer of many digits beside a long text', `{"a":12345678901234567,"b":"${'x'.repeat(15e6)}\\"1"}`],
    ['a string that begins with half a character', '{"a":"\\udfff12"}'],
    ['a zero character', '{"a":"\\u0000x"}'],
    ['separators of lines that are none here', '{"a":"x\u2028y\u2029"}'],
    ['lists in lists', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`],
  ])('%s stays as it is', async (_, line) => {
    const { table, output } = await convertOne('a.jsonl', line, { to: 'json' });
    expect(table.malformed.listed).toEqual([]);
    expect(output.toString()).toBe(`[\n${line}\n]\n`);
  });

  test.each([
    ['a comma too many', '{"a":1,}', 'JSON'],
    ['a key without quotes', '{a:1}', 'JSON'],
    ['other quotes', "{'a':1}", 'JSON'],
    ['what is no number', '{"a":NaN}', 'JSON'],
    ['a zero before a number', '{"a":01}', 'JSON'],
    ['a zero before a number of many digits', '{"a":01234567890123456}', 'JSON'],
    ['a comment', '{"a":1} // one', 'JSON'],
    ['two objects', '{"a":1}{"a":2}', 'JSON'],
    ['a tab in a string', '{"a":"\t"}', 'JSON'],
    ['null', 'null', 'no JSON object'],
    ['a number that is too large', '{"a":[1e400]}', 'too large'],
    ['a hundred thousand lists in each other', `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, '500 deep'],
    ['half a character beside a long integer', '{"a":"\\uDFFF1","b":12345678901234567890}', 'half a character'],
  ])('a line with %s is left out and listed, and no other', async (_, line, why) => {
    const { table, output } = await convertOne('a.jsonl', `\ufeff{"a":5}\r\n${line}\n{"a":6,"a":7}`, { to: 'json' });
    expect(table.malformed).toMatchObject({ count: 1, listed: [{ line: 2, why: expect.stringContaining(why) }] });
    expect(output.toString()).toBe('[\n{"a":5},\n{"a":7}\n]\n');
  });

  test('a line that is left out brings no columns', async () => {
    const { table, output } = await convertOne('a.jsonl', '{"a":1}\n{"ghost":2,"z":[1e400]}\n{"b":3}', { to: 'json' });
    expect(table.malformed.count).toBe(1);
    expect(output.toString()).toBe('[\n{"a":1,"b":null},\n{"a":null,"b":3}\n]\n');
  });

  test('a line that is no object is counted and listed', async () => {
    const { table } = await convertOne('a.jsonl', '{"a":1}\n[1]\n"x"\n{"a":\n{"a":2}', { to: 'json' });
    expect(table.rows).toBe(2);
    expect(table.malformed.count).toBe(3);
    expect(table.malformed.listed.map(({ line }) => line)).toEqual([2, 3, 4]);
  });
});

describe('the dialect is found out', () => {
  test.each([
    ['tabs', 'a.tsv', 'a\tb\n1\tx, y\n', { delimiter: '\t', header: true }],
    ['semicolons', 'a.csv', 'a;b\n1;2,5\n3;4,5\n', { delimiter: ';', header: true }],
    ['bars', 'a.txt', 'a|b|c\n1|2|3\n', { delimiter: '|', header: true }],
    ['single quotes', 'a.csv', "a,b\n1,'x, y'\n2,'z'\n", { quote: "'", header: true }],
    ['no header', 'a.csv', '1,2\n3,4\n', { header: false }],
    ['decimal commas without a header', 'a.csv', '1,5;2,5\n3,5;4,5\n', { delimiter: ';', header: false }],
    ['decimal commas between tabs', 'a.csv', '1,5\t2\n3,5\t4\n', { delimiter: '\t', header: false }],
    ['numbers between commas', 'a.csv', '1,2\n3,4\n', { delimiter: ',', header: false }],
    ['one column of numbers', 'a.csv', '1\n2\n', { delimiter: ',', header: false }],
    ['JSON lines without the name', 'a.txt', '{"a":1}\n', { format: 'jsonl' }],
  ])('%s', async (_, name, content, dialect) => {
    expect((await convertOne(name, content, { to: 'profile' })).table).toMatchObject({
      dialect,
      malformed: { count: 0 },
    });
  });

  test.each([
    ['two columns of one name', 'name,name,n\nx,y,1\nz,w,2\n', ['name', 'name_2', 'n']],
    ['a column without a name behind the others', 'name,n,\nx,1,\nz,2,\n', ['name', 'n', 'column_3']],
  ])('a header with %s is one when its columns hold what is no text', async (_, content, names) => {
    const { table } = await convertOne('a.csv', content, { to: 'profile' });
    expect(table).toMatchObject({ rows: 2, dialect: { header: true } });
    expect(table.columns.map(({ name }) => name)).toEqual(names);
  });

  test('words of which some come twice are no header over other words', async () => {
    const { table } = await convertOne('a.csv', 'x,x,1\ny,z,2\n', { to: 'profile' });
    expect(table).toMatchObject({ rows: 2, dialect: { header: false } });
    expect((await convertOne('a.csv', 'x,x\ny,z\n', { to: 'profile' })).table.rows).toBe(2);
  });

  test.each(['\n', '\r\n'])('a first line that names the delimiter, as Excel has it, is no row, %j', async (end) => {
    const text = ['SEP=|', 'a,b|c', '1|2', '3', ''].join(end);
    const { table, output } = await convertOne('a.csv', text, { to: 'json' });
    expect(JSON.parse(output.toString())).toEqual([{ 'a,b': 1, c: 2 }]);
    expect(table.malformed.listed).toMatchObject([{ line: 4, row: '3' }]);
    expect((await convertOne('a.csv', `sep=;${end}`)).table).toMatchObject({ dialect: null, rows: 0 });
    expect(await jsonOf('a.csv', `sep=;${end}1;2${end}`)).toEqual([{ column_1: 1, column_2: 2 }]);
  });

  test('what the input says counts more', async () => {
    expect(await jsonOf('a.csv', 'x;y\n1;2\n', { delimiter: ';', header: 'no' })).toEqual([
      { column_1: 'x', column_2: 'y' },
      { column_1: '1', column_2: '2' },
    ]);
  });
});

describe('lines end', () => {
  const expected = [
    { a: 1, b: 'x' },
    { a: 2, b: 'two\nlines' },
    { a: 3, b: 'y' },
  ];
  test.each([
    ['with a line feed', 'a,b\n1,x\n2,"two\nlines"\n3,y\n'],
    ['as in Windows', 'a,b\r\n1,x\r\n2,"two\nlines"\r\n3,"y"\r\n'],
    ['with a carriage return', 'a,b\r1,x\r2,"two\nlines"\r3,y\r'],
    ['with nothing, the last', 'a,b\r\n1,x\r\n2,"two\nlines"\r\n3,y'],
    ['as in Windows, then with a line feed', 'a,b\r\n1,x\n2,"two\nlines"\n3,y\n'],
    ['with a line feed, then as in Windows', 'a,b\n1,x\n2,"two\nlines"\r\n3,y\r\n'],
    ['as in Windows, empty ones too', '\r\n\r\na,b\r\n1,x\r\n\r\n2,"two\nlines"\r\n3,y\r\n\r\n'],
  ])('%s', async (_, text) => {
    const { table, output } = await convertOne('a.csv', text, { to: 'json' });
    expect(table.malformed).toEqual({ count: 0, listed: [] });
    expect(JSON.parse(output.toString())).toEqual(expected);
  });

  test('otherwise behind a megabyte than before it, as in files that were put together', async () => {
    const rows = (end: string) => `1,x${end}`.repeat(100_000);
    const { table } = await convertOne('a.csv', `a,b\r\n${rows('\r\n')}${rows('\n')}`, { to: 'profile' });
    expect(table).toMatchObject({ rows: 200_000, malformed: { count: 0 }, columns: [{ type: 'integer' }, {}] });
  });

  test.each(['\n', '\r\n'])('outside of quotes: a carriage return before one is kept, %j', async (end) => {
    expect(await jsonOf('a.csv', `a,b${end}1,"x\r"${end}2,y${end}`)).toEqual([
      { a: 1, b: 'x\r' },
      { a: 2, b: 'y' },
    ]);
  });

  test('a malformed row is told with its line, however lines end', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = ['a,b', '1,"x', 'y"', '2', '3,z', ''].join(end);
      const { table } = await convertOne('a.csv', text, { to: 'profile' });
      expect(table.malformed.listed).toMatchObject([{ line: 4, row: '2' }]);
    }
  });
});

describe('encodings', () => {
  const text = 'name,n\nSão Paulo 🏙,1\n"ü\nx",2\n';
  const expected = [
    { name: 'São Paulo 🏙', n: 1 },
    { name: 'ü\nx', n: 2 },
  ];
  const be = new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le').swap16());
  test.each<[string, Uint8Array<ArrayBuffer>]>([
    ['UTF-8', new Uint8Array(Buffer.from(text))],
    ['UTF-8 with a byte order mark', new Uint8Array(Buffer.from(`\ufeff${text}`))],
    ['UTF-16, little endian', new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le'))],
    ['UTF-16, big endian', be],
  ])('%s', async (_, bytes) => {
    expect(await jsonOf('a.csv', bytes)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['Windows-1252', 'Größe,n\nMüller,1\nMeier,2\nÃ©,3\n'],
    ['Windows-1252 at its end only', 'Groesse,n\n1,Ä'],
  ])('%s, which is no UTF-8', async (_, text) => {
    const bytes = new Uint8Array(Buffer.from(text, 'latin1'));
    const { table, output } = await convertOne('a.csv', bytes, { to: 'json', header: 'yes' });
    expect(table).toMatchObject({ dialect: { encoding: 'windows-1252' }, malformed: { count: 0 } });
    expect(output.toString()).toBe((await convertOne('a.csv', text, { to: 'json', header: 'yes' })).output.toString());
  });

  test('a row with a byte that is not UTF-8 is left out and listed, and no other', async () => {
    const bytes = new Uint8Array(
      Buffer.concat([Buffer.from('a,b\né,1\n'), Buffer.from([0xe9]), Buffer.from(',2\nü,3\n')]),
    );
    const { table, output } = await convertOne('a.csv', bytes, { to: 'json' });
    expect(JSON.parse(output.toString())).toEqual([
      { a: 'é', b: 1 },
      { a: 'ü', b: 3 },
    ]);
    expect(table.malformed).toMatchObject({ count: 1, listed: [{ line: 3, why: 'byte 0xE9 is not UTF-8' }] });
    expect(await jsonOf('a.csv', bytes.slice(6), { encoding: 'windows-1252', header: 'no' })).toHaveLength(3);
  });
});

describe('in a table of one column', () => {
  test.each(['\n', '\r\n', '\r'])('an empty cell in quotes is a row, and a blank line is none, %j', async (end) => {
    const text = ['n', '""', '', 'x', '""', '""', '"two', '""', '"', '"""x"""', ''].join(end);
    const { table, output } = await convertOne('a.csv', text, { to: 'json', header: 'yes' });
    expect(table.malformed.count).toBe(0);
    expect(JSON.parse(output.toString())).toEqual(['', 'x', '', '', `two${end}"${end}`, '"x"'].map((n) => ({ n })));
    const other = ['n', "''", '', "'x'", "''"].join(end);
    expect(await jsonOf('a.csv', other, { header: 'yes', quote: "'" })).toHaveLength(3);
  });

  test('a malformed row behind them is told with its line', async () => {
    const text = 'n\n""\n\n"\n""\n"\n1,2\n';
    const { table } = await convertOne('a.csv', text, { to: 'json', header: 'yes', delimiter: ',' });
    expect(table).toMatchObject({ rows: 2, malformed: { listed: [{ line: 7, row: '1,2' }] } });
  });
});

test('a row may end in a delimiter where the header does not', async () => {
  const { table, output } = await convertOne('a.csv', 'a,b\r\n1,2,\r\n3,,\r\n5,6,7\r\n8,9,,\r\n', { to: 'json' });
  expect(JSON.parse(output.toString())).toEqual([
    { a: 1, b: 2 },
    { a: 3, b: null },
  ]);
  expect(table.malformed.listed.map(({ line }) => line)).toEqual([4, 5]);
});

test.each([
  ['a JSON document', 'a.json', '{\n  "a": 1,\n  "b": [1]\n}\n', {}, 'a.json, line 1: it is no JSON'],
  ['rows of another width', 'a.csv', 'a,b\n\n1\n2,3,4\n', {}, 'a.csv, line 3: 1 cells where there should be 2'],
  ['cells of another type', 'a.csv', 'a,b\n\nx,1\ny,2\n', { types: { a: 'real' } }, 'a.csv, line 3: “x” is no real'],
])('a file with nothing but %s fails the task', async (_, name, content, input, why) => {
  await expect(convertOne(name, content, input)).rejects.toThrow(why);
});

test('rows with too few or too many cells, or broken quotes, are left out, counted and listed with their lines', async () => {
  const { table } = await convertOne('a.csv', 'a,b\n"x\ny",1\n2\n3,4,5\n\n"6"7",8\n9,10\n', { to: 'json' });
  expect(table.rows).toBe(2);
  expect(table.malformed.listed.map(({ line, why }) => [line, why])).toEqual([
    [4, '1 cells where there should be 2'],
    [5, '3 cells where there should be 2'],
    [7, expect.stringContaining('quote')],
  ]);
});

test('a value that is not of the type that was asked for takes its row with it', async () => {
  const { table } = await convertOne('a.csv', 'n,m\n1,a\nx,b\n', { to: 'json', types: { n: 'integer' } });
  expect(table).toMatchObject({ rows: 1, malformed: { count: 1, listed: [{ line: 3, why: '“x” is no integer' }] } });
});

describe('a number that none of 64 bits is stays as it is written', () => {
  test.each([
    ['more digits than one holds', '0.123456789012345678', 'text'],
    ['more digits than one holds, and an exponent', '1.23456789012345678901e-5', 'text'],
    ['a sign before many digits', '+12345678901234567891', 'text'],
    ['less than the least there is', '1e-400', 'text'],
    ['so little that it has few digits left', '1.2345e-320', 'text'],
    ['a hundred thousand digits', `0.${'0'.repeat(1e5)}1`, 'text'],
    ['the digits that one has', '0.30000000000000004', 'real'],
    ['all digits of one that was written with 17 of them', '0.10000000000000001', 'real'],
    ['all digits of one that was written as C does', '1.100000000000000089e+00', 'real'],
    ['zeros at its end', '1.50000000000000000000', 'real'],
    ['zeros only', '0.00000000000000000000', 'real'],
    ['none but a zero', '0e-5', 'real'],
    ['the least there is', '2.2250738585072014e-308', 'real'],
  ])('%s', async (_, number, type) => {
    const { table, output } = await convertOne('a.csv', `v,x\n${number},a\n2.5,b\n`, { to: 'json' });
    expect(table.columns[0]?.type).toBe(type);
    expect(JSON.parse(output.toString())[0].v).toBe(type === 'real' ? Number(number) : number);
  });

  test('unless it is asked for as a number', async () => {
    const input = { types: { v: 'real' } };
    expect(await jsonOf('a.csv', 'v,x\n0.123456789012345678,a\n', input)).toEqual([{ v: 0.12345678901234568, x: 'a' }]);
  });
});

test.each(['+24:00', '+99:99', '-10:60'])('a time with the offset %s is none, and a text', async (offset) => {
  const content = `t,x\n2024-01-01T10:00:00+23:59,a\n2024-01-01T10:00:00${offset},b\n`;
  const { table } = await convertOne('a.csv', content, { to: 'parquet' });
  expect(table).toMatchObject({ rows: 2, columns: [{ type: 'text' }, {}] });
});

describe('when an output file fails', () => {
  const run = async (failure: Error) => {
    const sources = { 'a.csv': bytes('a,b\n\n1,2\n') };
    const output = { size: 0, write: () => Promise.reject(failure), close: async () => {} };
    const input = v.parse(job.input, { files: refsTo(sources), to: 'json' });
    const steps = job.run(input, contextOver(sources, output));
    while (!(await steps.next()).done);
  };

  test('the error has the name of the input file and the line', async () => {
    await expect(run(new RangeError('Invalid string length'))).rejects.toThrow('a.csv, line 3: Invalid string length');
  });

  test('what the browser says of its storage stays as it is: the task may wait for it', async () => {
    const full = new DOMException('full', 'QuotaExceededError');
    await expect(run(full)).rejects.toBe(full);
  });
});

test('a column of JSON in a CSV file holds JSON', async () => {
  const { table, output } = await convertOne('a.csv', 'k;j\n1;{"x":[1]}\n2;7\n3;\n4;{x}\n', {
    to: 'json',
    types: { j: 'json' },
  });
  expect(JSON.parse(output.toString())).toEqual([
    { k: 1, j: { x: [1] } },
    { k: 2, j: 7 },
    { k: 3, j: null },
  ]);
  expect(table.malformed).toMatchObject({ count: 1, listed: [{ line: 5, why: '“{x}” is no json' }] });
});

test.each([
  ['integer', '1\n-20\n9007199254740993'],
  ['real', '1\n2.50\n-1e5\n.5'],
  ['boolean', 'true\nFALSE'],
  ['date', '2024-02-29\n1999-12-31'],
  ['timestamp', '2024-02-29 10:00\n2024-01-01T00:00:00.123Z'],
  ['text', '1\n007'],
  ['text', '2023-02-29\n2024-01-01'],
  ['text', '1.5\n9007199254740993'],
  ['text', '9223372036854775808'],
  ['text', '1e999'],
])('a column is %s when every cell of it is: %j', async (type, cells) => {
  const { table } = await convertOne(
    'a.csv',
    `key,x\n${cells
      .split('\n')
      .map((cell) => `k,${cell}`)
      .join('\n')}\nk,\n`,
    {
      to: 'profile',
    },
  );
  expect(table.columns[1]).toMatchObject({ name: 'x', type, empty: 1 });
});

test('columns without a name, or with that of another, get one of their own', async () => {
  const { table } = await convertOne('a.csv', 'a,A,,a\n1,2,3,4\n', { to: 'profile', header: 'yes' });
  expect(table.columns.map(({ name }) => name)).toEqual(['a', 'A_2', 'column_3', 'a_3']);
});

test('ten thousand columns of one name have ten thousand names', () => {
  const began = performance.now();
  const names = distinctNames([...new Array<string>(10_000).fill('x'), 'X_2', 'x']);
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(10_002);
  expect(names.slice(-3)).toEqual(['x_10000', 'X_2_2', 'x_10001']);
  expect(performance.now() - began).toBeLessThan(1_000);
});

describe('as many columns as an output takes', () => {
  const lines = (columns: number) => `${'c,'.repeat(columns - 1)}c\n${'1,'.repeat(columns - 1)}1\n`;

  test.each([
    ['sqlite', 2_000],
    ['profile', 2_000],
    ['json', 5_000],
    ['parquet', 5_000],
  ])('%s: %i, and no more', async (to, most) => {
    const { table } = await convertOne('wide.csv', lines(most), { to });
    expect([table.rows, table.columns.length]).toEqual([1, most]);
    await expect(convertOne('wide.csv', `\n${lines(most + 1)}`, { to })).rejects.toThrow(
      `wide.csv, line 2: ${most + 1} columns; at most ${most}`,
    );
  });
});

describe('a profile', () => {
  test('of numbers', async () => {
    const { table } = await convertOne(
      'a.csv',
      `n\n${Array.from({ length: 10_000 }, (_, n) => n % 5000).join('\n')}\n`,
      {
        to: 'profile',
        delimiter: ',',
      },
    );
    const [column] = table.columns;
    expect(column).toMatchObject({ min: 0, max: 4999, mean: 2499.5, empty: 0 });
    const { distinct, histogram } = column as {
      distinct: { count: number; exact: boolean };
      histogram: { from: number; to: number; count: number }[];
    };
    expect(distinct.exact).toBe(false);
    expect(Math.abs(distinct.count / 5000 - 1)).toBeLessThan(0.08);
    expect(histogram.length).toBeLessThanOrEqual(20);
    expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    expect(histogram[0]?.count).toBe(2 * ((histogram[0]?.to ?? 0) - (histogram[0]?.from ?? 0)));
  });

  test.each([
    ['numbers as large as there are', ['1', '1.7976931348623157e308', '-1.7976931348623157e308']],
    ['numbers as small as there are', ['5e-324', '1', '0', '1e308']],
  ])('of %s', async (_, numbers) => {
    const { table } = await convertOne('a.csv', `v,x\n${numbers.map((number) => `${number},a\n`).join('')}`, {
      to: 'profile',
    });
    const histogram = table.columns[0]?.histogram as { from: number; to: number; count: number }[];
    expect(histogram.length).toBeLessThanOrEqual(20);
    expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(numbers.length);
    expect(histogram.flatMap(({ from, to }) => [from, to])).toSatisfy((edges: unknown[]) =>
      edges.every(Number.isFinite),
    );
  });

  test.each([
    ['a.csv', 'id,x\n1234567890123456788,a\n5,b\n1234567890123456789,c\n-1234567890123456789,d\n'],
    ['a.jsonl', '1234567890123456788 5 1234567890123456789 -1234567890123456789'.replace(/-?\d+ ?/g, '{"id":$&}\n')],
  ])('of integers that no number holds has all their digits, %s', async (name, content) => {
    const { table } = await convertOne(name, content, { to: 'profile' });
    expect(table.columns[0]).toMatchObject({
      type: 'integer',
      min: '-1234567890123456789',
      max: '1234567890123456789',
    });
    const { table: real } = await convertOne(name, content, { to: 'profile', types: { id: 'real' } });
    expect(real.columns[0]).toMatchObject({ min: Number(-1234567890123456789n), max: Number(1234567890123456789n) });
  });

  test('of numbers whose sum is none has their mean', async () => {
    const { table } = await convertOne('a.csv', 'v,x\n1e308,a\n1.5e308,b\n-1e308,c\n', { to: 'profile' });
    expect(table.columns[0]?.mean).toBeCloseTo(0.5e308, -297);
  });

  test('of a few words', async () => {
    const { table } = await convertOne('a.csv', 'w,n\nb,1\na,2\nb,3\n', { to: 'profile' });
    expect(table.columns[0]).toMatchObject({
      distinct: { count: 2, exact: true },
      min: 'a',
      max: 'b',
      values: [
        { value: 'b', count: 2 },
        { value: 'a', count: 1 },
      ],
    });
  });
});

test('a gzip file of twenty members is one table, and where a member ends does not matter', async () => {
  const text = `n,t\n${Array.from({ length: 2_000 }, (_, n) => `${n},text ${n}\n`).join('')}`;
  const step = Math.ceil(text.length / 20);
  const members = Array.from({ length: 20 }, (_, at) => gzipSync(text.slice(at * step, (at + 1) * step)));
  const packed = await convertOne('a.csv.gz', new Uint8Array(Buffer.concat(members)), { to: 'json' });
  expect(packed.table).toMatchObject({ table: 'a', rows: 2000, malformed: { count: 0 } });
  expect(packed.output.equals((await convertOne('a.csv', text, { to: 'json' })).output)).toBe(true);
});

test('a file with nothing in it is a table with nothing in it', async () => {
  const { tables, outputs } = await convert({ 'empty.csv': '', 'a.csv': 'a,b\n1,2\n' }, { to: 'parquet' });
  expect(tables.map(({ rows, output }) => [rows, output])).toEqual([
    [0, null],
    [1, 'a.parquet'],
  ]);
  expect([...outputs.keys()]).toEqual(['a.parquet']);
});

test('what is written as CSV is read as it was, wherever a chunk ends', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.constantFrom('"', ',', '\n', '\r\n', '\r', '""', ' " ', 'é🏙'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
      fc.nat(3),
      fc.constantFrom('\n', '\r\n'),
      async (rows, shift, end) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const filler = Array.from({ length: 8_000 }, (_, n) => `"${'x'.repeat(30)}","${n}"${end}`).join('');
        const lines = rows.map((row) => `${row.map(quote).join(',')}${end}`).join('');
        const text = `"a${'é'.repeat(shift)}","b"${end}${filler}${lines.repeat(20)}`;
        const found = await jsonOf('a.csv', text, { types: { b: 'text' }, header: 'yes', delimiter: ',', quote: '"' });
        expect(found.slice(8_000).map((row) => Object.values(row))).toEqual(
          Array.from({ length: 20 }, () => rows).flat(),
        );
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);

const mixed = `id,price,ok,day,at,note,big\n${Array.from(
  { length: 5_000 },
  (_, n) =>
    `${n},${n / 4},${n % 2 === 0},2024-02-${String(1 + (n % 28)).padStart(2, '0')},2024-01-01T00:00:${String(n % 60).padStart(2, '0')}Z,${n % 7 === 0 ? '' : `"é ""${n}"""`},${9007199254740993n + BigInt(n)}\n`,
).join('')}`;

test('Parquet is read back as it was written', async () => {
  const { output } = await convertOne('mixed.csv', mixed, { to: 'parquet' });
  const file = new Uint8Array(output).buffer;
  expect(parquetMetadata(file).num_rows).toBe(5000n);
  const rows = await parquetReadObjects({ file });
  expect(rows[8]).toEqual({
    id: 8n,
    price: 2,
    ok: true,
    day: new Date('2024-02-09'),
    at: new Date('2024-01-01T00:00:08Z'),
    note: 'é "8"',
    big: 9007199254741001n,
  });
  expect(rows).toHaveLength(5000);
});

const hasSqlite = (() => {
  try {
    return execFileSync('sqlite3', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasSqlite)('sqlite3 on this machine', () => {
  function ask(database: Buffer, sql: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'table-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'a.sqlite');
    writeFileSync(path, database);
    return execFileSync('sqlite3', [path, sql], { encoding: 'utf8' }).trim();
  }

  test('finds the database sound, with every row and its types', async () => {
    const { output } = await convertOne('mixed.csv', mixed);
    expect(ask(output, 'pragma integrity_check; select count(*), sum(id), sum(price), max(big) from mixed')).toBe(
      `ok\n5000|12497500|3124375.0|${9007199254740993n + 4999n}`,
    );
    expect(
      ask(
        output,
        'select typeof(id), typeof(price), typeof(ok), typeof(day), note, typeof(big) from mixed where id = 8',
      ),
    ).toBe('integer|real|integer|text|é "8"|integer');
  });

  test('finds a table for each file, whatever their names', async () => {
    const { outputs } = await convert({
      'x/a.csv': 'k,v\na,1\n',
      'y/A.tsv': 'k\tv\nb\t2\nc\t3\n',
      'sqlite_q"uo.jsonl': '{"a":{"b":1}}',
    });
    const database = outputs.get('tables.sqlite') ?? Buffer.alloc(0);
    expect(ask(database, 'select count(*) from a; select count(*) from A_2; select a from "_sqlite_q""uo"')).toBe(
      '1\n2\n{"b":1}',
    );
  });

  test('finds a zero character and a long text as they were', async () => {
    const long = 'x'.repeat(1_000_000);
    const { output } = await convertOne('a.jsonl', `{"zero":"a\\u0000b","long":"${long}"}`);
    expect(ask(output, 'select length(cast(zero as blob)), length(long), hex(zero) from a')).toBe('3|1000000|610062');
  });
});
