/** What the header of a picture says, read without decoding any of it. */

import type { Size } from './plan.ts';

export type Format = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif';

/** Its size is as stored: before a picture is turned upright. */
export interface Header extends Size {
  format: Format;
}

/** Bytes from `at` on: `least` or more, if the file has as many. */
export type Read = (at: number, least: number) => Promise<Uint8Array>;

/** How many segments, blocks or boxes may come before the size; full ones of a JPEG fill the largest file with half of that. */
const MAX_PARTS = 4_096;

const HEAD_BYTES = 32;

/** Throws, with the byte, when it is no picture that is known here, or its size is not to be found. */
export async function headerOf(read: Read): Promise<Header> {
  const head = (await read(0, HEAD_BYTES)).subarray(0, HEAD_BYTES);
  const text = String.fromCharCode(...head);
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return checked('png', u32(head, 16), u32(head, 20), 16);
  if (/^GIF8[79]a/.test(text)) return gif(read, head);
  if (text.startsWith('\xff\xd8')) return jpeg(read);
  if (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP') return webp(head, text);
  if (text.slice(4, 8) === 'ftyp') return avif(read, text);
  throw new Error('it is no JPEG, PNG, WebP, AVIF or GIF (byte 0)');
}

function checked(format: Format, width: number, height: number, at: number): Header {
  if (width > 0 && height > 0) return { format, width, height };
  throw new Error(`its header is cut off or says that it is ${width} × ${height} (byte ${at})`);
}

/** GIF89a, 17 to 26: the screen; a first frame that is larger makes it as large. */
async function gif(read: Read, head: Uint8Array): Promise<Header> {
  const flags = byte(head, 10);
  let at = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  // What an extension says is in blocks of their own kind, up to an empty one.
  let inside = false;
  for (let parts = 0; parts < MAX_PARTS; parts += 1) {
    const bytes = await read(at, 9);
    const kind = byte(bytes, 0);
    if (bytes.length > 0 && inside) {
      inside = kind > 0;
      at += 1 + kind;
    } else if (kind === 0x21) {
      inside = true;
      at += 2;
    } else if (kind === 0x2c && bytes.length >= 9) {
      const width = u16le(bytes, 1) + u16le(bytes, 5);
      const height = u16le(bytes, 3) + u16le(bytes, 7);
      return checked('gif', Math.max(u16le(head, 6), width), Math.max(u16le(head, 8), height), at);
    } else throw new Error(`${kind === 0x3b ? 'it has no frame' : 'its header is damaged or cut off'} (byte ${at})`);
  }
  throw new Error(`its first ${MAX_PARTS} blocks have no frame (byte ${at})`);
}

/** ITU T.81, B.1.1: segments until the one that begins a frame, which has the size. */
async function jpeg(read: Read): Promise<Header> {
  let at = 2;
  for (let parts = 0; parts < MAX_PARTS; parts += 1) {
    const bytes = await read(at, 9);
    const [mark = 0, kind = 0] = bytes;
    if (bytes.length < 4 || mark !== 0xff) throw new Error(`its header is damaged or cut off (byte ${at})`);
    // A mark may be filled up with more of its first byte.
    if (kind === 0xff) at += filling(bytes);
    else if (kind >= 0xc0 && kind <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(kind)) {
      return checked('jpeg', u16(bytes, 7), u16(bytes, 5), at);
    } else if (kind === 0xd9 || kind === 0xda) throw new Error(`it has no frame (byte ${at})`);
    else at += kind === 0x01 || (kind >= 0xd0 && kind <= 0xd7) ? 2 : 2 + u16(bytes, 2);
  }
  throw new Error(`its first ${MAX_PARTS} segments have no frame (byte ${at})`);
}

/** How many bytes there are before the last of those that a mark can begin with. */
function filling(bytes: Uint8Array): number {
  const end = bytes.findIndex((byte) => byte !== 0xff);
  return (end === -1 ? bytes.length : end) - 1;
}

/** RFC 9649, 2.5 to 2.7. */
function webp(head: Uint8Array, text: string): Header {
  const kind = text.slice(12, 16);
  if (kind === 'VP8X') return checked('webp', u24le(head, 24) + 1, u24le(head, 27) + 1, 24);
  if (kind === 'VP8 ') return checked('webp', u16le(head, 26) & 0x3fff, u16le(head, 28) & 0x3fff, 26);
  if (kind === 'VP8L') {
    const bits = u32le(head, 21);
    return checked('webp', (bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, 21);
  }
  throw new Error('it is a WebP of an unknown kind (byte 12)');
}

const META_BYTES = 1024 * 1024;
const BOX = 8;
const LARGE_BOX = 16;

/**
 * ISO/IEC 23008-12: the largest of the image properties "ispe" is the size of the whole, however many tiles it has. A moving one has
 * tracks as well, which a browser may take instead.
 */
async function avif(read: Read, text: string): Promise<Header> {
  const brands = text.slice(8);
  // It has the general brands of an AVIF as well.
  if (/hei[cxms]|hev[cxms]/.test(brands)) throw new Error('it is HEIC, which most browsers do not read (byte 4)');
  if (!/avi[fs]|mif1|msf1/.test(brands)) throw new Error('it is no JPEG, PNG, WebP, AVIF or GIF (byte 4)');
  const found = new Map<string, Size>();
  let at = 0;
  for (let parts = 0; parts < MAX_PARTS; parts += 1) {
    const box = await read(at, LARGE_BOX);
    const name = String.fromCharCode(...box.subarray(4, BOX));
    const size = u32(box, 0) === 1 ? u32(box, 8) * 2 ** 32 + u32(box, 12) : u32(box, 0);
    const isHeader = name === 'meta' || name === 'moov';
    if (size < BOX) {
      // The file's last box may say that it goes on to the end.
      if (found.size > 0 && !isHeader) {
        const { width, height } = largest([...found.values()]);
        return checked('avif', width, height, at);
      }
      throw new Error(`its header is ${box.length < BOX ? 'cut off' : 'damaged'} (byte ${at})`);
    }
    if (isHeader) {
      if (found.has(name)) throw new Error(`its header is there twice (byte ${at})`);
      if (size > META_BYTES) throw new Error(`its header has ${size} bytes; it may have ${META_BYTES} (byte ${at})`);
      const bytes = (await read(at, size)).subarray(0, size);
      found.set(name, largest(sizesIn(bytes, name === 'meta' ? PROPERTIES : TRACKS)));
    }
    at += size;
  }
  throw new Error(`its first ${MAX_PARTS} boxes are not all that it has (byte ${at})`);
}

type SizeAt = (bytes: Uint8Array, at: number) => Size;

const PROPERTIES: Record<string, SizeAt> = {
  ispe: (bytes, at) => ({ width: u32(bytes, at + 8), height: u32(bytes, at + 12) }),
};
/** ISO/IEC 14496-12, 8.3.2 and 12.1.3. */
const TRACKS: Record<string, SizeAt> = {
  ...PROPERTIES,
  tkhd(bytes, at) {
    const side = at + (byte(bytes, at + 4) === 1 ? 92 : 80);
    return { width: u16(bytes, side), height: u16(bytes, side + 4) };
  },
  av01: (bytes, at) => ({ width: u16(bytes, at + 28), height: u16(bytes, at + 30) }),
};

/** By the boxes' names, wherever those are. */
function sizesIn(bytes: Uint8Array, boxes: Record<string, SizeAt>): Size[] {
  const known = new Map(Object.entries(boxes).map(([name, size]) => [u32(new TextEncoder().encode(name), 0), size]));
  const sizes = [];
  for (let at = 0; at + 4 <= bytes.length; at += 1) {
    const size = known.get(u32(bytes, at));
    if (size) sizes.push(size(bytes, at));
  }
  return sizes;
}

/** An absurd size is not a reason to overlook it. */
const largest = (sizes: Size[]): Size =>
  sizes.reduce((most, size) => (size.width * size.height > most.width * most.height ? size : most), {
    width: 0,
    height: 0,
  });

export const byte = (bytes: Uint8Array, at: number) => bytes[at] ?? 0;
export const u16 = (bytes: Uint8Array, at: number) => (byte(bytes, at) << 8) | byte(bytes, at + 1);
export const u32 = (bytes: Uint8Array, at: number) => u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
const u16le = (bytes: Uint8Array, at: number) => byte(bytes, at) | (byte(bytes, at + 1) << 8);
const u24le = (bytes: Uint8Array, at: number) => u16le(bytes, at) | (byte(bytes, at + 2) << 16);
const u32le = (bytes: Uint8Array, at: number) => u16le(bytes, at) + u16le(bytes, at + 2) * 0x10000;
