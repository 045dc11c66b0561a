import 'fake-indexeddb/auto';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { isPartLost, partLost } from '../../../src/core/part-lost.ts';
import { decode, encode, scale } from '../../../workers/jobs/images/codecs.ts';
import type { Wish } from '../../../workers/jobs/images/flight.ts';
import { headerOf } from '../../../workers/jobs/images/header.ts';
import { type Orientation, orientationIn, turned } from '../../../workers/jobs/images/orientation.ts';
import { type Answer, fitted, nameOf } from '../../../workers/jobs/images/plan.ts';
import { job } from '../../../workers/jobs/images/run.ts';
import { sourceOf } from '../../../workers/jobs/images/source.ts';
import { bytesFile, MiB } from '../../gate/gate.ts';
import { pngOf } from '../../gate/png-file.ts';
import { folderOf, outputsOf } from '../gate/outputs.ts';
import { killedAt, refsTo, undisturbed } from './harness.ts';

const headerIn = (bytes: Uint8Array) => headerOf(async (at, count) => bytes.subarray(at, at + count));
const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part)));
const box = (type: string, ...body: (string | number[])[]) => {
  const inside = [...bytes(...body)];
  const size = inside.length + 8;
  return [...bytes([size >> 24, size >> 16, size >> 8, size], type, inside)];
};
const ispe = (width: number, height: number) =>
  box('ispe', [0, 0, 0, 0], [0, 0, width >> 8, width & 255], [0, 0, height >> 8, height & 255]);
const tkhd = (version: 0 | 1, width: number, height: number) =>
  box(
    'tkhd',
    [version, 0, 0, 7],
    Array(version === 0 ? 72 : 84).fill(0),
    ...[width, height].map((side) => [side >> 8, side & 255, 0, 0]),
  );
/** A screen with a first frame: `[left, top, width, height]`. `colors`: 2 to the power of so many more than one. */
function gif(
  width: number,
  height: number,
  {
    colors = -1,
    before = [] as number[],
    frame = [0, 0, 1, 1],
  }: { colors?: number; before?: number[]; frame?: number[] } = {},
) {
  const u16le = (n: number) => [n & 255, n >> 8];
  const table = colors < 0 ? [] : Array(3 * 2 ** (colors + 1)).fill(0x2c);
  const flags = colors < 0 ? 0 : 0x80 | colors;
  return bytes('GIF89a', u16le(width), u16le(height), [flags, 0, 0], table, before, [0x2c], frame.flatMap(u16le), [0]);
}

