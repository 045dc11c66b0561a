import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Page } from '@playwright/test';
import { serve } from '../../scripts/serve.mjs';
import type { FileRef } from '../../src/core/job.ts';
import { bytesFile, type GateFile } from '../gate/gate.ts';
import { slowJpeg } from '../gate/jpeg-file.ts';
import { pngOf } from '../gate/png-file.ts';
import { dist, expect, finished, open, reached, submit, test } from './app.ts';
import { TURNS, turnedAvif } from './avif.ts';

type Corners = [string, string, string, string];

/** How a picture with these corners is to be shown that is stored as red, green / blue, white (Exif 2.32, 4.6.4, tag 274). */
const UPRIGHT: Record<number, Corners> = {
  1: ['red', 'green', 'blue', 'white'],
  2: ['green', 'red', 'white', 'blue'],
  3: ['white', 'blue', 'green', 'red'],
  4: ['blue', 'white', 'red', 'green'],
  5: ['red', 'blue', 'green', 'white'],
  6: ['blue', 'red', 'white', 'green'],
  7: ['white', 'green', 'blue', 'red'],
  8: ['green', 'white', 'red', 'blue'],
};
/** Two frames of 4 × 4, red and then blue. */
const GIF =
  'R0lGODlhBAAEAIEAAP8AAAAA/wAAAAAAACH/C05FVFNDQVBFMi4wAwEAAAAh+QQAMgAAACwAAAAABAAEAAACCgQIECBAgAABAgUAIfkEADIAAAAsAAAAAAQABAAAAgpMmDBhwoQJEyYFADs=';
const SECRET = 'where it was taken';

/** What says how a picture was held and where. */
function tiffOf(orientation: number): number[] {
  const place = [...Buffer.from(`${SECRET}\0`)];
  const u16 = (n: number) => [n & 255, n >> 8];
  const u32 = (n: number) => [...u16(n & 0xffff), ...u16(n >>> 16)];
  const gps = 8 + 2 + 2 * 12 + 4;
  return [
    ...Buffer.from('II*\0'),
    ...u32(8),
    ...u16(2),
    ...[...u16(0x0112), ...u16(3), ...u32(1), ...u16(orientation), 0, 0],
    ...[...u16(0x8825), ...u16(4), ...u32(1), ...u32(gps)],
    ...u32(0),
    ...u16(1),
    ...[...u16(0x12), ...u16(2), ...u32(place.length), ...u32(gps + 2 + 12 + 4)],
    ...u32(0),
    ...place,
  ];
}

/** The segment of a JPEG that has it. */
function exif(orientation: number): number[] {
  const body = [...Buffer.from('Exif\0\0'), ...tiffOf(orientation)];
  return [0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255, ...body];
}

const u32le = (n: number) => Buffer.from(Uint32Array.of(n).buffer);

/** A PNG or WebP with it: where the format has a place for it. */
function withExif(picture: Buffer, format: 'png' | 'webp', orientation: number): Uint8Array<ArrayBuffer> {
  const tiff = Buffer.from(tiffOf(orientation));
  if (format === 'png') {
    const body = Buffer.concat([Buffer.from('eXIf'), tiff]);
    const [size, sum] = [u32le(tiff.length).reverse(), u32le(crc32(body)).reverse()];
    return new Uint8Array(Buffer.concat([picture.subarray(0, 33), size, body, sum, picture.subarray(33)]));
  }
  const chunk = Buffer.concat([Buffer.from('EXIF'), u32le(tiff.length), tiff, Buffer.alloc(tiff.length % 2)]);
  const chunks = Buffer.from(picture.subarray(12));
  // Chromium writes the extended kind, for its color profile; there a flag says that there is more.
  expect(chunks.subarray(0, 4).toString()).toBe('VP8X');
  chunks.writeUInt8(chunks.readUInt8(8) | 8, 8);
  const body = Buffer.concat([Buffer.from('WEBP'), chunks, chunk]);
  return new Uint8Array(Buffer.concat([Buffer.from('RIFF'), u32le(body.length), body]));
}

