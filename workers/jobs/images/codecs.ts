/** The encoders and decoders of jSquash, for what a browser does not do or does worse. Each is loaded when it is wanted. */
import { partLost } from '../../../src/core/part-lost.ts';
import { byte, type Format, u16 } from './header.ts';
import type { Size, Target } from './plan.ts';

/** As `ImageData`: four bytes a pixel. */
export interface Pixels extends Size {
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** Loads it once. That it cannot be had is told apart from what it says of a picture, which is not to blame for that. */
function onDemand<Codec>(what: string, load: () => Promise<Codec>): () => Promise<Codec> {
  let loading: Promise<Codec> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      throw partLost(what, error);
    });
    return loading;
  };
}

/** Each has one of its own, which becomes the codec. */
const options = () => ({ noInitialRun: true });

const jpegEncoder = onDemand('the encoder of JPEG', async () => {
  const [{ default: load }, { defaultOptions }] = await Promise.all([
    import('@jsquash/jpeg/codec/enc/mozjpeg_enc.js'),
    import('@jsquash/jpeg/meta.js'),
  ]);
  return { codec: await load(options()), defaultOptions };
});

const webpEncoder = onDemand('the encoder of WebP', async () => {
  // It knows which of two this engine can run.
  const [{ init }, { defaultOptions }] = await Promise.all([
    import('@jsquash/webp/encode.js'),
    import('@jsquash/webp/meta.js'),
  ]);
  return { codec: await init(), defaultOptions };
});

/** The one for one thread: the package's own choice would bring the one for several too, which needs another policy. */
const avifEncoder = onDemand('the encoder of AVIF', async () => {
  const [{ default: load }, { defaultOptions }] = await Promise.all([
    import('@jsquash/avif/codec/enc/avif_enc.js'),
    import('@jsquash/avif/meta.js'),
  ]);
  return { codec: await load(options()), defaultOptions };
});

const jpegDecoder = onDemand('the decoder of JPEG', async () =>
  (await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js')).default(options()),
);

const webpDecoder = onDemand('the decoder of WebP', async () =>
  (await import('@jsquash/webp/codec/dec/webp_dec.js')).default(options()),
);

const avifDecoder = onDemand('the decoder of AVIF', async () =>
  (await import('@jsquash/avif/codec/dec/avif_dec.js')).default(options()),
);

const png = onDemand('the codec of PNG', async () => {
  const codec = await import('@jsquash/png/codec/pkg/squoosh_png.js');
  await codec.default();
  return codec;
});

const scaler = onDemand('what scales pictures', async () => {
  const codec = await import('@jsquash/resize/lib/resize/pkg/squoosh_resize.js');
  await codec.default();
  return codec;
});

/** Of AVIF: quicker than the default, which takes a minute for a photo, and a little larger. */
const SPEED = 8;
const BITS = 8;

export async function encode(pixels: Pixels, to: Target, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await encoded(pixels, to, quality);
  if (!bytes) throw new Error(`it could not be written as ${to.toUpperCase()}`);
  return new Uint8Array(bytes);
}

async function encoded({ data, width, height }: Pixels, to: Target, quality: number): Promise<Uint8Array | null> {
  switch (to) {
    case 'jpeg': {
      const { codec, defaultOptions } = await jpegEncoder();
      return codec.encode(data, width, height, { ...defaultOptions, quality });
    }
    case 'png':
      return (await png()).encode(new Uint8Array(data.buffer, data.byteOffset, data.length), width, height, BITS);
    case 'webp': {
      const { codec, defaultOptions } = await webpEncoder();
      return codec.encode(data, width, height, { ...defaultOptions, quality });
    }
    case 'avif': {
      const { codec, defaultOptions } = await avifEncoder();
      return codec.encode(data, width, height, { ...defaultOptions, quality, speed: SPEED });
    }
  }
}

/** A JPEG upright, others as they are stored. */
export async function decode({ buffer }: Uint8Array<ArrayBuffer>, format: Format): Promise<Pixels> {
  const image = await decoded(buffer, format);
  if (!image) throw new Error('it could not be decoded');
  return pixelsOf(image);
}

async function decoded(bytes: ArrayBuffer, format: Format): Promise<ImageData | null> {
  switch (format) {
    case 'jpeg':
      if (!hasEnd(new Uint8Array(bytes))) throw new Error('it is cut off');
      return (await jpegDecoder()).decode(bytes, true);
    case 'png':
      return (await png()).decode(new Uint8Array(bytes));
    case 'webp':
      return (await webpDecoder()).decode(bytes);
    case 'avif':
      return (await avifDecoder()).decode(bytes, BITS);
    case 'gif':
      throw new Error('this browser cannot read GIF');
  }
}

/**
 * Whether a JPEG goes on to its end mark (ITU T.81, B.1.1), whatever is behind that: where it is cut off, the decoder makes it gray and
 * says nothing.
 */
function hasEnd(bytes: Uint8Array): boolean {
  for (let at = 2; at + 1 < bytes.length; ) {
    const kind = byte(bytes, at + 1);
    // A scan's own bytes are no mark, nor is one that it has to write with a zero, nor what a mark is filled up with.
    if (byte(bytes, at) !== 0xff || kind === 0 || kind === 0xff) at += 1;
    else if (kind === 0xd9) return true;
    else at += kind === 0x01 || (kind >= 0xd0 && kind <= 0xd7) ? 2 : 2 + u16(bytes, at + 2);
  }
  return false;
}

const pixelsOf = ({ data, width, height }: ImageData): Pixels => ({
  data: new Uint8ClampedArray(data.buffer as ArrayBuffer, data.byteOffset, data.length),
  width,
  height,
});

const LANCZOS = 3;

export async function scale({ data, ...is }: Pixels, { width, height }: Size): Promise<Pixels> {
  if (width === is.width && height === is.height) return { data, width, height };
  const { resize } = await scaler();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  const scaled = resize(bytes, is.width, is.height, width, height, LANCZOS, true, true);
  return { data: new Uint8ClampedArray(scaled), width, height };
}
