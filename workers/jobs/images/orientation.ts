/** How a picture was held. A JPEG is turned upright by whatever decodes it; of the others not every decoder knows. */
import { orientationOfAvif } from './avif.ts';
import type { Format } from './header.ts';
import { type Size, TYPES } from './plan.ts';

/** From 1, upright, to 8 (Exif 2.32, 4.6.4, tag 274). */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** What the bytes say, for those who decode them without looking there. */
export function orientationIn(bytes: Uint8Array, format: Format): Orientation {
  if (format === 'png') return orientationOf(chunkOf(bytes, 8, false, 'eXIf'));
  if (format === 'webp') return orientationOf(chunkOf(bytes, 12, true, 'EXIF'));
  if (format === 'avif') return orientationOfAvif(bytes);
  return 1;
}

function chunkOf(bytes: Uint8Array, start: number, webp: boolean, wanted: string): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = start; at + 8 <= bytes.length; ) {
    const size = view.getUint32(webp ? at + 4 : at, webp);
    const name = String.fromCharCode(...bytes.subarray(webp ? at : at + 4, webp ? at + 4 : at + 8));
    if (name === wanted) return bytes.subarray(at + 8, at + 8 + size);
    // WebP fills up to an even size, PNG has a sum behind each chunk.
    at += 8 + size + (webp ? size % 2 : 4);
  }
  return null;
}

function orientationOf(exif: Uint8Array | null): Orientation {
  if (!exif) return 1;
  // Some programs put before it what it has in a JPEG.
  const bytes = String.fromCharCode(...exif.subarray(0, 4)) === 'Exif' ? exif.subarray(6) : exif;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const fits = (at: number, size: number) => at + size <= bytes.length;
  if (!fits(0, 8)) return 1;
  const little = view.getUint16(0) === 0x4949;
  const first = view.getUint32(4, little);
  const count = fits(first, 2) ? view.getUint16(first, little) : 0;
  for (let entry = 0; entry < count; entry += 1) {
    const at = first + 2 + entry * 12;
    if (!fits(at, 12)) break;
    if (view.getUint16(at, little) !== 0x0112) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? (value as Orientation) : 1;
  }
  return 1;
}

/** What a size is once the picture is upright, and the other way round. */
export const sizeAt = ({ width, height }: Size, orientation: Orientation): Size =>
  orientation < 5 ? { width, height } : { width: height, height: width };

/** Where a point of a stored picture of that size goes: x to `a·x + c·y + e`, y to `b·x + d·y + f`, as a canvas has it. */
export function matrixOf(orientation: Orientation, { width: w, height: h }: Size) {
  const matrices: Record<Orientation, [number, number, number, number, number, number]> = {
    1: [1, 0, 0, 1, 0, 0],
    2: [-1, 0, 0, 1, w, 0],
    3: [-1, 0, 0, -1, w, h],
    4: [1, 0, 0, -1, 0, h],
    5: [0, 1, 1, 0, 0, 0],
    6: [0, 1, -1, 0, h, 0],
    7: [0, -1, -1, 0, h, w],
    8: [0, -1, 1, 0, 0, w],
  };
  return matrices[orientation];
}

/** The pixels of a stored picture, upright. */
export function turned<P extends Size & { data: Uint8ClampedArray<ArrayBuffer> }>(
  { data, width, height }: P,
  orientation: Orientation,
) {
  if (orientation === 1) return { data, width, height };
  const size = sizeAt({ width, height }, orientation);
  // Of the last pixels instead of the edge behind them.
  const [a, b, c, d, e, f] = matrixOf(orientation, { width: width - 1, height: height - 1 });
  const from = new Uint32Array(data.buffer, data.byteOffset, width * height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      to[(b * x + d * y + f) * size.width + a * x + c * y + e] = from[y * width + x] ?? 0;
    }
  }
  return { data: new Uint8ClampedArray(to.buffer), ...size };
}

/** Pictures of two pixels beside each other that say they are to be turned by a quarter. */
const PROBES: Partial<Record<Format, string>> = {
  png: 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAAAAADRSSBWAAAAGmVYSWZJSSoACAAAAAEAEgEDAAEAAAAGAAAAAAAAALdIESkAAAALSURBVHjaY2D4DwABAgEA0RrLjwAAAABJRU5ErkJggg==',
  webp: 'UklGRk4AAABXRUJQVlA4WAoAAAAIAAAAAQAAAAAAVlA4TA4AAAAvAQAAAAcQEf0PRET/A0VYSUYaAAAASUkqAAgAAAABABIBAwABAAAABgAAAAAAAAA=',
};
const turns = new Map<Format, Promise<boolean>>();

/** Whether this browser turns pictures of the format upright by itself. (Chromium 156 does so with PNG, and not with WebP.) */
export function browserTurns(format: Format): Promise<boolean> {
  const known = turns.get(format) ?? probed(format);
  turns.set(format, known);
  return known;
}

async function probed(format: Format): Promise<boolean> {
  const probe = PROBES[format];
  if (!probe) return true;
  const bytes = Uint8Array.from(atob(probe), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: TYPES[format] });
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  const { width, height } = bitmap;
  bitmap.close();
  return width < height;
}
