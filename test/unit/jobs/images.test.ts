import 'fake-indexeddb/auto';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { headerOf } from '../../../workers/jobs/images/header.ts';
import { fitted, nameOf } from '../../../workers/jobs/images/plan.ts';
import { job } from '../../../workers/jobs/images/run.ts';
import { bytesFile } from '../../gate/gate.ts';
import { pngOf } from '../../gate/png-file.ts';
import { folderOf, outputsOf } from '../gate/outputs.ts';

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

describe('a header', () => {
  test.each([
    ['PNG', pngOf(3, 5, () => [0, 0, 0, 0]), { format: 'png', width: 3, height: 5 }],
    ['GIF', bytes('GIF89a', [0x2c, 1, 2, 0]), { format: 'gif', width: 300, height: 2 }],
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
  ])('of %s is read', async (_, picture, header) => {
    expect(await headerIn(picture)).toEqual(header);
  });

  test.each([
    ['nothing', bytes(''), 'byte 0'],
    ['a text', bytes('a text that goes on for a while, and then some'), 'byte 0'],
    ['another file of boxes', bytes(box('ftyp', 'isom', [0, 0, 0, 0], 'mp42')), 'byte 4'],
    ['a JPEG that ends', bytes([0xff, 0xd8, 0xff, 0xe0, 0, 9]), 'byte 13'],
    ['an AVIF without sizes', bytes(box('ftyp', 'avif', [0, 0, 0, 0]), box('meta', [0, 0, 0, 0])), 'byte 16'],
    ['a picture of no size', pngOf(1, 1, () => [0, 0, 0, 0], { said: { width: 0, height: 7 } }), '0 × 7'],
  ])('of %s is refused', async (_, picture, why) => {
    await expect(headerIn(picture)).rejects.toThrow(why);
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
