/** A decoded picture, upright: by the browser where it can, by jSquash where it cannot. */
import { isPartLost } from '../../../src/core/part-lost.ts';
import { decode, encode, type Pixels, scale } from './codecs.ts';
import { browserTurns, matrixOf, type Orientation, orientationIn, sizeAt, turned } from './orientation.ts';
import { drawsItself, type Order, type Size, type Target, TYPES, takesCodec } from './plan.ts';

export interface Picture extends Size {
  encoded(size: Size, to: Target, quality: number, best: boolean): Promise<Uint8Array<ArrayBuffer>>;
  close(): void;
}

export const pictureOf = (order: Order): Promise<Picture> =>
  drawsItself() ? native(order).catch((error: unknown) => decoded(order, error)) : portable(order);

async function native({ bytes, format }: Order): Promise<Picture> {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: TYPES[format] }), {
    imageOrientation: 'from-image',
  });
  const held = orientationIn(bytes, format);
  return drawn(bitmap, held === 1 || (await browserTurns(format)) ? 1 : held);
}

/** One that the browser does not read. Throws why, unless a codec does. */
async function decoded(order: Order, why: unknown): Promise<Picture> {
  try {
    const { data, width, height } = await uprightOf(order);
    return drawn(await createImageBitmap(new ImageData(data, width, height)), 1);
  } catch (error) {
    // Every browser reads the other formats: what it refuses of those is broken, more likely than not, whether the codec can be had or not.
    if (order.format === 'avif' && error instanceof Error && isPartLost(error.message)) throw error;
    throw why;
  }
}

function drawn(bitmap: ImageBitmap, orientation: Orientation): Picture {
  return {
    ...sizeAt(bitmap, orientation),
    async encoded(size, to, quality, best) {
      const made = await onCanvas(bitmap, orientation, size, to, quality, await takesCodec(to, best));
      return made instanceof Blob ? new Uint8Array(await made.arrayBuffer()) : encode(made, to, quality);
    },
    close: () => bitmap.close(),
  };
}

/** `raw`: its pixels, for a codec; otherwise what the browser writes. */
async function onCanvas(
  bitmap: ImageBitmap,
  orientation: Orientation,
  { width, height }: Size,
  to: Target,
  quality: number,
  raw: boolean,
): Promise<Pixels | Blob> {
  const canvas = new OffscreenCanvas(width, height);
  try {
    const context = canvas.getContext('2d');
    if (!context) throw new Error('this browser has no canvas for it');
    if (to === 'jpeg') {
      context.fillStyle = 'white';
      context.fillRect(0, 0, width, height);
    }
    context.imageSmoothingQuality = 'high';
    const stored = sizeAt({ width, height }, orientation);
    context.setTransform(...matrixOf(orientation, stored));
    context.drawImage(bitmap, 0, 0, stored.width, stored.height);
    if (!raw) return await canvas.convertToBlob({ type: TYPES[to], quality: quality / 100 });
    const { data } = context.getImageData(0, 0, width, height);
    return { data: new Uint8ClampedArray(data.buffer as ArrayBuffer), width, height };
  } finally {
    // Gives its pixels back now: otherwise they stay until garbage is collected, which knows nothing of how large they are.
    canvas.width = 0;
    canvas.height = 0;
  }
}

const uprightOf = async ({ bytes, format }: Order): Promise<Pixels> =>
  turned(await decode(bytes, format), orientationIn(bytes, format));

async function portable(order: Order): Promise<Picture> {
  const pixels = await uprightOf(order);
  return {
    width: pixels.width,
    height: pixels.height,
    async encoded(size, to, quality) {
      const scaled = await scale(pixels, size);
      return encode(to === 'jpeg' ? onWhite(scaled) : scaled, to, quality);
    },
    close: () => {},
  };
}

/** JPEG has nothing that can be seen through. */
function onWhite({ data, width, height }: Pixels): Pixels {
  const opaque = data.slice();
  for (let at = 0; at < opaque.length; at += 4) {
    const alpha = opaque[at + 3] ?? 255;
    if (alpha === 255) continue;
    for (let color = at; color < at + 3; color += 1) {
      opaque[color] = ((opaque[color] ?? 0) * alpha + 255 * (255 - alpha)) / 255;
    }
    opaque[at + 3] = 255;
  }
  return { data: opaque, width, height };
}