describe('a header', () => {
  test.each([
    ['PNG', pngOf(3, 5, () => [0, 0, 0, 0]), { format: 'png', width: 3, height: 5 }],
    ['GIF', gif(300, 2), { format: 'gif', width: 300, height: 2 }],
    [
      'GIF whose first frame is larger, behind colors and blocks',
      gif(1, 1, { colors: 2, before: [0x21, 0xfe, 2, 1, 2, 1, 0x2c, 0, 0x21, 0xf9, 0], frame: [10, 20, 16_000, 300] }),
      { format: 'gif', width: 16_010, height: 320 },
    ],
    [
      'JPEG behind other segments and filling',
      bytes([0xff, 0xd8, 0xff, 0xe1, 0, 6, 1, 2, 3, 4, 0xff, 0xff, 0xc2, 0, 11, 8, 1, 0, 2, 1]),
      { format: 'jpeg', width: 513, height: 256 },
    ],
    [
      'WebP with loss',
      bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0x2c, 0x41, 5, 0x80]),
      { format: 'webp', width: 300, height: 5 },
    ],
    [
      'WebP without loss',
      bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 0x2f, 0x2b, 0xc1, 0, 0]),
      { format: 'webp', width: 300, height: 4 },
    ],
    [
      'WebP with more in it',
      bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0x2b, 1, 0, 4, 0, 0]),
      { format: 'webp', width: 300, height: 5 },
    ],
    [
      'AVIF, of tiles',
      bytes(box('ftyp', 'avif', [0, 0, 0, 0], 'mif1'), box('meta', [0, 0, 0, 0], ispe(512, 512), ispe(4000, 3000))),
      { format: 'avif', width: 4000, height: 3000 },
    ],
    ...([0, 1] as const).map((version): [string, Uint8Array, object] => [
      `AVIF whose track is larger, version ${version}`,
      bytes(
        box('ftyp', 'avis', [0, 0, 0, 0], 'avif'),
        box('meta', [0, 0, 0, 0], ispe(5, 5)),
        box('mdat', [1, 2, 3]),
        box('moov', box('trak', tkhd(version, 4000, 3000))),
      ),
      { format: 'avif', width: 4000, height: 3000 },
    ]),
    [
      'AVIF whose frames are larger, and end with the file',
      bytes(
        box('ftyp', 'avis', [0, 0, 0, 0], 'avif'),
        box('meta', [0, 0, 0, 0], ispe(5, 5)),
        [0, 0, 0, 1, ...bytes('mdat'), 0, 0, 0, 0, 0, 0, 0, 17, 9],
        box('moov', box('stsd', box('av01', Array(24).fill(0), [0x0f, 0xa0, 0x0b, 0xb8]))),
        [0, 0, 0, 0, ...bytes('mdat'), 1, 2, 3],
      ),
      { format: 'avif', width: 4000, height: 3000 },
    ],
  ])('of %s is read', async (_, picture, header) => {
    expect(await headerIn(picture)).toEqual(header);
  });

  test.each([
    ['nothing', bytes(''), 'byte 0'],
    ['a text', bytes('a text that goes on for a while, and then some'), 'byte 0'],
    ['another file of boxes', bytes(box('ftyp', 'isom', [0, 0, 0, 0], 'mp42')), 'byte 4'],
    ...['heic', 'heix', 'hevc'].map((brand): [string, Uint8Array, string] => [
      `HEIC, ${brand}`,
      bytes(box('ftyp', 'mif1', [0, 0, 0, 0], 'mif1', brand), box('meta', [0, 0, 0, 0], ispe(4, 4))),
      'it is HEIC, which most browsers do not read (byte 4)',
    ]),
    ['a JPEG that ends', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 9]), 'byte 13'],
    ['a GIF that ends', bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0, 0x21, 0xfe, 9]), 'byte 25'],
    ['a GIF without a frame', bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0, 0x3b]), 'it has no frame (byte 13)'],
    ['an AVIF without sizes', bytes(box('ftyp', 'avif', [0, 0, 0, 0]), box('meta', [0, 0, 0, 0])), 'byte 28'],
    [
      'an AVIF with two sizes',
      bytes(box('ftyp', 'avif'), box('meta', [0, 0, 0, 0], ispe(5, 5)), box('meta', [0, 0, 0, 0], ispe(5, 5))),
      'twice (byte 44)',
    ],
    ['a picture of no size', pngOf(1, 1, () => [0, 0, 0, 0], { said: { width: 0, height: 7 } }), '0 × 7'],
  ])('of %s is refused', async (_, picture, why) => {
    await expect(headerIn(picture)).rejects.toThrow(why);
  });

  const size = { width: null, height: null, percent: 100 };
  const wish: Wish = { ...size, to: 'same', quality: 80, best: false, limit_megapixels: 50, limit_seconds: 60 };
  const repeated = (size: number, part: Uint8Array) =>
    Uint8Array.from({ length: size }, (_, at) => part[at % part.length] ?? 0);
  const frame = bytes([0xff, 0xc0, 0, 17, 8, 0, 3, 0, 5, 3, 1, 0x22, 0]);
  const segment = (size: number) => {
    const length = size - 2;
    return Buffer.concat([bytes([0xff, 0xe0, length >> 8, length & 255]), Buffer.alloc(size - 4)]);
  };
  /** Counts how often it is read. */
  function counted(...parts: Uint8Array[]) {
    const all = Buffer.concat(parts);
    let reads = 0;
    const read = async (start: number, end: number) => {
      reads += 1;
      return new Uint8Array(all.subarray(start, end));
    };
    return { file: { name: 'a', size: all.length, last_modified: 0, read }, reads: () => reads };
  }

  test.each([
    ['JPEG of filling', bytes([0xff, 0xd8]), bytes([0xff]), /cut off \(byte 8388\d{3}\)/],
    ['JPEG of small segments', bytes([0xff, 0xd8]), bytes([0xff, 0xe0, 0, 2]), /4096 segments .*\(byte 16386\)/],
    ['JPEG of marks', bytes([0xff, 0xd8]), bytes([0xff, 0xd0]), /4096 segments .*\(byte 8194\)/],
    [
      'GIF of small blocks',
      bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0, 0x21, 0xfe]),
      bytes([1, 7]),
      /4096 blocks .*\(byte 8\d{3}\)/,
    ],
    [
      'GIF of empty blocks',
      bytes('GIF89a', [1, 0, 1, 0, 0, 0, 0]),
      bytes([0x21, 0xfe, 0]),
      /4096 blocks .*\(byte \d+\)/,
    ],
    [
      'AVIF of small boxes behind its size',
      bytes(box('ftyp', 'avif'), box('meta', [0, 0, 0, 0], ispe(5, 5))),
      bytes(box('free')),
      /4096 boxes .*\(byte 32\d{3}\)/,
    ],
    ['AVIF of small boxes', bytes(box('ftyp', 'avif')), bytes(box('free')), /4096 boxes .*\(byte 32772\)/],
  ])('of %s is refused after a few reads', async (_, start, part, why) => {
    const { file, reads } = counted(start, repeated(8 * MiB, part));
    await expect(sourceOf(file, wish)).rejects.toThrow(why);
    expect(reads()).toBeLessThanOrEqual(130);
  });

  test.each(['meta', 'moov'])('of an AVIF whose %s is too large to be searched is refused', async (name) => {
    const free = box('free', Array(60_000).fill(0));
    const padding = Buffer.concat(Array.from({ length: 18 }, () => bytes(free)));
    const size = padding.length + 8;
    const large = [bytes([size >> 24, size >> 16, size >> 8, size], name), padding];
    const { file } = counted(bytes(box('ftyp', 'avis')), ...large);
    await expect(sourceOf(file, wish)).rejects.toThrow(/its header has \d+ bytes; .* 1048576 \(byte \d+\)/);
  });

  test.each([
    ['filling', (size: number) => repeated(size, bytes([0xff]))],
    ['segments', (size: number) => Buffer.concat([segment(1_000), segment(size - 1_000)])],
  ])('is found behind %s, wherever the blocks end in which it is read', async (_, before) => {
    for (let size = 64 * 1024 - 24; size < 64 * 1024 + 12; size += 1) {
      const { file } = counted(bytes([0xff, 0xd8]), before(size), frame, repeated(100_000, bytes([1])));
      expect((await sourceOf(file, wish)).header).toEqual({ format: 'jpeg', width: 5, height: 3 });
    }
  });

  test('of anything is read or refused, and never takes long', async () => {
    const starts = ['', '\xff\xd8', '\x89PNG\r\n\x1a\n', 'GIF89a', 'RIFF....WEBPVP8X', '\0\0\0\x10ftypavif'];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }), async (start, rest) => {
        const found = await headerIn(bytes(start, [...rest])).catch((error: Error) => error.message);
        if (typeof found === 'string') expect(found).toMatch(/byte \d+/);
        else expect(Math.min(found.width, found.height)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('how a picture was held', () => {
  const tiff = (orientation: number, little: boolean) => {
    const u16 = (n: number) => (little ? [n & 255, n >> 8] : [n >> 8, n & 255]);
    const u32 = (n: number) => (little ? [...u16(n), 0, 0] : [0, 0, ...u16(n)]);
    const entry = (tag: number, value: number) => [...u16(tag), ...u16(3), ...u32(1), ...u16(value), 0, 0];
    const mark = little ? 0x49 : 0x4d;
    return [[mark, mark], u16(42), u32(8), u16(2), entry(0x0100, 7), entry(0x0112, orientation), u32(0)].flat();
  };
  const u32le = (n: number) => [n & 255, n >> 8, 0, 0];
  const pngWith = (exif: number[]) => {
    const picture = pngOf(2, 1, () => [0, 0, 0, 255]);
    return bytes(
      [...picture.subarray(0, 33)],
      [0, 0, 0, exif.length],
      'eXIf',
      exif,
      [0, 0, 0, 0],
      [...picture.subarray(33)],
    );
  };
  const webpWith = (exif: number[], before = '') => {
    const body = [...bytes(before, exif)];
    return bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', u32le(3), [1, 2, 3, 0], 'EXIF', u32le(body.length), body);
  };

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('is read where PNG and WebP have it: %i', (orientation) => {
    for (const little of [true, false]) {
      expect(orientationIn(pngWith(tiff(orientation, little)), 'png')).toBe(orientation);
      expect(orientationIn(webpWith(tiff(orientation, little)), 'webp')).toBe(orientation);
      expect(orientationIn(webpWith(tiff(orientation, little), 'Exif\0\0'), 'webp')).toBe(orientation);
    }
  });

  test('is upright where nothing says so, or nonsense does, and never takes long to find out', () => {
    expect(orientationIn(pngWith(tiff(0, true)), 'png')).toBe(1);
    expect(orientationIn(pngWith(tiff(9, true)), 'png')).toBe(1);
    expect(
      orientationIn(
        pngOf(2, 1, () => [0, 0, 0, 0]),
        'png',
      ),
    ).toBe(1);
    fc.assert(
      fc.property(
        fc.constantFrom('png' as const, 'webp' as const, 'avif' as const),
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(60),
        (format, noise, cut) => {
          const whole = format === 'png' ? pngWith([...noise]) : webpWith([...noise]);
          const found = orientationIn(whole.subarray(0, whole.length - cut), format);
          expect(found >= 1 && found <= 8).toBe(true);
        },
      ),
    );
  });

  // As stored: 1 2 3 above 4 5 6.
  test.each<[Orientation, number[][]]>([
    [
      1,
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      2,
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
    [
      3,
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      4,
      [
        [4, 5, 6],
        [1, 2, 3],
      ],
    ],
    [
      5,
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      6,
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
    [
      7,
      [
        [6, 3],
        [5, 2],
        [4, 1],
      ],
    ],
    [
      8,
      [
        [3, 6],
        [2, 5],
        [1, 4],
      ],
    ],
  ])('does not matter any more when it is turned: %i', (orientation, rows) => {
    const data = new Uint8ClampedArray(Uint32Array.of(1, 2, 3, 4, 5, 6).buffer);
    const upright = turned({ data, width: 3, height: 2 }, orientation);
    const pixels = [...new Uint32Array(upright.data.buffer)];
    expect(
      Array.from({ length: upright.height }, (_, y) => pixels.slice(y * upright.width, (y + 1) * upright.width)),
    ).toEqual(rows);
  });
});

test('a bomb of any format is refused by what its header says, and nothing of it is decoded', async () => {
  const big = [0xff, 0xff];
  const bombs = {
    'a.png': pngOf(1, 1, () => [0, 0, 0, 0], { said: { width: 65_535, height: 65_535 } }),
    'a.jpg': bytes([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, ...big, ...big, 3, 1, 0x22, 0]),
    'a.gif': gif(65_535, 65_535),
    'frame.gif': gif(1, 1, { frame: [0, 0, 65_535, 65_535] }),
    'lossy.webp': bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 ', [0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0xff, 0x3f, 0xff, 0x3f]),
    'lossless.webp': bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8L', [0, 0, 0, 0, 0x2f, 0xff, 0xff, 0xff, 0x0f]),
    'extended.webp': bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 0xfe, 0xff, 0, 0xfe, 0xff, 0]),
    'a.avif': bytes(box('ftyp', 'avif', [0, 0, 0, 0], 'mif1'), box('meta', [0, 0, 0, 0], ispe(65_535, 65_535))),
  };
  const files = Object.entries(bombs).map(([name, picture]) => bytesFile(name, picture));
  const { result } = await outputsOf(job, { files, input: (refs) => ({ files: refs }) });
  const said = (name: string) => (/^lossy|^lossless/.test(name) ? '16383 × 16383|16384 × 16384' : '65535 × 65535');
  const { files: rows } = result as { files: { name: string; error: string }[] };
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(bombs));
  for (const { name, error } of rows) {
    expect(error).toMatch(new RegExp(`^its header says (?:${said(name)}) pixels, more than 50 megapixels$`));
  }
});

test.each([
  [
    { width: 100, height: null, percent: 100 },
    { width: 100, height: 50 },
  ],
  [
    { width: null, height: 10, percent: 100 },
    { width: 20, height: 10 },
  ],
  [
    { width: 100, height: 10, percent: 30 },
    { width: 20, height: 10 },
  ],
  [
    { width: 9_000, height: 9_000, percent: 100 },
    { width: 400, height: 200 },
  ],
  [
    { width: null, height: null, percent: 25 },
    { width: 100, height: 50 },
  ],
  [
    { width: 1, height: null, percent: 100 },
    { width: 1, height: 1 },
  ],
])('400 × 200 fits %j as %j', (wish, size) => {
  expect(fitted({ width: 400, height: 200 }, wish)).toEqual(size);
});

test.each([
  ['a/b.gif', 'png', 'a/b.png'],
  ['a.JPEG', 'jpeg', 'a.JPEG'],
  ['a.b.png', 'jpeg', 'a.b.jpg'],
  ['a/.png', 'webp', 'a/.png.webp'],
  ['photo', 'avif', 'photo.avif'],
] as const)('%s as %s is called %s', (name, to, becomes) => {
  expect(nameOf(name, to)).toBe(becomes);
});

test.each([
  ['cannot be loaded', 'A worker of the job could not be loaded.'],
  ['does not start', 'A worker of the job did not start.'],
])('a thread that %s is no fault of the pictures: the task fails', async (what, why) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  onTestFinished(() => void vi.unstubAllGlobals());
  vi.stubGlobal('navigator', {});
  vi.stubGlobal(
    'Worker',
    class {
      onerror: ((event: object) => void) | null = null;
      constructor() {
        if (what === 'cannot be loaded') setTimeout(() => this.onerror?.({ preventDefault: () => {} }));
      }
      terminate() {}
    },
  );
  const sources = { 'a.png': pngOf(1, 1, () => [0, 0, 0, 255]) };
  let ended = false;
  const run = undisturbed(job, { files: refsTo(sources), zip: false }, { sources }).finally(() => {
    ended = true;
  });
  const failed = expect(run).rejects.toThrow(why);
  while (!ended) await vi.advanceTimersByTimeAsync(1_000);
  await failed;
});

