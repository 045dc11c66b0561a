/** Searches a file and writes the list of what it finds: the loop of the grep job in one thread, with no Holdfast around it. */
import { byteReader } from '../../../src/core/byte-reader.ts';
import { joined } from '../../../workers/jobs/grep/blocks.ts';
import { listed, nothingAround } from '../../../workers/jobs/grep/listing.ts';
import { HIT, search } from '../../../workers/jobs/grep/search.ts';
import { bareOutput } from './output.ts';

const CHUNK_BYTES = 1024 * 1024;
const LINE_FEED = 10;
const REGEX = /retry25\d /su;
const LISTED = { name: 'big.log', format: 'text', before: 0, after: 0, empty: true } as const;

/** Answers with how many lines match. */
self.onmessage = async ({ data: files }: MessageEvent<File[]>) => {
  const output = await bareOutput('bare.grep');
  let lines = 0;
  for (const file of files) lines += await searched(file, output.write);
  await output.end();
  self.postMessage(lines);
};

async function searched(file: File, write: (bytes: Uint8Array) => void): Promise<number> {
  const bytes = byteReader(file);
  const encoder = new TextEncoder();
  let [rest, lines, line, offset] = [new Uint8Array(), 0, 1, 0];
  let ahead = bytes(0, CHUNK_BYTES);
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    const chunk = await ahead;
    const last = at + CHUNK_BYTES >= file.size;
    if (!last) ahead = bytes(at + CHUNK_BYTES, at + 2 * CHUNK_BYTES);
    const end = last ? chunk.length : chunk.lastIndexOf(LINE_FEED) + 1;
    const block = joined([rest, chunk.subarray(0, end)]);
    rest = chunk.slice(end);
    const order = { bytes: block, skip: false, limit: Number.POSITIVE_INFINITY, ranges: 0, careful: false };
    const found = { ...search(order, REGEX, () => {}), bytes: block };
    lines += found.hits.length / HIT;
    const shape = { parts: [block], size: block.length, offset, continues: false, open: false, read: at };
    for (const text of listed(shape, line, found, nothingAround, LISTED)) write(encoder.encode(text));
    line += found.lines;
    offset += block.length;
  }
  return lines;
}
