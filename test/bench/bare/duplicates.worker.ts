/** Hashes files of one size. Answers with what those take that are there already. */
import { hashOf } from './hash.ts';

self.onmessage = async ({ data: files }: MessageEvent<File[]>) => {
  await hashOf(new File([], 'nothing'), 'blake3');
  const known = new Set<string>();
  let freeable = 0;
  for (const file of files) {
    const digest = await hashOf(file, 'blake3');
    if (known.has(digest)) freeable += file.size;
    known.add(digest);
  }
  self.postMessage(freeable);
};
