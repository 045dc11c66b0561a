/** Makes pictures half as large, one after the other, and writes each. Answers with how many bytes they have. */
import { made } from '../../../workers/jobs/images/make.ts';
import { bareOutput } from './output.ts';

/** So many of the job's have one. */
const THUMBNAILS = 60;
const ORDER = {
  format: 'jpeg',
  to: 'jpeg',
  width: null,
  height: null,
  percent: 50,
  quality: 80,
  best: false,
  limit_megapixels: 50,
} as const;

self.onmessage = async ({ data: files }: MessageEvent<File[]>) => {
  let after = 0;
  for (const [index, file] of files.entries()) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const picture = await made({ ...ORDER, bytes, thumbnail: index < THUMBNAILS });
    const output = await bareOutput(`bare ${index}.jpg`);
    output.write(picture.bytes);
    after += await output.end();
  }
  self.postMessage(after);
};
