/** The encoders and decoders of jSquash, for what a browser does not do or does worse. Each is loaded when it is wanted. */
import type { AVIFModule } from '@jsquash/avif/codec/enc/avif_enc.js';
import type { Format } from './header.ts';
import type { Size, Target } from './plan.ts';

/** As `ImageData`: four bytes a pixel. */
export interface Pixels extends Size {
  data: Uint8ClampedArray<ArrayBuffer>;
}

const own = (bytes: Uint8Array | Uint8ClampedArray | ArrayBuffer): Uint8Array<ArrayBuffer> =>
  new Uint8Array(bytes instanceof ArrayBuffer ? bytes : (bytes.slice().buffer as ArrayBuffer));

export async function encode(pixels: Pixels, to: Target, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const { data, width, height } = pixels;
  // The codecs ask for an `ImageData`, and take these three of it.
  const image = new ImageData(data, width, height);
  switch (to) {
    case 'jpeg':
      return own(await (await import('@jsquash/jpeg/encode.js')).default(image, { quality }));
    case 'png':
      return own(await (await import('@jsquash/png/encode.js')).default(image));
    case 'webp':
      return own(await (await import('@jsquash/webp/encode.js')).default(image, { quality }));
    case 'avif':
      return encodeAvif(pixels, quality);
  }
}

/** Quicker than the default, which takes a minute for a photo, and a little larger. */
const SPEED = 8;

let avif: Promise<AVIFModule> | undefined;

/** By the encoder for one thread: the package's own choice would bring the one for several too, which needs another policy. */
async function encodeAvif({ data, width, height }: Pixels, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const [{ default: load }, { defaultOptions }] = await Promise.all([
    import('@jsquash/avif/codec/enc/avif_enc.js'),
    import('@jsquash/avif/meta.js'),
  ]);
  const loading = avif ?? load({ noInitialRun: true });
  avif = loading;
  const codec = await loading;
  const bytes = codec.encode(data, width, height, { ...defaultOptions, quality, speed: SPEED });
  if (!bytes) throw new Error('it could not be encoded as AVIF');
  return own(bytes);
}

/** A JPEG upright, others as they are stored. */
export async function decode(bytes: Uint8Array<ArrayBuffer>, format: Format): Promise<Pixels> {
  const { buffer } = bytes;
  switch (format) {
    case 'jpeg':
      return pixelsOf(await (await import('@jsquash/jpeg/decode.js')).default(buffer, { preserveOrientation: true }));
    case 'png':
      return pixelsOf(await (await import('@jsquash/png/decode.js')).default(buffer));
    case 'webp':
      return pixelsOf(await (await import('@jsquash/webp/decode.js')).default(buffer));
    default:
      throw new Error(`this browser cannot read ${format.toUpperCase()}`);
  }
}

const pixelsOf = ({ data, width, height }: ImageData): Pixels => ({
  data: new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length),
  width,
  height,
});

const LANCZOS = 3;

export async function scale({ data, ...is }: Pixels, { width, height }: Size): Promise<Pixels> {
  if (width === is.width && height === is.height) return { data, width, height };
  const { default: load, resize } = await import('@jsquash/resize/lib/resize/pkg/squoosh_resize.js');
  await load();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const scaled = resize(bytes, is.width, is.height, width, height, LANCZOS, true, true);
  return { data: new Uint8ClampedArray(scaled), width, height };
}
