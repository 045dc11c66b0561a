/** Reads a gzip file, inflates it and writes what comes out: the loop of the extract job without Holdfast around it. */
import { byteReader } from '../../../src/core/byte-reader.ts';
import { GZIP, inflated } from '../../../workers/jobs/extract/inflate.ts';
import { bareOutput } from './output.ts';

self.onmessage = async ({ data: [file] }: MessageEvent<File[]>) => {
  if (!file) return self.postMessage(null);
  const output = await bareOutput('bare.inflate');
  const input = { name: file.name, size: file.size, last_modified: 0, read: byteReader(file) };
  for await (const { bytes } of inflated(input, 0, GZIP)) output.write(bytes);
  self.postMessage(await output.end());
};
