/** A picture that is to be made into another, before it is decoded. */
import type { InputFile } from '../../../src/core/job.ts';
import { type Header, headerOf } from './header.ts';

export interface Source {
  file: InputFile;
  header: Header;
  /** Of memory, about. */
  cost: number;
}

const HEAD_BYTES = 64 * 1024;
const MAX_BYTES = 128 * 1024 * 1024;
const PIXEL_BYTES = 4;

/** Throws when it is none, or larger than it may be; the error names neither the file nor the limit's setting. */
export async function sourceOf(file: InputFile, limit_megapixels: number): Promise<Source> {
  if (file.size > MAX_BYTES) throw new Error(`it has ${file.size} bytes; a picture may have ${MAX_BYTES}`);
  const head = await file.read(0, Math.min(HEAD_BYTES, file.size));
  const header = await headerOf(async (at, count) => {
    const end = Math.min(at + count, file.size);
    if (at >= end) return new Uint8Array();
    return end <= head.length ? head.subarray(at, end) : file.read(at, end);
  });
  const { width, height } = header;
  if (width * height > limit_megapixels * 1_000_000) {
    throw new Error(`its header says ${width} × ${height} pixels, more than ${limit_megapixels} megapixels`);
  }
  return { file, header, cost: file.size + width * height * PIXEL_BYTES };
}