/** A picture of 80 × 40 with four colors; or of one. */
async function painted(page: Page, type: string, colors = ['red', 'green', 'blue', 'white']): Promise<Buffer> {
  const bytes = await page.evaluate(
    async ([type, colors]) => {
      const canvas = new OffscreenCanvas(80, 40);
      const context = canvas.getContext('2d');
      for (const [i, color] of colors.entries()) {
        if (!context) throw new Error('no canvas');
        context.fillStyle = color;
        context.fillRect(
          (i % 2) * 40,
          Math.floor(i / 2) * 20,
          colors.length > 1 ? 40 : 80,
          colors.length > 1 ? 20 : 40,
        );
      }
      return [...new Uint8Array(await (await canvas.convertToBlob({ type, quality: 1 })).arrayBuffer())];
    },
    [type, colors] as const,
  );
  return Buffer.from(bytes);
}

/** A JPEG of these colors, with this segment behind its first mark; gives its file id. */
async function addJpeg(page: Page, name: string, segment: number[]): Promise<string> {
  const jpeg = await painted(page, 'image/jpeg');
  const parts = [jpeg.subarray(0, 2), Buffer.from(segment), jpeg.subarray(2)];
  return addFile(page, bytesFile(name, new Uint8Array(Buffer.concat(parts))));
}

const addFile = (page: Page, { name, parts }: GateFile) =>
  page.evaluate(
    async ([name, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      return (await globalThis.holdfast.addFile(new File([bytes], name))).file_id;
    },
    [name, Buffer.concat([...parts()]).toString('base64')] as const,
  );

/** What an output shows: its size, the colors near its corners, and its bytes as text. */
const shown = (page: Page, task_id: string, name: string) =>
  page.evaluate(
    async ([task_id, name]) => {
      const url = new URL(`tasks/${task_id}/files/${encodeURIComponent(name)}`, globalThis.holdfast.base);
      const blob = await (await fetch(url)).blob();
      const bitmap = await createImageBitmap(new Blob([blob]), { imageOrientation: 'none' });
      const { width, height } = bitmap;
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      const at = (x: number, y: number) => {
        const [red = 0, green = 0, blue = 0] = context?.getImageData(x, y, 1, 1).data ?? [];
        if (red > 180 && green > 180 && blue > 180) return 'white';
        return red > 180 ? 'red' : blue > 180 ? 'blue' : green > 90 && red < 80 && blue < 80 ? 'green' : 'none';
      };
      const [x, y] = [Math.floor(width / 4), Math.floor(height / 4)];
      const corners = [at(x, y), at(3 * x, y), at(x, 3 * y), at(3 * x, 3 * y)];
      return { width, height, corners, text: String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())) };
    },
    [task_id, name] as const,
  );

test('pictures that were held in any way come out upright, without where they were taken', async ({ page, site }) => {
  await open(page, site.url);
  const files = [];
  for (const [orientation] of Object.entries(UPRIGHT)) {
    files.push({ file_id: await addJpeg(page, `${orientation}.jpg`, exif(Number(orientation))) });
  }
  for (const best of [false, true]) {
    const { task_id } = await submit(page, 'images', { files, zip: false, width: 40, height: 40, best });
    expect(await finished(page, task_id)).toMatchObject({ status: 'completed', result: { pictures: 8, failed: 0 } });
    for (const [orientation, corners] of Object.entries(UPRIGHT)) {
      const { text, ...picture } = await shown(page, task_id, `${orientation}.jpg`);
      const [width, height] = Number(orientation) < 5 ? [40, 20] : [20, 40];
      expect({ orientation, ...picture }).toEqual({ orientation, corners, width, height });
      expect(text).not.toContain('Exif');
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain('\xff\xe1');
    }
  }
});

