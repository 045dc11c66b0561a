/** Three files to try things with, made here. They are the same on every computer, so their checksums are as well. */
import type { Source } from './sources.ts';

const MIB = 1024 * 1024;
const BIG_MIB = 64;
const SEED = 0x9e3779b9;

/** `onProgress` is told percents. */
export async function sampleFiles(onProgress: (percent: number) => void): Promise<Source[]> {
  const parts: Blob[] = [];
  const random = xorshift(SEED);
  for (let made = 0; made < BIG_MIB; made += 1) {
    onProgress((100 * made) / BIG_MIB);
    // A blob a part: the browser may move it out of memory. A task a part: the page stays quick.
    parts.push(new Blob([random(MIB)]));
    await new Promise((resolve) => setTimeout(resolve));
  }
  return [
    new File(['Nothing leaves this computer.\n'], 'hello.txt', { type: 'text/plain' }),
    new File(['A name is only a name. ⚓\n'], '⚓ anchors & ropes.txt', { type: 'text/plain' }),
    new File(parts, 'noise-64-MiB.bin', { type: 'application/octet-stream' }),
  ].map((source) => ({ source, name: source.name }));
}

/** Marsaglia's xorshift32: gives the next bytes at each call. */
function xorshift(seed: number): (bytes: number) => Uint8Array<ArrayBuffer> {
  let x = seed;
  return (bytes) => {
    const view = new DataView(new ArrayBuffer(bytes));
    for (let at = 0; at < bytes; at += 4) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      view.setInt32(at, x, true);
    }
    return new Uint8Array(view.buffer);
  };
}
