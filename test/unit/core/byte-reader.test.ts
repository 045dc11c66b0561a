import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { byteReader } from '../../../src/core/byte-reader.ts';

const SIZE = 5 * 1024 * 1024 + 123;
const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) & 255);
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

const MIB = 1024 * 1024;
const place = fc.oneof(fc.constantFrom(0, MIB, 2 * MIB, SIZE - 1, SIZE), fc.nat(SIZE));

test('gives the bytes of any ranges in any order, also when they are asked for at once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, place), { maxLength: 6 }), async (ranges) => {
      const read = byteReader(new Blob([bytes]));
      const wanted = ranges.map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]));
      const got = await Promise.all(wanted.map(([start, end]) => read(start, end)));
      for (const [i, [start, end]] of wanted.entries()) {
        expect(same(got[i] ?? new Uint8Array(), bytes.subarray(start, end))).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('gives a file from its beginning to its end, the last piece short', async () => {
  const read = byteReader(new Blob([bytes]));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < SIZE; at += 2 * MIB) pieces.push(await read(at, at + 2 * MIB));
  expect(pieces.map((piece) => piece.length)).toEqual([2 * MIB, 2 * MIB, MIB + 123]);
  expect(same(Buffer.concat(pieces), bytes)).toBe(true);
});

test('reads on where blobs have no byte streams', async () => {
  const blob = new Blob([bytes]);
  const plain = Object.assign(blob, {
    slice: (...range: [number, number]) => noByteStream(Blob.prototype.slice.apply(blob, range)),
  });
  const read = byteReader(plain);
  expect(same(await read(0, 2 * MIB), bytes.subarray(0, 2 * MIB))).toBe(true);
  expect(same(await read(2 * MIB, 4 * MIB), bytes.subarray(2 * MIB, 4 * MIB))).toBe(true);
});

test('gives what there is of a file that turns out to be shorter', async () => {
  const there = bytes.slice(0, MIB + 5);
  const short = () =>
    new ReadableStream({
      type: 'bytes',
      start(controller) {
        controller.enqueue(there.slice());
        controller.close();
      },
    });
  const blob = new Blob([bytes]);
  const read = byteReader(Object.assign(blob, { slice: () => Object.assign(new Blob(), { stream: short }) }));
  expect(same(await read(0, 2 * MIB), there)).toBe(true);
});

function noByteStream(blob: Blob): Blob {
  const stream = () => new ReadableStream({ start: (controller) => controller.close() });
  return Object.assign(blob, { stream });
}
