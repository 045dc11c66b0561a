/** Inflate, a bounded piece at a time: a bomb cannot fill the memory, and what waits gets its turn. */
import { Z_BUF_ERROR, Z_NO_FLUSH, Z_OK, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import type { InputFile } from '../../../src/core/job.ts';
import { chunksOf } from '../chunks.ts';

export const RAW = -15;
/** With the checks of header, checksum and length. */
export const GZIP = 31;

const CHUNK_BYTES = 256 * 1024;
const PIECE_BYTES = 512 * 1024;
const FIRST_BYTES = 16 * 1024;

export interface Piece {
  /** Good until the next piece is asked for. */
  bytes: Uint8Array;
  /** How far the file has been read. */
  position: number;
}

/** Yields what a deflate stream at `start` of a file holds; returns where it ended. Throws what is wrong and at which byte. */
export async function* inflated(
  file: InputFile,
  start: number,
  windowBits: typeof RAW | typeof GZIP,
): AsyncGenerator<Piece, number, void> {
  const stream = new ZStream();
  if (zlibInflateInit2(stream, windowBits) !== Z_OK) throw new Error('inflate cannot start');
  // Some files have a stream for every few kilobytes: each begins small.
  let into = new Uint8Array(FIRST_BYTES);
  let position = start;
  for await (const chunk of chunksOf(file, start, CHUNK_BYTES)) {
    stream.input = chunk;
    stream.next_in = 0;
    stream.avail_in = chunk.length;
    do {
      stream.output = into;
      stream.next_out = 0;
      stream.avail_out = into.length;
      const status = zlibInflate(stream, Z_NO_FLUSH);
      const at = position + stream.next_in;
      // What is before the place where it is broken is good.
      if (stream.next_out > 0) yield { bytes: into.subarray(0, stream.next_out), position: at };
      if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) {
        throw new Error(`it is broken at byte ${at}: ${stream.msg || `error ${status}`}`);
      }
      if (status === Z_STREAM_END) return at;
      if (stream.avail_out === 0 && into.length < PIECE_BYTES) into = new Uint8Array(PIECE_BYTES);
    } while (stream.avail_in > 0 || stream.avail_out === 0);
    position += chunk.length;
  }
  throw new Error(`it ends at byte ${position} in the middle of a compressed stream`);
}