describe('a codec that cannot be had', () => {
  const pixels = { data: new Uint8ClampedArray(4), width: 1, height: 1 };

  // Nobody hands out files here, as when there is no network.
  test.each([
    ['to write JPEG', () => encode(pixels, 'jpeg', 80)],
    ['to write PNG', () => encode(pixels, 'png', 80)],
    ['to write WebP', () => encode(pixels, 'webp', 80)],
    ['to write AVIF', () => encode(pixels, 'avif', 80)],
    ['to read JPEG', () => decode(Uint8Array.of(0xff, 0xd8, 0xff, 0xd9), 'jpeg')],
    ['to read PNG', () => decode(new Uint8Array(8), 'png')],
    ['to read WebP', () => decode(new Uint8Array(8), 'webp')],
    ['to read AVIF', () => decode(new Uint8Array(8), 'avif')],
    ['to scale', () => scale(pixels, { width: 2, height: 2 })],
  ] as const)('is told as a part of the code that was lost: %s', async (_, use) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => void vi.restoreAllMocks());
    const error = await use().catch((error: Error) => error);
    expect(error).toBeInstanceOf(Error);
    expect(isPartLost((error as Error).message)).toBe(true);
  });

  test('is no fault of the pictures; what a decoder says of one is, in whatever words', async () => {
    const lost = partLost('the encoder of AVIF', new TypeError('Failed to fetch')).message;
    let said: Answer = { error: lost };
    vi.stubGlobal('navigator', {});
    vi.stubGlobal(
      'Worker',
      class {
        onmessage: ((event: { data: Answer }) => void) | null = null;
        constructor() {
          setTimeout(() => this.onmessage?.({ data: 'ready' }));
        }
        postMessage() {
          setTimeout(() => this.onmessage?.({ data: said }));
        }
        terminate() {}
      },
    );
    onTestFinished(() => void vi.unstubAllGlobals());
    const sources = { 'a.png': pngOf(1, 1, () => [0, 0, 0, 255]) };
    const run = undisturbed(job, { files: refsTo(sources), to: 'avif', zip: false }, { sources });
    await expect(run).rejects.toThrow(lost);
    for (const words of ['Failed to fetch', 'Load failed', 'NetworkError when attempting to fetch resource.']) {
      said = { error: words };
      const { result } = await undisturbed(job, { files: refsTo(sources), zip: false }, { sources });
      expect(result).toMatchObject({ failed: 1, files: [{ error: words }] });
    }
  });
});

