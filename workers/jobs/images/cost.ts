/** About how much memory it takes to make a picture of another. */
import type { Format, Header } from './header.ts';
import { drawsItself, fitted, type Order, type Size, type Target, takesCodec } from './plan.ts';

export interface Cost {
  /** At a time. */
  bytes: number;
  /** Of those, what its thread keeps: a codec's memory only grows. */
  kept: number;
}

const PIXEL = 4;

/**
 * Bytes by which the codecs' own memory grows, for each pixel written, read or scaled down to half its sides: the size of
 * `WebAssembly.Memory` after less before, in Node, with the settings of `codecs.ts`, for pictures of 6 and 12 megapixels with some noise,
 * as photos have. (What is nothing but noise takes JPEG to 23, PNG to 23 and WebP to 27.)
 */
const WRITING: Record<Target, number> = { jpeg: 19, png: 21, webp: 15, avif: 30 };
const READING: Record<Format, number> = { jpeg: 7, png: 7, webp: 4, avif: 24, gif: 0 };
const SCALING = 33;

type Sizing = Pick<Order, 'width' | 'height' | 'percent' | 'best'>;

export async function costOf(header: Header, to: Target, sizing: Sizing): Promise<Cost> {
  const { width, height } = header;
  // It is not known yet whether it is to be turned by a quarter.
  const made = [header, { width: height, height: width }].map((held) => areaOf(fitted(held, sizing)));
  const [read, written] = [areaOf(header), Math.max(...made)];
  if (!drawsItself()) {
    // As it is; scaled, and on white.
    const kept = read * (READING[header.format] + SCALING) + written * WRITING[to];
    return { bytes: kept + PIXEL * (read + 2 * written), kept };
  }
  // The bitmap and its canvas; for a codec, what is read from it.
  const kept = (await takesCodec(to, sizing.best)) ? written * WRITING[to] : 0;
  return { bytes: kept + PIXEL * (read + (kept > 0 ? 2 : 1) * written), kept };
}

const areaOf = ({ width, height }: Size) => width * height;
