/**
 * Zstandard (RFC 8878). The library decodes blocks; frames, limits and checksums are seen to here: it takes whatever window a frame
 * asks for, and looks at no checksum.
 */
import { Decompress } from 'fzstd';
import type { InputFile } from '../../../src/core/job.ts';
import { xxhash64 } from '../hashing/hashers.ts';
import type { Piece } from './inflate.ts';

const MAGIC = 0xfd2fb528;
/** As much as the zstd tool takes unless it is told otherwise. */
const MAX_WINDOW = 128 * 1024 * 1024;
const MAX_BLOCK = 128 * 1024;
const MAX_HEADER = 18;
const RLE = 1;

export const isSkippable = (magic: number) => (magic & 0xfffffff0) >>> 0 === 0x184d2a50;
export const isFrame = (magic: number) => magic === MAGIC;

/** Yields what the frame at `start` holds; returns where it ended. Throws what is wrong and at which byte. */
export async function* decoded(file: InputFile, start: number): AsyncGenerator<Piece, number, void> {
  const exactly = async (at: number, length: number) => {
    const bytes = await file.read(at, at + length);
    if (bytes.length < length) throw new Error(`it ends at byte ${file.size} in the middle of a frame`);
    return bytes;
  };
  const broken = (at: number, why: string) => new Error(`it is broken at byte ${at}: ${why}`);
  const header = headerOf(await file.read(start, start + MAX_HEADER));
  if (typeof header === 'string') throw broken(start, header);
  if (header.dictionary) throw broken(start, `it needs the dictionary ${header.dictionary}`);
  if (header.window > MAX_WINDOW) {
    throw new Error(`the frame at byte ${start} asks for ${header.window} bytes of memory; ${MAX_WINDOW} are allowed`);
  }

  const hash = header.checksum ? await xxhash64() : null;
  hash?.init();
  let out: Uint8Array[] = [];
  const decoder = new Decompress((bytes) => void out.push(bytes));
  let size = 0;
  let at = start + header.length;
  decoder.push((await exactly(start, header.length)).slice());
  for (let last = false; !last; ) {
    const [low = 0, middle = 0, high = 0] = await exactly(at, 3);
    const bits = low | (middle << 8) | (high << 16);
    last = (bits & 1) === 1;
    const type = (bits >> 1) & 3;
    const length = bits >> 3;
    if (length > Math.min(MAX_BLOCK, Math.max(header.window, 1))) throw broken(at, `a block of ${length} bytes`);
    const stored = 3 + (type === RLE ? 1 : length);
    const checksum = last && header.checksum ? 4 : 0;
    const block = (await exactly(at, stored + checksum)).slice();
    out = [];
    try {
      decoder.push(block, last);
    } catch (error) {
      throw broken(at, error instanceof Error ? error.message : String(error));
    }
    at += stored + checksum;
    for (const bytes of out) {
      hash?.update(bytes);
      size += bytes.length;
      if (bytes.length > 0) yield { bytes, position: at };
    }
    if (checksum && hash) {
      const sum = new DataView(block.buffer, block.byteOffset + stored).getUint32(0, true);
      if (hash.digest().slice(-8) !== sum.toString(16).padStart(8, '0')) throw broken(at, 'the checksum differs');
    }
  }
  if (header.size !== null && header.size !== size) {
    throw broken(at, `the frame has ${size} bytes and should have ${header.size}`);
  }
  return at;
}

interface FrameHeader {
  length: number;
  window: number;
  /** Of what the frame holds, if it tells. */
  size: number | null;
  checksum: boolean;
  dictionary: number;
}

/** 3.1.1.1; what is wrong, if something is. */
function headerOf(bytes: Uint8Array): FrameHeader | string {
  const descriptor = bytes[4] ?? 0;
  const single = (descriptor & 32) !== 0;
  if (descriptor & 8) return 'the frame’s header has an unknown bit';
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryAt = single ? 5 : 6;
  const sizeAt = dictionaryAt + dictionaryBytes;
  const length = sizeAt + sizeBytes;
  if (bytes.length < length) return 'the frame’s header is cut off';
  const size = sizeBytes === 0 ? null : numberAt(bytes, sizeAt, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const window = single ? (size ?? 0) : windowOf(bytes[5] ?? 0);
  const dictionary = numberAt(bytes, dictionaryAt, dictionaryBytes);
  return { length, window, size, checksum: (descriptor & 4) !== 0, dictionary };
}

function windowOf(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

export function numberAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i -= 1) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
