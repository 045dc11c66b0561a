/** Pictures by way of jSquash: all of them where a browser has no canvas, elsewhere those that it does not read. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decode, encode, type Pixels } from '../../../workers/jobs/images/codecs.ts';
import { made } from '../../../workers/jobs/images/make.ts';
import type { Order } from '../../../workers/jobs/images/plan.ts';
import { TURNS, turnedAvif } from '../../e2e/avif.ts';

const WHOLE = { width: null, height: null, percent: 100, limit_megapixels: 50, limit_seconds: 60 };
const ORDER = { ...WHOLE, to: 'png', quality: 90, best: false, thumbnail: false } as const;
const FORMATS = ['jpeg', 'png', 'webp', 'avif'] as const;

const COLORS: Record<string, number[]> = { r: [255, 0, 0], g: [0, 128, 0], b: [0, 0, 255], w: [255, 255, 255] };

/** Of 64 × 32, as stored. */
const stored: Pixels = { data: new Uint8ClampedArray(64 * 32 * 4), width: 64, height: 32 };
for (let at = 0; at < 64 * 32; at += 1) {
  const corner = 'rgbw'[(at % 64 < 32 ? 0 : 1) + (at < 64 * 16 ? 0 : 2)] ?? '';
  stored.data.set([...(COLORS[corner] ?? []), 255], at * 4);
}

/** Its corners when it is upright (Exif 2.32, 4.6.4, tag 274). */
const UPRIGHT = ['rgbw', 'grwb', 'wbgr', 'bwrg', 'rbgw', 'brwg', 'wgbr', 'gwrb'];
const held = UPRIGHT.map((corners, index) => [index + 1, corners] as const);

