/** About how much memory it takes to make a picture of another. */
import type { Format, Header } from './header.ts';
import { drawsItself, fitted, type Order, type Size, type Target, takesCodec } from './plan.ts';

/** What may be unpacked at a time, of 256 MiB; a larger picture is worked on alone. */
export const BUDGET_BYTES = 224 * 1024 * 1024;

/** Bytes that stay in a thread, by the codec that has them: its memory only grows. */
export type Kept = Record<string, number>;

export interface Cost {
  /** At a time. */
  bytes: number;
  /** Of those. */
  kept: Kept;
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
  const writer = { [`to ${to}`]: written * WRITING[to] };
  if (!drawsItself()) {
    const kept = { [`from ${header.format}`]: read * READING[header.format], scaling: read * SCALING, ...writer };
    // As it is; scaled, and on white.
    return { bytes: sumOf(kept) + PIXEL * (read + 2 * written), kept };
  }
  // The bitmap and its canvas; for a codec, what is read from it.
  const codec = await takesCodec(to, sizing.best);
  const kept = codec ? writer : {};
  return { bytes: sumOf(kept) + PIXEL * (read + (codec ? 2 : 1) * written), kept };
}

export const sumOf = (kept: Kept): number => Object.values(kept).reduce((sum, bytes) => sum + bytes, 0);

/** Of each codec the most. */
export function mostOf(one: Kept, other: Kept): Kept {
  const most = { ...one };
  for (const [codec, bytes] of Object.entries(other)) most[codec] = Math.max(most[codec] ?? 0, bytes);
  return most;
}

const areaOf = ({ width, height }: Size) => width * height;