test('so do PNG and WebP, which have a place for that as well, also where the browser does not look there', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  for (const format of ['png', 'webp'] as const) {
    const picture = await painted(page, `image/${format}`);
    const files = [];
    for (const orientation of Object.keys(UPRIGHT)) {
      const bytes = withExif(picture, format, Number(orientation));
      files.push({ file_id: await addFile(page, bytesFile(`${orientation}.${format}`, bytes)) });
    }
    const { task_id } = await submit(page, 'images', { files, zip: false, width: 40, height: 40, quality: 95 });
    expect(await finished(page, task_id)).toMatchObject({ status: 'completed', result: { pictures: 8, failed: 0 } });
    for (const [orientation, corners] of Object.entries(UPRIGHT)) {
      const { text, ...shows } = await shown(page, task_id, `${orientation}.${format}`);
      const [width, height] = Number(orientation) < 5 ? [40, 20] : [20, 40];
      expect({ format, orientation, ...shows }).toEqual({ format, orientation, corners, width, height });
      expect(text).not.toContain(SECRET);
      expect(text).not.toMatch(/EXIF|eXIf/);
    }
  }
});

test('and AVIF, which says it in a way of its own', async ({ page, site }) => {
  await open(page, site.url);
  const source = { file_id: await addJpeg(page, 'a.jpg', []) };
  const made = await submit(page, 'images', { files: [source], to: 'avif', zip: false, quality: 95 });
  const name = (await finished(page, made.task_id)).files[0]?.name ?? '';
  const { text } = await shown(page, made.task_id, name);
  const files = [];
  for (const [orientation, turn] of Object.entries(TURNS)) {
    const bytes = new Uint8Array(turnedAvif(Buffer.from(text, 'latin1'), turn));
    files.push({ file_id: await addFile(page, bytesFile(`${orientation}.avif`, bytes)) });
  }
  for (const to of ['png', 'avif']) {
    const { task_id } = await submit(page, 'images', { files, to, zip: false, width: 40, height: 40 });
    expect(await finished(page, task_id)).toMatchObject({ status: 'completed', result: { pictures: 8, failed: 0 } });
    for (const [orientation, corners] of Object.entries(UPRIGHT)) {
      const { text, ...shows } = await shown(page, task_id, `${orientation}.${to}`);
      const [width, height] = Number(orientation) < 5 ? [40, 20] : [20, 40];
      expect({ to, orientation, ...shows }).toEqual({ to, orientation, corners, width, height });
      expect(text).not.toMatch(/irot|imir/);
    }
  }
});

test('of a moving picture the first frame remains', async ({ page, site }) => {
  await open(page, site.url);
  const red = await painted(page, 'image/webp', ['red']);
  const blue = await painted(page, 'image/webp', ['blue']);
  const pixelsOf = (webp: Buffer) => {
    for (let at = 12; at < webp.length; ) {
      const size = webp.readUInt32LE(at + 4);
      const end = at + 8 + size + (size % 2);
      if (/^VP8[ L]$/.test(webp.subarray(at, at + 4).toString())) return webp.subarray(at, end);
      at = end;
    }
    throw new Error('no pixels');
  };
  const chunk = (name: string, body: Buffer) => Buffer.concat([Buffer.from(name), u32le(body.length), body]);
  const size = Buffer.of(79, 0, 0, 39, 0, 0);
  const still = (webp: Buffer) =>
    chunk('ANMF', Buffer.concat([Buffer.alloc(6), size, Buffer.of(100, 0, 0, 0), pixelsOf(webp)]));
  const body = Buffer.concat([
    Buffer.from('WEBP'),
    chunk('VP8X', Buffer.concat([Buffer.of(2, 0, 0, 0), size])),
    chunk('ANIM', Buffer.alloc(6)),
    still(red),
    still(blue),
  ]);
  const moving = new Uint8Array(Buffer.concat([Buffer.from('RIFF'), u32le(body.length), body]));
  const files = [{ file_id: await addFile(page, bytesFile('moving.webp', moving)) }];
  files.push({ file_id: await addFile(page, bytesFile('moving.gif', own(GIF))) });
  const { task_id } = await submit(page, 'images', { files, to: 'png', zip: false });
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed', result: { pictures: 2, failed: 0 } });
  for (const name of ['moving.png', 'moving (2).png']) {
    const { corners } = await shown(page, task_id, name);
    expect({ name, corners }).toEqual({ name, corners: ['red', 'red', 'red', 'red'] });
  }
});

