/** A picture that is to be made into another, before it is decoded. */
import type { InputFile } from '../../../src/core/job.ts';
import { type Cost, costOf } from './cost.ts';
import type { Wish } from './flight.ts';
import { type Header, headerOf, type Read } from './header.ts';
import { limited, type Target } from './plan.ts';

export interface Source {
  file: InputFile;
  header: Header;
  to: Target;
  cost: Cost;
}

const BLOCK_BYTES = 64 * 1024;
const MAX_BYTES = 128 * 1024 * 1024;

/** Throws when it is none, or larger than it may be; the error names neither the file nor the limit's setting. */
export async function sourceOf(file: InputFile, wish: Wish): Promise<Source> {
  if (file.size > MAX_BYTES) throw new Error(`it has ${file.size} bytes; a picture may have ${MAX_BYTES}`);
  const header = await headerOf(readerOf(file));
  limited('its header says', header, wish.limit_megapixels);
  const to = wish.to !== 'same' ? wish.to : header.format === 'gif' ? 'png' : header.format;
  const { bytes, kept } = await costOf(header, to, wish);
  return { file, header, to, cost: { bytes: file.size + bytes, kept } };
}

/** Reads on and on, a block at a time: a header may be in very many parts. */
function readerOf(file: InputFile): Read {
  let start = 0;
  let block: Uint8Array = new Uint8Array();
  return async (at, least) => {
    const end = Math.min(at + least, file.size);
    if (at < start || end > start + block.length) {
      start = at;
      block = at < end ? await file.read(at, Math.min(at + Math.max(least, BLOCK_BYTES), file.size)) : new Uint8Array();
    }
    return block.subarray(at - start);
  };
}
