/** Reads a file line by line and counts those that match, and does nothing else. */
import { byteReader } from '../../../src/core/byte-reader.ts';

const CHUNK_BYTES = 1024 * 1024;
const PATTERN = /retry25\d /su;

self.onmessage = async ({ data: file }: MessageEvent<File>) => {
  const bytes = byteReader(file);
  const decoder = new TextDecoder();
  let lines = 0;
  let rest = '';
  let ahead = bytes(0, CHUNK_BYTES);
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    const text = rest + decoder.decode(await ahead, { stream: true });
    ahead = bytes(at + CHUNK_BYTES, at + 2 * CHUNK_BYTES);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (PATTERN.test(text.slice(start, end))) lines += 1;
      start = end + 1;
    }
    rest = text.slice(start);
  }
  if (PATTERN.test(rest)) lines += 1;
  self.postMessage(lines);
};
