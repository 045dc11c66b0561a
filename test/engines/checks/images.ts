import { client, run } from '../app.ts';
import { expect } from '../expect.ts';
import { test } from '../harness.ts';

const [WIDTH, HEIGHT] = [80, 40];
const COLORS = ['#f00', '#0f0', '#00f', '#fff'];
/** The corners of that picture, as they are seen: above left, above right, below left, below right (Exif 2.32, 4.6.4, tag 274). */
const UPRIGHT = ['RGBW', 'GRWB', 'WBGR', 'BWRG', 'RBGW', 'BRWG', 'WGBR', 'GWRB'];

async function painted(type: string): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext('2d');
  for (const [i, color] of COLORS.entries()) {
    if (!context) throw new Error('There is no canvas.');
    context.fillStyle = color;
    context.fillRect((i % 2) * (WIDTH / 2), Math.floor(i / 2) * (HEIGHT / 2), WIDTH / 2, HEIGHT / 2);
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(`No ${type}.`))), type, 1),
  );
}

/** The segment of a JPEG that says how it was held. */
const exif = (orientation: number) =>
  Uint8Array.of(
    ...[0xff, 0xe1, 0, 34],
    ...new TextEncoder().encode('Exif\0\0MM\0*'),
    ...[0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
  );

/** Which color each corner of a picture has, and its size. */
async function seen(picture: Blob) {
  const image = new Image();
  image.src = URL.createObjectURL(picture);
  await image.decode();
  URL.revokeObjectURL(image.src);
  const { naturalWidth: width, naturalHeight: height } = image;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  context?.drawImage(image, 0, 0);
  const letterAt = (x: number, y: number) => {
    const [r = 0, g = 0, b = 0] = context?.getImageData(x * width, y * height, 1, 1).data ?? [];
    return r > 128 && g > 128 && b > 128 ? 'W' : r > 128 ? 'R' : g > 128 ? 'G' : b > 128 ? 'B' : '?';
  };
  const [near, far] = [0.25, 0.75];
  return {
    width,
    height,
    corners: letterAt(near, near) + letterAt(far, near) + letterAt(near, far) + letterAt(far, far),
  };
}

test('a JPEG that was held in any way comes out upright, and smaller', async () => {
  const jpeg = await painted('image/jpeg');
  const files = [];
  for (const n of UPRIGHT.keys()) {
    const held = new File([jpeg.slice(0, 2), exif(n + 1), jpeg.slice(2)], `${n + 1}.jpg`);
    files.push({ file_id: (await client.addFile(held)).file_id });
  }
  const task = await run('images', { files, zip: false, width: 40, height: 40 });
  expect([task.error, task.status]).toEqual([null, 'completed']);
  for (const [n, corners] of UPRIGHT.entries()) {
    const picture = await client.output(task.task_id, `${n + 1}.jpg`);
    const [width, height] = n < 4 ? [40, 20] : [20, 40];
    expect(await seen(picture), `orientation ${n + 1}`).toEqual({ width, height, corners });
    const text = new TextDecoder('latin1').decode(await picture.arrayBuffer());
    expect(text.includes('Exif'), 'whether it still says how it was held').toBe(false);
  }
});

test('JPEG, PNG, WebP and AVIF come out of a PNG, whatever of them the browser writes itself', async () => {
  const { file_id } = await client.addFile(new File([await painted('image/png')], 'a.png'));
  for (const format of ['jpeg', 'png', 'webp', 'avif']) {
    const task = await run('images', { files: [{ file_id }], zip: false, to: format });
    expect([format, task.error, task.status]).toEqual([format, null, 'completed']);
    const [made] = task.files.filter(({ name }) => name.startsWith('a.'));
    expect(made?.type, 'the type').toBe(`image/${format}`);
    expect(made?.size ?? 0, 'its bytes').toBeAtLeast(1);
  }
});
