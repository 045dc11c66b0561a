import { gzipSync } from 'node:zlib';
import { bytesFile, type Gate, type GateFile, MiB, textFile, type Work } from '../gate.ts';

const HEADER = 'id,name,price,bought,paid,"a ""long"" note"\n';

/** Rows of six types, some of them with line breaks in a cell; `size` bytes of them, more or less. */
function csvFile(name: string, size: number): GateFile {
  return {
    name,
    *parts() {
      const encoder = new TextEncoder();
      yield encoder.encode(HEADER);
      let row = 0;
      for (let left = size; left > 0; ) {
        let text = '';
        while (text.length < MiB / 4) {
          row += 1;
          const day = String(1 + (row % 28)).padStart(2, '0');
          const note = row % 50 === 0 ? '"two\nlines, ""quoted"""' : `début ${row % 977}`;
          text += `${row},name ${row % 1000},${(row * 1.37).toFixed(2)},2024-02-${day},${row % 3 === 0},${note}\n`;
        }
        const bytes = encoder.encode(text);
        yield bytes;
        left -= bytes.length;
      }
    },
  };
}

/** More cells than two row groups have. */
const wide = (rows: number): string =>
  `${Array.from({ length: 50 }, (_, n) => `c${n}`).join(',')}\n`.concat(
    Array.from({ length: rows }, (_, n) => `${n % 9}${`,${n % 7}`.repeat(49)}\n`).join(''),
  );

const bytesOf = (file: GateFile): Buffer => Buffer.concat([...file.parts()]);
/** A member for each part, as `cat a.gz b.gz` makes them. */
const gzipped = (file: GateFile): GateFile =>
  bytesFile(`${file.name}.gz`, new Uint8Array(Buffer.concat([...file.parts()].map((part) => gzipSync(part)))));

const linesOf = (count: number): string =>
  Array.from({ length: count }, (_, n) =>
    JSON.stringify({ n, ...(n % 2 === 0 ? { even: true } : {}), nested: { list: [n] }, text: `é${n}`, half: n / 2 }),
  ).join('\n');

const small = csvFile('a folder/sales.csv', MiB);
const work = (to: string, ...files: GateFile[]): Work => ({ files, input: (refs) => ({ files: refs, to }) });
const jsonl = textFile('events.jsonl', linesOf(8_000));
const bad = (
  name: string,
  content: Uint8Array<ArrayBuffer> | string,
  names: (string | RegExp)[],
  input: object = {},
) => ({
  files: [typeof content === 'string' ? textFile(name, content) : bytesFile(name, content)],
  input: (refs: unknown) => ({ files: refs, to: 'json', ...input }),
  names: [name, ...names],
});

const cut = new Uint8Array(gzipSync(bytesOf(small))).slice(0, -1000);
const damaged = new Uint8Array(gzipSync('a,b\n1,2\n'));
damaged.set(
  [damaged.at(-5) ?? 0 ^ 1].map((byte) => byte ^ 1),
  damaged.length - 5,
);

export const gate: Gate = {
  works: {
    sqlite: work('sqlite', small, jsonl),
    parquet: work('parquet', textFile('wide.csv', wide(22_000))),
    json: work('json', small, jsonl),
    profile: work('profile', small),
    gzipped: work('sqlite', gzipped(csvFile('packed.csv', MiB))),
  },
  bad: {
    'an endless line': bad('endless.csv', 'a,b\n1,2\n'.concat('x'.repeat(9 * MiB)), ['line 3', 'byte 8']),
    'a header of two million cells': bad('wide.csv', `a${','.repeat(2 * MiB)}\n1\n`, ['line 1', 'columns; at most']),
    'a quote that is never closed': bad('quote.csv', `a,b\n1,"${'x,y\n'.repeat(2 * MiB)}`, ['line 2', 'byte 4']),
    'bytes that are no text': bad('image.csv', new Uint8Array([0x89, 0x50, 0, 1, 2]), ['byte 2']),
    'a gzip file that is cut off': bad('cut.csv.gz', cut, [/byte \d+/]),
    'a gzip file with a wrong checksum': bad('damaged.csv.gz', damaged, [/byte \d+/]),
    'a bomb': bad('bomb.csv.gz', new Uint8Array(gzipSync(Buffer.alloc(64 * MiB, 'x'))), ['line 1']),
    'a JSON document': bad('document.json', '[1, 2]', ['byte 0']),
    'a JSON document of one object': bad('object.json', '{\n  "a": 1\n}\n', ['line 1']),
    'a malformed row, when asked': bad('short.csv', 'a,b\n1,2\n3\n', ['line 3'], { strict: true }),
    'too many keys': bad('keys.jsonl', Array.from({ length: 2_001 }, (_, n) => `{"key ${n}":1}`).join('\n'), [
      'line 2001',
      'key 2000',
    ]),
  },
  big: (bytes) => work('sqlite', csvFile('big.csv', bytes)),
};