const MAGIC: Record<string, RegExp> = {
  jpeg: /^\xff\xd8\xff/,
  png: /^\x89PNG/,
  webp: /^RIFF[\s\S]{4}WEBP/,
  avif: /^[\s\S]{4}ftypavif/,
};

test('each format becomes each other, with sizes and a thumbnail', async ({ page, site }) => {
  await open(page, site.url);
  const source = await addJpeg(page, 'a.jpg', []);
  const gif = 'R0lGODlhAgACAPAAAP8AAP///yH5BAAAAAAALAAAAAACAAIAAAIDhCQFADs=';
  const files: FileRef[] = [{ file_id: source }, { file_id: await addFile(page, bytesFile('b.gif', own(gif))) }];
  for (const to of ['png', 'webp', 'avif']) {
    const { task_id } = await submit(page, 'images', { files: files.slice(0, 1), to, zip: false, quality: 95 });
    const { files: outputs } = await finished(page, task_id);
    files.push({ task_id, name: outputs[0]?.name ?? '' });
  }
  for (const [to, magic] of Object.entries(MAGIC)) {
    const { task_id } = await submit(page, 'images', { files, to, zip: false, percent: 50, quality: 95 });
    const task = await finished(page, task_id);
    expect(task).toMatchObject({ status: 'completed', result: { pictures: 5, failed: 0 } });
    const rows = (task.result as { files: { thumbnail: string; from: object; to: { name: string } }[] }).files;
    expect(rows[0]).toMatchObject({ from: { format: 'jpeg', width: 80, height: 40 }, to: { format: to, width: 40 } });
    expect(rows[1]).toMatchObject({ from: { format: 'gif', width: 2, height: 2 }, to: { width: 1, height: 1 } });
    for (const [index, row] of rows.entries()) {
      expect(row.thumbnail).toMatch(/^data:image\/jpeg;base64,\/9j\//);
      const { text, ...picture } = await shown(page, task_id, row.to.name);
      expect(text).toMatch(magic);
      if (index !== 1) expect(picture).toEqual({ width: 40, height: 20, corners: UPRIGHT[1] });
    }
  }
});

test('the page shows each picture small, with its sizes before and after, and which were left out', async ({
  page,
  site,
}) => {
  await open(page, site.url);
  const files = [
    { file_id: await addJpeg(page, 'a.jpg', []) },
    { file_id: await addFile(page, bytesFile('broken.png', own('iVBORw0KGgo='))) },
  ];
  const { task_id } = await submit(page, 'images', { files, to: 'png', percent: 50 });
  await finished(page, task_id);
  await page.goto(`${site.url}#/tasks/${task_id}`);
  const [made, broken] = [page.getByRole('listitem').filter({ hasText: 'a.png' }), page.getByText(/^left out: /)];
  await expect(made).toContainText(/80 × 40, .+ → 40 × 20, /);
  await expect
    .poll(() => made.locator('img').evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]))
    .toEqual([80, 40]);
  await expect(broken).toContainText('its header');
});

test('with a lower quality there are fewer bytes', async ({ page, site }) => {
  await open(page, site.url);
  const picture = pngOf(300, 200, (x, y) => [(x * y) % 256, (x + y) % 256, (x ^ y) & 255, 255]);
  const files = [{ file_id: await addFile(page, bytesFile('a.png', picture)) }];
  for (const way of [{ to: 'jpeg' }, { to: 'jpeg', best: true }, { to: 'webp' }, { to: 'avif' }]) {
    const sizes = [];
    for (const quality of [20, 60, 95]) {
      const { task_id } = await submit(page, 'images', { files, ...way, quality, zip: false });
      const { result } = await finished(page, task_id);
      sizes.push((result as { after: number }).after);
    }
    const [low = 0, middle = 0, high = 0] = sizes;
    expect({ way, sizes, rises: 0 < low && low < middle && middle < high }).toMatchObject({ rises: true });
  }
});

const own = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

