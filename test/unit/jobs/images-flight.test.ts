/** How many pictures are worked on at a time. */
import { afterEach, expect, test, vi } from 'vitest';
import type { Kept } from '../../../workers/jobs/images/cost.ts';
import { inOrder, type Wish } from '../../../workers/jobs/images/flight.ts';
import type { Made } from '../../../workers/jobs/images/plan.ts';
import type { Pool } from '../../../workers/jobs/images/pool.ts';
import { pngOf } from '../../gate/png-file.ts';
import { fileOf, refsTo, type Sources } from './harness.ts';

const MEBIBYTE = 1024 * 1024;
const BUDGET = 224 * MEBIBYTE;
const SIZE = { width: null, height: null, percent: 100 };
const WISH: Wish = { ...SIZE, to: 'same', quality: 80, best: false, limit_megapixels: 250, limit_seconds: 60 };

afterEach(() => void vi.unstubAllGlobals());

/** As in a browser that decodes and draws: here nothing is. */
function drawing() {
  vi.stubGlobal('createImageBitmap', () => {});
  vi.stubGlobal('OffscreenCanvas', class {});
}

/** A picture of a few bytes that says that it is so large. */
const saying = (width: number, height: number) => pngOf(1, 1, () => [0, 0, 0, 255], { said: { width, height } });

/** A pool that makes nothing, and counts what it is asked for at a time. */
function countingPool(size: number) {
  const working: number[] = [];
  let most = { count: 0, pixels: 0 };
  const told: Kept[] = [];
  const pool: Pool = {
    size,
    make({ bytes }, _limit, kept) {
      told.push(kept);
      const view = new DataView(bytes.buffer);
      const pixels = view.getUint32(16) * view.getUint32(20);
      working.push(pixels);
      const sum = working.reduce((all, each) => all + each, 0);
      most = { count: Math.max(most.count, working.length), pixels: Math.max(most.pixels, sum) };
      return new Promise<Made>((resolve) =>
        setImmediate(() => {
          working.splice(working.indexOf(pixels), 1);
          resolve({ width: 1, height: 1, bytes: new Uint8Array(), thumbnail: null });
        }),
      );
    },
    close: () => {},
  };
  return { pool, most: () => ({ ...most, kept: told }) };
}

async function flown(sources: Sources, size: number, wish: Partial<Wish> = {}) {
  const { pool, most } = countingPool(size);
  const names: string[] = [];
  const context = { file: async (ref: Parameters<typeof fileOf>[1]) => fileOf(sources, ref) };
  for await (const { file, work } of inOrder(refsTo(sources), 0, 0, { ...WISH, ...wish }, pool, context)) {
    names.push(file.name);
    await work;
  }
  return { names, ...most() };
}

const named = (count: number, picture: Uint8Array<ArrayBuffer>): Sources =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}.png`, picture]));

test('small pictures are worked on beside each other, and come out in their order', async () => {
  drawing();
  const sources = named(20, saying(1_000, 1_000));
  const { names, count } = await flown(sources, 4);
  expect(names).toEqual(Object.keys(sources));
  expect(count).toBeGreaterThanOrEqual(4);
});

test.each<[what: string, wish: Partial<Wish>, size: [number, number], bytes: number, count: number]>([
  ['the bitmap and its canvas', { to: 'jpeg' }, [4_000, 3_000], 4 + 4, 2],
  ['the bitmap and a canvas of half its sides', { to: 'jpeg', percent: 50 }, [4_000, 3_000], 4 + 4 / 4, 3],
  ['the bitmap, its canvas, what is read from it, the encoder of AVIF', { to: 'avif' }, [2_000, 1_000], 4 + 38, 2],
  ['with that of the best JPEG', { to: 'jpeg', best: true }, [2_000, 1_000], 4 + 27, 3],
  ['those of half the sides', { to: 'jpeg', best: true, percent: 50 }, [4_000, 3_000], 4 + 27 / 4, 1],
])(
  'all that there is of pictures at a time stays within the memory: %s',
  async (_, wish, [width, height], bytes, most) => {
    drawing();
    const { count, pixels } = await flown(named(20, saying(width, height)), 16, wish);
    expect(count).toBe(most);
    expect(pixels * bytes).toBeLessThanOrEqual(BUDGET);
  },
);

test('the pool is told what each codec keeps of a picture', async () => {
  const sources = named(1, saying(1_000, 1_000));
  const { kept } = await flown(sources, 4, { to: 'avif' });
  expect(kept).toEqual([{ 'from png': 7_000_000, scaling: 33_000_000, 'to avif': 30_000_000 }]);
  drawing();
  expect((await flown(sources, 4, { to: 'avif' })).kept).toEqual([{ 'to avif': 30_000_000 }]);
  expect((await flown(sources, 4, { to: 'jpeg' })).kept).toEqual([{}]);
});

test('a picture may be held so that it is stored lying: what is made of it may then be larger', async () => {
  drawing();
  // Turned by a quarter it is 1,500 × 8,000, and stays that.
  const { count, pixels } = await flown(named(20, saying(8_000, 1_500)), 16, { to: 'jpeg', width: 1_500 });
  expect(count).toBe(2);
  expect(2 * pixels * 4).toBeLessThanOrEqual(BUDGET);
});

test('where the browser does not write WebP, there is the memory of the codec that does', async () => {
  const canvas = { getContext: () => ({}), convertToBlob: async () => new Blob([], { type: 'image/png' }) };
  vi.stubGlobal('createImageBitmap', () => {});
  vi.stubGlobal('OffscreenCanvas', function OffscreenCanvas() {
    return canvas;
  });
  const { count, pixels } = await flown(named(20, saying(2_000, 1_000)), 16, { to: 'webp' });
  expect(count).toBe(4);
  expect(pixels * (4 + 4 + 4 + 15)).toBeLessThanOrEqual(BUDGET);
});

test('a browser of which it cannot be found out whether it writes WebP does not write it', async () => {
  vi.resetModules();
  const { takesCodec } = await import('../../../workers/jobs/images/plan.ts');
  const convertToBlob = vi.fn(async () => Promise.reject(new Error('no memory')));
  vi.stubGlobal('OffscreenCanvas', function OffscreenCanvas() {
    return { getContext: () => ({}), convertToBlob };
  });
  expect(await takesCodec('webp', false)).toBe(true);
  expect(await takesCodec('webp', false)).toBe(true);
  expect(convertToBlob).toHaveBeenCalledTimes(1);
});

test('where no browser draws, there is the memory of the codecs that read, scale and write', async () => {
  const { count, pixels } = await flown(named(20, saying(1_000, 1_000)), 16, { to: 'avif' });
  expect(count).toBe(2);
  expect(pixels * (4 + 7 + 33 + 2 * 4 + 30)).toBeLessThanOrEqual(BUDGET);
});

test('a picture that takes all the memory by itself is worked on alone', async () => {
  const sources = {
    ...named(3, saying(1_000, 1_000)),
    'huge.png': saying(15_000, 15_000),
    ...named(3, saying(999, 999)),
  };
  const { names, pixels } = await flown({ ...sources, 'last.png': saying(1_000, 1_000) }, 4);
  expect(names.at(-1)).toBe('last.png');
  expect(pixels).toBe(15_000 * 15_000);
});