beforeEach(() => {
  // What the codecs tell a worker by, and where they have their code from.
  vi.stubGlobal('self', { location: { href: '' } });
  vi.stubGlobal('importScripts', () => {});
  vi.stubGlobal('fetch', async (url: string | URL) => {
    const headers = { 'Content-Type': 'application/wasm' };
    return new Response(new Uint8Array(await readFile(fileURLToPath(url))), { headers });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function shown(order: Order) {
  const { bytes, width, height } = await made(order);
  const { data } = await decode(bytes, 'png');
  const at = (x: number, y: number) => {
    const pixel = data.subarray((y * width + x) * 4);
    const near = (color: number[]) => color.every((value, channel) => Math.abs(value - (pixel[channel] ?? 0)) < 60);
    return Object.keys(COLORS).find((name) => near(COLORS[name] ?? [])) ?? '?';
  };
  const [x, y] = [width / 4, height / 4];
  return { width, height, corners: [at(x, y), at(3 * x, y), at(x, 3 * y), at(3 * x, 3 * y)].join('') };
}

const upright = (orientation: number, corners: string) =>
  orientation < 5 ? { width: 64, height: 32, corners } : { width: 32, height: 64, corners };

function jpegHeld(jpeg: Uint8Array, orientation: number, little: boolean, before: number[]) {
  const u16 = (n: number) => (little ? [n & 255, n >> 8] : [n >> 8, n & 255]);
  const u32 = (n: number) => (little ? [...u16(n), 0, 0] : [0, 0, ...u16(n)]);
  const mark = little ? 0x49 : 0x4d;
  const tiff = [
    mark,
    mark,
    u16(42),
    u32(8),
    u16(1),
    u16(0x0112),
    u16(3),
    u32(1),
    u16(orientation),
    0,
    0,
    u32(0),
  ].flat();
  const exif = [...Buffer.from('Exif\0\0'), ...tiff];
  const segment = [0xff, 0xe1, 0, exif.length + 2, ...exif];
  return Uint8Array.from([...jpeg.subarray(0, 2), ...before, ...segment, ...jpeg.subarray(2)]);
}

test.each(held)('a JPEG that was held in any way comes out upright: %i', async (orientation, corners) => {
  const jpeg = await encode(stored, 'jpeg', 95);
  const xmp = [...Buffer.from('http://ns.adobe.com/xap/1.0/\0<x/>')];
  for (const before of [[], [0xff, 0xfe, 0, 4, 1, 2], [0xff, 0xe1, 0, xmp.length + 2, ...xmp]]) {
    for (const little of [true, false]) {
      const bytes = jpegHeld(jpeg, orientation, little, before);
      expect(await shown({ ...ORDER, bytes, format: 'jpeg' })).toEqual(upright(orientation, corners));
    }
  }
});

test.each(held)('and so does an AVIF: %i', async (orientation, corners) => {
  const avif = await encode(stored, 'avif', 95);
  const bytes = new Uint8Array(turnedAvif(Buffer.from(avif), TURNS[orientation] ?? {}));
  expect(await shown({ ...ORDER, bytes, format: 'avif' })).toEqual(upright(orientation, corners));
});

test.each(FORMATS)(
  'a picture of %s that is larger than its header says, and than it may be, is refused',
  async (format) => {
    const bytes = await encode(stored, format, 95);
    const order = { ...ORDER, bytes, format, limit_megapixels: 0.002 };
    await expect(made(order)).rejects.toThrow('it has 64 × 32 pixels, more than 0.002 megapixels');
  },
);

test('a JPEG that is cut off is refused, not made gray', async () => {
  const jpeg = jpegHeld(await encode(stored, 'jpeg', 95), 1, true, [0xff, 0xfe, 0, 4, 0xff, 0xd9]);
  expect(await shown({ ...ORDER, bytes: jpeg, format: 'jpeg' })).toMatchObject({ corners: 'rgbw' });
  const order = { ...ORDER, bytes: jpeg.slice(0, -40), format: 'jpeg' } as const;
  await expect(made(order)).rejects.toThrow('it is cut off');
});

test('a JPEG with something behind its end is whole, though that looks like the start of a scan', async () => {
  const jpeg = await encode(stored, 'jpeg', 95);
  const bytes = Uint8Array.from([...jpeg, ...Buffer.from('....ftypmp42'), 0xff, 0xda, 1, 2, 3, 4]);
  expect(await shown({ ...ORDER, bytes, format: 'jpeg' })).toMatchObject({ corners: 'rgbw' });
  const cut = Uint8Array.from([...jpeg.slice(0, -40), 0xff, 0xff]);
  await expect(made({ ...ORDER, bytes: cut, format: 'jpeg' })).rejects.toThrow('it is cut off');
});

describe('where the browser refuses a picture', () => {
  const why = new DOMException('The source image could not be decoded.', 'InvalidStateError');

  /** A browser that draws, and decodes nothing that is a file. */
  beforeEach(() => {
    vi.stubGlobal('OffscreenCanvas', class {});
    vi.stubGlobal('createImageBitmap', async (source: unknown) => {
      if (source instanceof Blob) throw why;
      return Object.assign(source as object, { close() {} });
    });
  });

  test.each(FORMATS)('a codec decodes it, and its size is looked at again: %s', async (format) => {
    const bytes = await encode(stored, format, 95);
    const order = { ...ORDER, bytes, format, limit_megapixels: 0.002 };
    await expect(made(order)).rejects.toThrow('it has 64 × 32 pixels, more than 0.002 megapixels');
  });

  test.each([...FORMATS, 'gif'] as const)(
    'what the browser said is told when no codec reads it either: %s',
    async (format) => {
      vi.spyOn(console, 'error').mockImplementation(() => {});
      const noise = Uint8Array.from({ length: 500 }, (_, at) => (at * 7) & 255);
      await expect(made({ ...ORDER, bytes: noise, format })).rejects.toBe(why);
    },
  );

  test.each(FORMATS)('and the codec cannot be had: %s', async (format) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.resetModules();
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    const { made } = await import('../../../workers/jobs/images/make.ts');
    const failed = expect(made({ ...ORDER, bytes: new Uint8Array([0xff, 0xd9, 0xff, 0xd9]), format })).rejects;
    // Not every browser reads AVIF; of the others a picture that is refused is a broken one.
    if (format === 'avif') await failed.toThrow('the decoder of AVIF: Failed to fetch');
    else await failed.toBe(why);
  });
});
