/** Reads a file, deflates it and writes what comes out: the loop of the archive job without Holdfast around it. */
import { byteReader } from '../../../src/core/byte-reader.ts';
import { deflated, SEGMENT_BYTES } from '../../../workers/jobs/archive/deflate.ts';
import { hasherOf } from '../../../workers/jobs/hashing/hashers.ts';
import { bareOutput } from './output.ts';

self.onmessage = async ({ data: [file] }: MessageEvent<File[]>) => {
  const crc = await hasherOf('crc32');
  if (!file) return self.postMessage(null);
  crc.init();
  const output = await bareOutput('bare.deflate');
  const bytes = byteReader(file);
  const read = (at: number) => bytes(at, at + SEGMENT_BYTES);
  let ahead = read(0);
  for (let at = 0; at < file.size; at += SEGMENT_BYTES) {
    const segment = await ahead;
    const last = at + SEGMENT_BYTES >= file.size;
    if (!last) ahead = read(at + SEGMENT_BYTES);
    crc.update(segment);
    for (const { bytes } of deflated(segment, 'normal', last)) for (const piece of bytes) output.write(piece);
  }
  crc.digest();
  await output.end();
  self.postMessage(file.size);
};