test('what is broken is left out and told, a bomb before it is unpacked', async ({ page, site }) => {
  await open(page, site.url);
  const good = pngOf(300, 200, (x, y) => [x % 256, y % 256, 0, 255]);
  const bomb = pngOf(1, 1, () => [0, 0, 0, 255], { said: { width: 60_000, height: 60_000 } });
  const sources = [bytesFile('good.png', good), bytesFile('bomb.png', bomb), bytesFile('half.png', good.slice(0, 60))];
  const files = [];
  for (const source of sources) files.push({ file_id: await addFile(page, source) });
  const { task_id } = await submit(page, 'images', { files, to: 'webp' });
  const task = await finished(page, task_id);
  expect(task).toMatchObject({
    status: 'completed',
    files: [{ name: 'pictures.zip' }],
    result: {
      pictures: 1,
      failed: 2,
      files: [
        { name: 'good.png', to: { name: 'good.webp', width: 300, height: 200 }, error: null },
        { name: 'bomb.png', to: null, error: expect.stringContaining('60000 × 60000') },
        { name: 'half.png', to: null, error: expect.any(String) },
      ],
    },
  });
  const failing = await submit(page, 'images', { files, on_error: 'fail' });
  const { status, error } = await finished(page, failing.task_id);
  expect(status).toBe('failed');
  expect(error?.detail).toContain('bomb.png: its header says');
});

test('a picture whose decoder does not end is ended and told, the others go on', async ({ page, site }) => {
  await open(page, site.url);
  const good = pngOf(300, 200, (x, y) => [x % 256, y % 256, 0, 255]);
  const files = [];
  // For two megabytes of file a decoder has minutes to do.
  for (const source of [bytesFile('good.png', good), bytesFile('slow.jpg', slowJpeg(4_000, 50_000))])
    files.push({ file_id: await addFile(page, source) });
  files.push({ file_id: await addFile(page, bytesFile('last.png', good)) });
  const { task_id } = await submit(page, 'images', { files, to: 'webp', limit_seconds: 5 });
  expect(await finished(page, task_id)).toMatchObject({
    status: 'completed',
    result: {
      pictures: 2,
      failed: 1,
      files: [
        { name: 'good.png', error: null },
        { name: 'slow.jpg', to: null, error: 'it was not done within 5 s' },
        { name: 'last.png', error: null },
      ],
    },
  });
});

test('what the browser reads and writes needs no codec', async ({ page, context, site }) => {
  await open(page, site.url);
  const files = [{ file_id: await addJpeg(page, 'a.jpg', []) }];
  const asked: string[] = [];
  context.on('request', (request) => asked.push(request.url()));
  const loaded = () => asked.filter((url) => url.endsWith('.wasm'));
  for (const to of ['jpeg', 'png', 'webp']) {
    const { task_id } = await submit(page, 'images', { files, to, zip: false });
    expect(await finished(page, task_id)).toMatchObject({ status: 'completed', result: { pictures: 1 } });
  }
  expect(loaded()).toEqual([]);
  // So one that is needed would have been seen.
  const { task_id } = await submit(page, 'images', { files, to: 'jpeg', best: true, zip: false });
  await finished(page, task_id);
  expect(loaded()).toContainEqual(expect.stringContaining('mozjpeg_enc'));
});

test('a cancel is heard while a codec computes', async ({ page, site }) => {
  await open(page, site.url);
  const large = bytesFile(
    'large.png',
    pngOf(3_000, 2_000, (x, y) => [(x * y) % 256, (x ^ y) & 255, (x + 7 * y) % 256, 255]),
  );
  const file_id = await addFile(page, large);
  const files = Array.from({ length: 20 }, () => ({ file_id }));
  const { task_id } = await submit(page, 'images', { files, to: 'avif' });
  await reached(page, task_id, 'running', 1);
  const task = await page.evaluate((task_id) => globalThis.holdfast.cancel(task_id), task_id);
  expect(task).toMatchObject({ status: 'canceled', files: [], stopped: { rung: 'return' } });
});

