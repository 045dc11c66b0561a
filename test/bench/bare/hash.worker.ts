import { hashOf } from './hash.ts';

self.onmessage = async ({ data: [file] }: MessageEvent<File[]>) =>
  self.postMessage(await hashOf(file ?? new File([], 'nothing'), 'sha256'));
