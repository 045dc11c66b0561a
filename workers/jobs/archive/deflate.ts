/** Deflate in segments that know nothing of one another, so that each of their ends is a place to go on from. */
import { Deflate, Z_FINISH, Z_FULL_FLUSH, Z_NO_FLUSH } from 'pako';
import type { Compression } from './spec.ts';

export const SEGMENT_BYTES = 4 * 1024 * 1024;
/** About 20 ms of work. */
const SLICE_BYTES = 512 * 1024;
const LEVEL: Record<Compression, 0 | 1 | 6> = { none: 0, fast: 1, normal: 6 };

/**
 * Raw deflate of one segment, slice by slice: after each, what came out of it. The segments of a stream follow one another byte for
 * byte; the last one ends it.
 */
export function* deflated(
  segment: Uint8Array,
  compression: Compression,
  last: boolean,
): Generator<{ read: number; bytes: Uint8Array[] }, void, void> {
  const deflate = new Deflate({ raw: true, level: LEVEL[compression], chunkSize: 128 * 1024 });
  let bytes: Uint8Array[] = [];
  deflate.onData = (chunk) => void bytes.push(chunk);
  // By default it would join all that came out once more.
  deflate.onEnd = () => {};
  for (let at = 0; at === 0 || at < segment.length; at += SLICE_BYTES) {
    const slice = segment.subarray(at, at + SLICE_BYTES);
    const ends = at + SLICE_BYTES >= segment.length;
    bytes = [];
    deflate.push(slice, ends ? (last ? Z_FINISH : Z_FULL_FLUSH) : Z_NO_FLUSH);
    if (deflate.err) throw new Error(`deflate: ${deflate.msg || deflate.err}`);
    yield { read: slice.length, bytes };
  }
}
