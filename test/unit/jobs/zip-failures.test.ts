/** ZIP files that are wrong in one place each: the kinds that yauzl's tests know, made here. */
import 'fake-indexeddb/auto';
import { expect, test } from 'vitest';
import { job } from '../../../workers/jobs/extract/run.ts';
import { bytesFile } from '../../gate/gate.ts';
import { type Made, zipOf } from '../../gate/zip-file.ts';
import { outputsOf } from '../gate/outputs.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const unpacked = (bytes: Bytes) =>
  outputsOf(job, { files: [bytesFile('bad.zip', bytes)], input: (refs) => ({ files: refs }) });

const GOOD: Made[] = [
  { name: 'a.txt', data: 'hello, hello, hello' },
  { name: 'stored.txt', data: 'hello', method: 0 },
];
const HELLO: Made = { name: 'a', data: 'hello' };
const FFFFFFFF = [0xff, 0xff, 0xff, 0xff];
const DIRECTORY = 0x02014b50;
const END = 0x06054b50;

const placeOf = (bytes: Bytes, signature: number): number => {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= bytes.length; at += 1) if (view.getUint32(at, true) === signature) return at;
  throw new Error('there is no such record');
};

/** The good file with this in it: so many bytes behind where that record begins. */
function patched(signature: number | 'start', at: number, ...values: number[]): Bytes {
  const bytes = zipOf(GOOD);
  bytes.set(values, (signature === 'start' ? 0 : placeOf(bytes, signature)) + at);
  return bytes;
}

test('the file that the others are made of is good', async () => {
  const { outputs } = await unpacked(zipOf(GOOD));
  expect([...outputs.keys()]).toEqual(['a.txt', 'stored.txt']);
});

// The numbers are places in the records of APPNOTE 4.3.
test.each<[string, Bytes, RegExp]>([
  ['is empty', new Uint8Array(), /not recognized/],
  ['is cut off in its end', zipOf(GOOD).slice(0, -5), /End of central directory/],
  ['has no end', patched(END, 0, 0x50, 0x4c), /End of central directory/],
  ['says that it is part of several', patched(END, 4, 1), /Split zip/],
  ['has a directory of more entries than there are', patched(END, 8, 9, 0, 9, 0), /Central directory/],
  ['asks for the ZIP64 end that is not there', patched(END, 8, 0xff, 0xff, 0xff, 0xff), /Central directory/],
  ['has a directory entry of another signature', patched(DIRECTORY, 0, 0x51), /Central directory/],
  ['has an extra field longer than the directory', patched(DIRECTORY, 30, 0xff, 0xff), /Central directory/],
  ['has a name longer than the directory', patched(DIRECTORY, 28, 0xff, 0xff), /entry 1, .* a name that is none/],
  ['has a local header of another signature', patched('start', 0, 0x51), /entry 1, "a.txt" .* no header at byte 0/],
  ['needs strong encryption', patched(DIRECTORY, 8, 0x41, 0x08), /entry 1, "a.txt", is encrypted/],
  ['has a size in a field that is not there', patched(DIRECTORY, 24, ...FFFFFFFF), /entry 1, .* the 4294967295 bytes/],
  ['has a place in a field that is not there', patched(DIRECTORY, 42, ...FFFFFFFF), /"a.txt" at byte 4294967295/],
  ['has a stored entry of two sizes', zipOf([{ ...HELLO, method: 0, size: 2_147_483_647 }]), /entry 1, .* 2147483647/],
  [
    'has fewer bytes in an entry than it says',
    zipOf([{ ...HELLO, size: 6 }]),
    /entry 1, "a" at byte 0: .* the 6 bytes/,
  ],
  ['has more bytes in an entry than it says', zipOf([{ ...HELLO, size: 4 }]), /entry 1, "a" at byte 0: .* the 4 bytes/],
  ['has a block of no kind', zipOf([{ ...HELLO, packed: Uint8Array.of(7, 0) }]), /entry 1, .* byte 1: invalid block/],
  ['has an entry whose compressed bytes end early', zipOf([{ ...HELLO, compressed: 3 }]), /entry 1, .* byte 3 in the/],
  ['has a name with a zero in it', zipOf([{ name: 'a\0b', data: '' }]), /entry 1, .* a name that is none/],
  ['has no name', zipOf([{ name: '', data: '' }]), /entry 1, "", has a name that is none/],
])('a ZIP that %s is refused, and it is said where', async (_, bytes, why) => {
  const refusal = await unpacked(bytes).then(
    () => 'it was unpacked',
    ({ message }: Error) => JSON.parse(message.slice(message.indexOf('{'))).error.detail,
  );
  expect(refusal).toMatch(/^bad\.zip: /);
  expect(refusal).toMatch(why);
});

test.each<[string, Bytes]>([
  ['has something before it', Uint8Array.from([1, 2, 3, ...zipOf(GOOD)])],
  ['has something behind it', Uint8Array.from([...zipOf(GOOD), 1, 2, 3])],
  ['has another place for its directory than it says', patched(END, 16, 7)],
  ['has a place for its directory behind the end', patched(END, 16, 0xff, 0xff, 0xff)],
  ['says that its directory is larger than the file', patched(END, 12, 0xff, 0xff, 0xff)],
  ['says that its directory is on another disk', patched(END, 6, 1)],
  ['says that an entry is on another disk', patched(DIRECTORY, 34, 1)],
  ['says that its comment goes on', patched(END, 20, 9)],
])('a ZIP that %s is unpacked all the same', async (_, bytes) => {
  const { outputs } = await unpacked(bytes);
  const texts = [...outputs].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]);
  expect(texts).toEqual(GOOD.map(({ name, data }) => [name, data]));
});