test('the ZIP opens elsewhere, and has a name for each', async (context) => {
  const picture = pngOf(40, 30, (x, y) => [x * 6, y * 8, 0, 255]);
  const files = [bytesFile('d/a.png', picture), bytesFile('d/a.png', picture), bytesFile('d/ü.png', picture)];
  const { outputs, result } = await outputsOf(job, { files, input: (refs) => ({ files: refs, to: 'jpeg' }) });
  expect(result).toMatchObject({ pictures: 3, failed: 0, before: 3 * picture.length });
  const folder = await folderOf(outputs);
  const { error, status, stdout } = spawnSync('unzip', ['-t', 'pictures.zip'], { cwd: folder, encoding: 'utf8' });
  context.skip(Boolean(error), 'no unzip here');
  expect(stdout).toContain('d/a (2).jpg');
  expect(status).toBe(0);
});

test('a task that goes on says how far it was while it opens its files', async () => {
  const sources = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`${n}`, bytes('no picture')]));
  const input = { files: refsTo(sources), zip: false };
  vi.stubGlobal('navigator', {});
  onTestFinished(() => void vi.unstubAllGlobals());
  const { yields } = await undisturbed(job, input, { sources });
  const { yields: after } = await killedAt(job, input, { sources }, 200);
  expect(yields[199]?.done).toBeGreaterThan(0);
  expect(after[0]).toMatchObject({ done: yields[199]?.done, message: '100 of 250 files opened' });
});
