/** Reads a list of checksums and hashes what it names. Answers with how many files are as it says. */
import { claimsIn, textOf } from '../../../workers/jobs/verify/manifest.ts';
import { hashOf } from './hash.ts';

self.onmessage = async ({ data: [list, ...files] }: MessageEvent<File[]>) => {
  await hashOf(new File([], 'nothing'), 'sha256');
  let ok = 0;
  const text = list ? textOf(new Uint8Array(await list.arrayBuffer())) : '';
  for (const claim of claimsIn('SHA256SUMS', text)) {
    const file = files.find(({ name }) => name === claim?.path);
    if (claim && file && (await hashOf(file, claim.algorithm)) === claim.digest) ok += 1;
  }
  self.postMessage(ok);
};