test('a codec that was used once is there without a network, and the first visit is spared it', async ({
  page,
  context,
  site,
}) => {
  await open(page, site.url);
  const codecs = () =>
    page.evaluate(async () => {
      const names: string[] = [];
      for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys())
          if (/avif_enc.*\.wasm$/.test(url)) names.push(url);
      }
      return names.length;
    });
  expect(await codecs()).toBe(0);
  const file_id = await addJpeg(page, 'a.jpg', []);
  const avif = async () => finished(page, (await submit(page, 'images', { files: [{ file_id }], to: 'avif' })).task_id);
  expect(await avif()).toMatchObject({ status: 'completed', result: { pictures: 1 } });
  expect(await codecs()).toBe(1);
  await site.close();
  await context.setOffline(true);
  await page.reload();
  await open(page, site.url);
  expect(await avif()).toMatchObject({ status: 'completed', result: { pictures: 1 } });
});

/** A copy of what was built, to be altered; `asset` gives the path of the one that is called so. */
async function copyOfDist() {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-images-'));
  await cp(dist, folder, { recursive: true });
  const site = await serve({ root: folder });
  return {
    url: site.url,
    async asset(name: RegExp): Promise<string> {
      const found = (await readdir(join(folder, 'assets'))).find((each) => name.test(each));
      return join(folder, 'assets', found ?? 'none');
    },
    async close() {
      await site.close();
      await rm(folder, { recursive: true });
    },
  };
}

test('a codec that cannot be had fails the task, and no picture is blamed; once it is there all is well', async ({
  page,
}) => {
  const site = await copyOfDist();
  const codec = await site.asset(/^avif_enc.*\.wasm$/);
  await rename(codec, `${codec}.away`);
  await open(page, site.url);
  const files = [{ file_id: await addJpeg(page, 'a.jpg', []) }];
  const lost = await submit(page, 'images', { files, to: 'avif' });
  expect(await finished(page, lost.task_id)).toMatchObject({
    status: 'failed',
    attempt: 3,
    error: { detail: expect.stringContaining('A part of the code could not be loaded, the encoder of AVIF: ') },
  });
  await rename(`${codec}.away`, codec);
  const { task_id } = await submit(page, 'images', { files, to: 'avif' });
  expect(await finished(page, task_id)).toMatchObject({ status: 'completed', result: { pictures: 1, failed: 0 } });
  await site.close();
});

test('what the browser does not read is read by a codec, and upright as well', async ({ page }) => {
  const site = await copyOfDist();
  const script = await site.asset(/^picture\.worker.*\.js$/);
  // A browser that reads no file of these formats.
  const refusing = `const read = createImageBitmap;
    self.createImageBitmap = (source, ...rest) =>
      source instanceof Blob ? Promise.reject(new Error('it is not read here')) : read(source, ...rest);\n`;
  await writeFile(script, refusing + (await readFile(script, 'utf8')));
  await open(page, site.url);
  const source = { file_id: await addJpeg(page, 'a.jpg', exif(6)) };
  const gif = { file_id: await addFile(page, bytesFile('a.gif', own(GIF))) };
  const files = [source, gif];
  for (const format of ['png', 'webp'] as const) {
    const bytes = withExif(await painted(page, `image/${format}`), format, 6);
    files.push({ file_id: await addFile(page, bytesFile(`a.${format}`, bytes)) });
  }
  const made = await submit(page, 'images', {
    files: [{ file_id: await addJpeg(page, 'b.jpg', []) }],
    to: 'avif',
    zip: false,
  });
  const { text } = await shown(page, made.task_id, (await finished(page, made.task_id)).files[0]?.name ?? '');
  const bytes = new Uint8Array(turnedAvif(Buffer.from(text, 'latin1'), TURNS[6] ?? {}));
  files.push({ file_id: await addFile(page, bytesFile('a.avif', bytes)) });
  const { task_id } = await submit(page, 'images', { files, to: 'png', width: 40, height: 40, zip: false });
  const task = await finished(page, task_id);
  expect(task).toMatchObject({ status: 'completed', result: { pictures: 4, failed: 1 } });
  expect(task.result).toMatchObject({ files: { 1: { name: 'a.gif', error: 'it is not read here' } } });
  for (const { name } of task.files) {
    const { text: _, ...shows } = await shown(page, task_id, name);
    expect({ name, ...shows }).toEqual({ name, width: 20, height: 40, corners: UPRIGHT[6] });
  }
  await site.close();
});
