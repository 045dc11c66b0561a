/** What is to become of a picture. */
import type { Format } from './header.ts';

export type Target = Exclude<Format, 'gif'>;

export interface Size {
  width: number;
  height: number;
}

/** A picture, as the thread that makes it is told of it. */
export interface Order {
  bytes: Uint8Array<ArrayBuffer>;
  format: Format;
  to: Target;
  /** At most; null: as it is. */
  width: number | null;
  height: number | null;
  percent: number;
  quality: number;
  best: boolean;
  thumbnail: boolean;
  limit_megapixels: number;
}

export interface Made extends Size {
  bytes: Uint8Array<ArrayBuffer>;
  /** A small JPEG. */
  thumbnail: Uint8Array<ArrayBuffer> | null;
}

/** The answer to an order. */
export type Answer = 'ready' | { made: Made } | { error: string };

export const TYPES: Record<Format, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
};

/** Whether this browser decodes and draws by itself. */
export const drawsItself = (): boolean =>
  typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';

/** Whether a codec writes it where a browser draws: what no browser writes, or not this one, or what a codec writes better. */
export const takesCodec = async (to: Target, best: boolean): Promise<boolean> =>
  to === 'avif' || (to === 'jpeg' && best) || (to === 'webp' && !(await browserWritesWebp()));

let webp: Promise<boolean> | undefined;

/** A browser that cannot write it writes PNG, or fails. */
function browserWritesWebp(): Promise<boolean> {
  webp ??= written().catch(() => false);
  return webp;
}

async function written(): Promise<boolean> {
  const canvas = new OffscreenCanvas(1, 1);
  // Without one there is nothing to be written.
  canvas.getContext('2d');
  const { type } = await canvas.convertToBlob({ type: TYPES.webp });
  return type === TYPES.webp;
}

/** Throws when there is more of it than there may be. `said`: by whom, as the error begins. */
export function limited(said: string, { width, height }: Size, limit_megapixels: number): void {
  if (width * height <= limit_megapixels * 1_000_000) return;
  throw new Error(`${said} ${width} × ${height} pixels, more than ${limit_megapixels} megapixels`);
}

/** The size that fits, of the same shape; never larger than it was. */
export function fitted(is: Size, { width, height, percent }: Pick<Order, 'width' | 'height' | 'percent'>): Size {
  const share =
    width === null && height === null
      ? percent / 100
      : Math.min(1, (width ?? Number.POSITIVE_INFINITY) / is.width, (height ?? Number.POSITIVE_INFINITY) / is.height);
  return { width: Math.max(1, Math.round(is.width * share)), height: Math.max(1, Math.round(is.height * share)) };
}

const ENDINGS: Record<Target, RegExp> = {
  jpeg: /\.(?:jpe?g|jfif)$/i,
  png: /\.png$/i,
  webp: /\.webp$/i,
  avif: /\.avif$/i,
};

/** `a/b.gif` → `a/b.png`; an ending that fits already stays as it is. */
export function nameOf(name: string, to: Target): string {
  if (ENDINGS[to].test(name)) return name;
  const plain = name.replace(/\.(?:jpe?g|jfif|png|webp|avif|gif)$/i, '');
  return `${/(?:^|\/)$/.test(plain) ? name : plain}.${to === 'jpeg' ? 'jpg' : to}`;
}
